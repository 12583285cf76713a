import path from 'node:path'
import { expect, it } from 'vitest'
import { presets } from '../../src/shared/config/presets.ts'
import { Random } from '../../src/shared/random.ts'
import { openStore } from '../../src/main/db/store.ts'
import { encodeGreyPng } from '../../src/main/decode/png.ts'
import { runSignalled, type Signalling } from '../support/signalled.ts'
import { openTestStudio } from './studio.ts'
import { temporaryFolder } from './support.ts'
import fs from 'node:fs'

const SIGNALS = 50
const STEPS = 8000
const follower = path.join(import.meta.dirname, 'children/follower.ts')

async function studioWithRun(folder: string): Promise<void> {
  const put = (name: string, value: number) => {
    const file = path.join(folder, 'data', name)
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(file, encodeGreyPng(new Uint8Array(16).fill(value), 4, 4))
  }
  for (const [index, name] of [
    'train/good/0',
    'train/good/1',
    'test/good/0',
    'test/bad/0',
  ].entries())
    put(`bottle/${name}.png`, 10 * (index + 1))
  const studio = openTestStudio(path.join(folder, 'workspace'))
  const { token } = studio.datasets.register(path.join(folder, 'data'))
  const dataset = await studio.datasets.add(token, 'Bottles')
  const { tiny } = presets
  const config = {
    ...tiny,
    training: { ...tiny.training, epochs: STEPS, checkpointEverySteps: 500 },
    adaptation: { ...tiny.adaptation, epochs: 0 },
  }
  studio.runs.start({ datasetId: dataset.id, category: 'bottle', config, evaluate: true })
  await studio.close()
}

/** Signals as schedulers, service managers and closing terminals send them: to the group, some of them twice. */
function drawn(random: Random): Signalling {
  const kinds = ['SIGTERM', 'SIGHUP', 'SIGINT'] as const
  const kind = kinds[random.integer(3)]!
  return {
    signals: Array.from({ length: 1 + random.integer(3) }, () => kind),
    after: [null, 'begins', ' %)', ' %)', ' %)'][random.integer(5)]!,
    milliseconds: random.integer(600),
    hangUp: random.integer(4) === 0,
  }
}

it(`keeps all work over ${SIGNALS} signals to the process group, and goes on from it`, async () => {
  const folder = temporaryFolder()
  await studioWithRun(folder)
  const workspace = path.join(folder, 'workspace')
  const random = new Random(16)
  const state = () => {
    const store = openStore(path.join(workspace, 'studio.db'))
    try {
      const [run] = store.runs.list()
      const jobs = store.jobs.list().map(({ kind, state }) => `${kind} ${state}`)
      return { step: store.checkpoints.ofKind(run!.id, 'unet')[0]?.step ?? 0, jobs, run: run! }
    } finally {
      store.close()
    }
  }
  let before = state()
  let whileTraining = 0
  for (let sent = 0; sent < SIGNALS;) {
    const { said, signalled } = await runSignalled([follower, workspace], drawn(random))
    const now = state()
    expect(said).not.toContain('Discarding')
    expect(now.step, said).toBeGreaterThanOrEqual(before.step)
    expect(now.jobs.join()).not.toMatch(/cancelled|failed/)
    if (signalled) sent += 1
    if (signalled && now.step > before.step) whileTraining += 1
    before = now
  }
  expect(whileTraining).toBeGreaterThan(SIGNALS / 4)
  const last = await runSignalled([follower, workspace], null)
  expect(last.code, last.said).toBe(0)
  const end = state()
  expect(end).toMatchObject({ step: STEPS, jobs: ['train finished', 'evaluate finished'] })
  const store = openStore(path.join(workspace, 'studio.db'))
  const losses = store.metricPoints.list(end.run.id, 'loss', STEPS)
  store.close()
  expect(losses.map(({ step, value }) => [step, value])).toEqual(
    Array.from({ length: STEPS }, (_, index) => [index + 1, 2 / (index + 1)]),
  )
}, 400_000)
