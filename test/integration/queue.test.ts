import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { onTestFinished, expect, it } from 'vitest'
import { decodeNpy } from '../../src/main/decode/npy.ts'
import { presets } from '../../src/shared/config/presets.ts'
import type { RunConfig } from '../../src/shared/config/run-config.ts'
import type { Dataset } from '../../src/shared/datasets/dataset.ts'
import type { JobsChange } from '../../src/shared/ipc/events.ts'
import type { Job } from '../../src/shared/runs/run.ts'
import { encodeGreyPng } from '../../src/main/decode/png.ts'
import { openStore } from '../../src/main/db/store.ts'
import type { Studio } from '../../src/main/services/studio.ts'
import { openTestStudio } from './studio.ts'
import { temporaryFolder } from './support.ts'
import { until } from '../support/until.ts'

/** A data set of real PNG files in MVTec AD's layout. */
function writeDataset(root: string): void {
  const png = (value: number) => encodeGreyPng(new Uint8Array(16).fill(value), 4, 4)
  const put = (name: string, value: number) => {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true })
    fs.writeFileSync(path.join(root, name), png(value))
  }
  put('bottle/train/good/000.png', 10)
  put('bottle/train/good/001.png', 20)
  put('bottle/test/good/000.png', 30)
  put('bottle/test/broken/000.png', 40)
  put('bottle/ground_truth/broken/000_mask.png', 255)
}

async function studioWithData(): Promise<{ studio: Studio; dataset: Dataset; folder: string }> {
  const folder = temporaryFolder()
  writeDataset(path.join(folder, 'data'))
  const studio = openTestStudio(path.join(folder, 'workspace'))
  onTestFinished(() => studio.close())
  const { datasets } = studio
  const dataset = await datasets.add(datasets.register(path.join(folder, 'data')).token, 'Bottles')
  return { studio, dataset, folder: studio.folder }
}

function config(steps: number, seed: number, adaptationEpochs = 0): RunConfig {
  const { tiny } = presets
  return {
    ...tiny,
    seed,
    training: { ...tiny.training, epochs: steps, checkpointEverySteps: 10 },
    adaptation: { ...tiny.adaptation, epochs: adaptationEpochs },
  }
}

function startRun({ runs }: Studio, dataset: Dataset, settings: RunConfig) {
  const request = { datasetId: dataset.id, category: 'bottle', config: settings, evaluate: true }
  const run = runs.start(request)
  return { run, ids: runs.jobs(run.id).map(({ id }) => id) }
}

const statesOf = (jobs: readonly Job[]) => jobs.map(({ kind, state }) => `${kind} ${state}`)

/** Waits until the training has come to a step. */
async function reached(studio: Studio, step: number): Promise<void> {
  await until(`step ${step}`, () => (studio.runs.list()[0]?.step ?? 0) >= step)
}

it('trains, adapts and evaluates, and records all of it before telling it', async () => {
  const { studio, dataset, folder } = await studioWithData()
  const { run, ids } = startRun(studio, dataset, config(60, 1, 1))
  const told: number[] = []
  studio.facts.on('run.metrics', ({ points: all }) => {
    const points = all.filter((point) => point.name === 'loss')
    const last = points.at(-1)?.step ?? 0
    expect(studio.runs.metrics(run.id, 'loss', 1000).at(-1)?.step).toBeGreaterThanOrEqual(last)
    told.push(...points.map(({ step }) => step))
  })
  const jobs = await studio.queue.drain(ids)
  expect(statesOf(jobs)).toEqual(['train finished', 'adapt finished', 'evaluate finished'])
  expect(told).toEqual(Array.from({ length: 60 }, (_, index) => index + 1))
  expect(studio.runs.get(run.id)).toMatchObject({
    state: 'finished',
    step: 60,
    totalSteps: 60,
    adapted: true,
    headline: { imageAuroc: 1, secondsPerImage: 0.002 },
  })
  const recorded = Map.groupBy(studio.runs.checkpoints(run.id), ({ kind }) => kind)
  for (const { kind, step } of [...recorded.values()].flatMap((some) => some.slice(0, 2))) {
    expect(fs.existsSync(path.join(folder, `runs/${run.id}/${kind}-${step}`))).toBe(true)
  }
  const images = studio.datasets.images(dataset)
  expect(studio.runs.record(run.id).images).toEqual(
    images.map(({ id: imageId, path: file, split, defectType, sha256 }) => ({
      ...{ imageId, path: file, split, defectType, sha256 },
    })),
  )
  const [evaluation] = studio.evaluations.list(run.id)
  const nominal = images.filter(({ split }) => split === 'train')
  expect(evaluation?.calibration).toMatchObject({ ratio: 2 })
  expect(evaluation?.calibration?.nominalScores).toHaveLength(nominal.length)
  const results = studio.evaluations.results(evaluation!.id)
  expect(results.map(({ defectType }) => defectType)).toEqual(['broken', 'good'])
  expect(results[0]?.maskVersionId).not.toBeNull()
  for (const { id } of results) {
    const file = studio.files.maps(id)
    expect(decodeNpy(fs.readFileSync(file), file).shape).toEqual([2, 8, 8])
  }
})

it('stops with its work kept and goes on from there', async () => {
  const { studio, dataset } = await studioWithData()
  const { run, ids } = startRun(studio, dataset, config(400, 1))
  const drained = studio.queue.drain(ids)
  await reached(studio, 20)
  studio.queue.stop(ids[0]!)
  expect(statesOf(await drained)).toEqual(['train stopped', 'evaluate paused'])
  const kept = studio.runs.checkpoints(run.id)[0]?.step ?? 0
  expect(kept).toBeGreaterThanOrEqual(20)
  // The newest file and the one before it, of all that are on record.
  const files = fs.readdirSync(path.join(studio.folder, `runs/${run.id}`))
  expect(files.filter((file) => file.startsWith('unet-'))).toHaveLength(2)
  expect(studio.runs.checkpoints(run.id).length).toBeGreaterThan(2)
  studio.runs.resume(run.id)
  expect(statesOf(await studio.queue.drain(ids))).toEqual(['train finished', 'evaluate finished'])
  const steps = studio.runs.metrics(run.id, 'loss', 1000).map(({ step }) => step)
  expect(steps).toEqual(Array.from({ length: 400 }, (_, index) => index + 1))
})

it('cancels: nothing of the training is left, and what waited for it is cancelled', async () => {
  const { studio, dataset, folder } = await studioWithData()
  const { run, ids } = startRun(studio, dataset, config(4000, 1))
  const drained = studio.queue.drain(ids)
  await reached(studio, 20)
  studio.queue.cancel(ids[0]!)
  expect(statesOf(await drained)).toEqual(['train cancelled', 'evaluate cancelled'])
  expect(studio.runs.checkpoints(run.id)).toEqual([])
  expect(studio.runs.metrics(run.id, 'loss', 10)).toEqual([])
  expect(fs.readdirSync(path.join(folder, `runs/${run.id}`))).toEqual([])
})

it.each([
  [13, 'ended unexpectedly'],
  [14, 'Too big.'],
])(
  'fails with the reason, keeps the checkpoint and lets the next run go on (%i)',
  async (seed, reason) => {
    const { studio, dataset } = await studioWithData()
    const broken = startRun(studio, dataset, config(40, seed))
    const whole = startRun(studio, dataset, config(20, 1))
    const jobs = await studio.queue.drain([...broken.ids, ...whole.ids])
    expect(statesOf(jobs)).toEqual([
      'train failed',
      'evaluate paused',
      'train finished',
      'evaluate finished',
    ])
    expect(jobs[0]?.error).toContain(reason)
    expect(studio.runs.checkpoints(broken.run.id).map(({ step }) => step)).toEqual([10])
  },
)

it('goes on from its checkpoint on the processor when the GPU fails in use', async () => {
  const { studio, dataset } = await studioWithData()
  const { run, ids } = startRun(studio, dataset, config(40, 15))
  const jobs = await studio.queue.drain(ids)
  expect(statesOf(jobs)).toEqual(['train finished', 'evaluate finished'])
  const log = studio.runs.log(run.id, 100).map(({ text }) => text)
  expect(log.filter((text) => text.includes('The GPU failed.'))).toHaveLength(1)
  const steps = studio.runs.metrics(run.id, 'loss', 100).map(({ step }) => step)
  expect(steps).toEqual(Array.from({ length: 40 }, (_, index) => index + 1))
})

it('tells the truth after its process was killed, and resumes from the last checkpoint', async () => {
  const { studio, dataset, folder } = await studioWithData()
  const { run, ids } = startRun(studio, dataset, config(500, 1))
  const worker = path.join(import.meta.dirname, 'children/worker.ts')
  const owner = spawn(process.execPath, [worker, folder], { stdio: 'inherit' })
  await reached(studio, 30)
  expect(studio.runs.get(run.id).state).toBe('running')
  studio.queue.recover()
  expect(studio.runs.get(run.id).state).toBe('running')
  owner.kill('SIGKILL')
  await once(owner, 'exit')
  studio.queue.recover()
  const [training, evaluation] = studio.runs.jobs(run.id)
  expect(training).toMatchObject({
    state: 'stopped',
    error: expect.stringContaining('kept') as string,
  })
  expect(evaluation?.state).toBe('paused')
  const kept = studio.runs.checkpoints(run.id)[0]?.step ?? 0
  expect(kept).toBeGreaterThanOrEqual(20)
  studio.runs.resume(run.id)
  expect(statesOf(await studio.queue.drain(ids))).toEqual(['train finished', 'evaluate finished'])
  expect(studio.runs.get(run.id).step).toBe(500)
})

it('is stopped from another process', async () => {
  const { studio, dataset, folder } = await studioWithData()
  const { run, ids } = startRun(studio, dataset, config(100_000, 1))
  const drained = studio.queue.drain(ids)
  await reached(studio, 10)
  const other = openTestStudio(folder)
  expect(other.runs.get(run.id).state).toBe('running')
  other.queue.stop(ids[0]!)
  expect(statesOf(await drained)).toEqual(['train stopped', 'evaluate paused'])
  await other.close()
})

it('goes on with everything that an early end had left waiting', async () => {
  const { studio, dataset } = await studioWithData()
  const { run, ids } = startRun(studio, dataset, config(400, 1, 1))
  const drained = studio.queue.drain(ids)
  await reached(studio, 10)
  for (const id of ids.toReversed()) studio.queue.stop(id)
  expect(statesOf(await drained)).toEqual(['train stopped', 'adapt stopped', 'evaluate stopped'])
  expect(studio.runs.resume(run.id).id).toBe(ids[0])
  const states = ['train finished', 'adapt finished', 'evaluate finished']
  expect(statesOf(await studio.queue.drain(ids))).toEqual(states)
  expect(studio.runs.checkpoints(run.id).map(({ kind }) => kind)).toContain('features')
})

it('keeps the features of an earlier adaptation when a waiting one is cancelled', async () => {
  const { studio, dataset } = await studioWithData()
  const { run, ids } = startRun(studio, dataset, config(10, 1, 1))
  await studio.queue.drain(ids)
  const again = studio.runs.adapt(run.id)
  studio.queue.cancel(again.id)
  expect(studio.runs.jobs(run.id).at(-1)?.state).toBe('cancelled')
  expect(studio.runs.get(run.id).adapted).toBe(true)
})

it('pauses for want of disk space, lets those behind wait, and goes on when there is room', async () => {
  const { studio, dataset } = await studioWithData()
  const first = startRun(studio, dataset, config(20, 1))
  const second = startRun(studio, dataset, config(20, 2))
  studio.preferences.set({ reserveBytes: 1e15 })
  studio.queue.start()
  await until('the training to pause', () => studio.queue.get(first.ids[0]!).state === 'paused')
  expect(studio.queue.get(first.ids[0]!).error).toContain('to stay free')
  await sleep(600)
  expect(statesOf(studio.runs.jobs(second.run.id))).toEqual(['train queued', 'evaluate queued'])
  studio.preferences.set({ reserveBytes: 0 })
  // What the window has no value for is left as it is.
  expect(studio.preferences.set({ reserveBytes: undefined, keepAwake: false })).toMatchObject({
    ...{ reserveBytes: 0, keepAwake: false },
  })
  const finished = (run: typeof first) =>
    until('the evaluation', () => studio.queue.get(run.ids[1]!).state === 'finished')
  await finished(second)
  expect(studio.queue.hasWork()).toBe(false)
  studio.queue.resume(first.ids[0]!)
  await finished(first)
})

it.runIf(process.platform === 'linux')(
  'goes on by itself after a reboot, though another process has the id of its owner now',
  async () => {
    const { studio, dataset, folder } = await studioWithData()
    const { ids } = startRun(studio, dataset, config(20, 1))
    const store = openStore(path.join(folder, 'studio.db'))
    const before = { pid: process.pid, token: 'another-boot/1' }
    store.transaction(() => store.jobs.claim(before, Date.now(), { lane: 'device', card: 0 }, null))
    store.close()
    expect(studio.queue.get(ids[0]!).state).toBe('running')
    // As `ddad jobs work` begins, which is to do what follows too.
    studio.queue.recover()
    studio.queue.goOn()
    expect(studio.queue.open().map(({ id }) => id)).toEqual(ids)
    const jobs = await studio.queue.drain(ids)
    expect(statesOf(jobs)).toEqual(['train finished', 'evaluate finished'])
    expect(jobs[0]).toMatchObject({ continued: 1, interruptedAt: expect.any(Number) as number })
  },
)

it('stops a study of 300 runs at once and tells only what changed', async () => {
  const { studio, dataset } = await studioWithData()
  const { facts, queue, studies } = studio
  const told: JobsChange[] = []
  facts.on('jobs.changed', (change) => void told.push(change))
  const planned = Array.from({ length: 300 }, (_, seed) => ({
    category: 'bottle',
    config: config(10, seed, 1),
  }))
  const { id } = studies.start({
    name: 'wide',
    datasetId: dataset.id,
    runs: planned,
    evaluate: true,
  })
  await Promise.resolve()
  expect(told.splice(0).map(({ changed }) => changed.length)).toEqual([900])

  queue.stop(studies.jobs(id).at(-1)!.id)
  await Promise.resolve()
  expect(told.splice(0).map(({ changed }) => changed.map(({ state }) => state))).toEqual([
    ['stopped'],
  ])

  const before = process.cpuUsage()
  studies.stop(id)
  await Promise.resolve()
  const { user, system } = process.cpuUsage(before)
  expect((user + system) / 1e6).toBeLessThan(1)
  // Of those that are over, only the newest are listed.
  expect(told.map(({ changed, gone }) => changed.length + gone.length)).toEqual([899])
  expect(new Set(studies.jobs(id).map(({ state }) => state))).toEqual(new Set(['stopped']))
})
