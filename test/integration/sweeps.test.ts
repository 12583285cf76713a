import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { SweepSpec } from '../../src/shared/config/sweep-spec.ts'
import { presets } from '../../src/shared/config/presets.ts'
import { encodeGreyPng } from '../../src/main/decode/png.ts'
import { pointForType } from '../../src/main/cli/start-step-choice.ts'
import { openTestStudio } from './studio.ts'
import { addDataset, temporaryFolder } from './support.ts'
import { openStore } from '../../src/main/db/store.ts'

const spec: SweepSpec = {
  startSteps: [50, 100, 150],
  skips: [50],
  guidanceWeights: [2, 4],
  pixelWeights: [1],
  checkpointIds: [],
  imageIds: null,
  synthetic: 2,
  probes: true,
}

/** A studio with a trained run over three nominal and four test images without masks. */
async function trainedStudio() {
  const folder = temporaryFolder()
  const store = openStore(path.join(folder, 'studio.db'))
  const datasetId = addDataset(store, path.join(folder, 'data'))
  for (const { path: name } of store.images.ofDataset(datasetId)) {
    const file = path.join(folder, 'data', name)
    fs.mkdirSync(path.dirname(file), { recursive: true })
    // The text whose hash is recorded.
    fs.writeFileSync(file, name)
  }
  store.close()
  const masks = path.join(folder, 'data/bottle/ground_truth/broken')
  fs.mkdirSync(masks, { recursive: true })
  const mask = Uint8Array.from({ length: 48 * 64 }, (_, i) => (i < 48 * 32 ? 255 : 0))
  fs.writeFileSync(path.join(masks, '0_mask.png'), encodeGreyPng(mask, 64, 48))
  const studio = openTestStudio(folder)
  onTestFinished(() => studio.close())
  const config = { ...presets.tiny, training: { ...presets.tiny.training, epochs: 2 } }
  const run = studio.runs.start({ datasetId, category: 'bottle', config, evaluate: false })
  const ids = studio.runs.jobs(run.id).map(({ id }) => id)
  await studio.queue.drain(ids)
  return { studio, run, folder }
}

describe('a sweep', () => {
  it('computes each map once, goes on after a stop, and costs nothing the second time', async () => {
    const { studio, run } = await trainedStudio()
    const { sweeps, queue, facts } = studio
    // 6 settings and 6 probes of 3 nominal, 4 test and 2 painted images.
    expect(sweeps.plan(run.id, spec)).toMatchObject({
      settings: 6,
      probes: 6,
      images: 9,
      maps: 108,
      stored: 0,
    })
    await expect(pointForType(studio, run.id, 'broken')).rejects.toThrow('not swept')
    const job = sweeps.start(run.id, spec)
    let progressed = 0
    const end = facts.on('job.progress', () => {
      if (++progressed === 1) queue.stop(job.id)
    })
    await queue.drain([job.id])
    end()
    const part = sweeps.plan(run.id, spec).stored
    expect(part).toBeGreaterThan(0)
    expect(part).toBeLessThan(108)
    queue.resume(job.id)
    await queue.drain([job.id])
    expect(sweeps.plan(run.id, spec)).toMatchObject({ maps: 108, stored: 108, passes: 0, bytes: 0 })
    // More settings: only theirs are missing.
    const wider = { ...spec, startSteps: [...spec.startSteps, 200] }
    expect(sweeps.plan(run.id, wider)).toMatchObject({ maps: 144, stored: 108 })
    expect(sweeps.newest(run.id)).toEqual(spec)

    // The T′ of one defect type is chosen from what is stored, kept, and the same point the next time.
    const point = await pointForType(studio, run.id, 'broken')
    expect(point).toMatchObject({
      ...{ name: 'best for broken', inUse: true },
      settings: { defectType: 'broken', evaluation: { scoring: { pixelWeight: 1 } } },
    })
    expect(spec.startSteps).toContain(point.settings.evaluation.reconstruction.startStep)
    expect(point.settings.reason).toContain('on the choosing half')
    expect((await pointForType(studio, run.id, 'broken')).id).toBe(point.id)
    await expect(pointForType(studio, run.id, 'rust')).rejects.toThrow('There are broken')

    // Images flip between any two of its settings as their scores say.
    const at = (startStep: number) => ({ startStep, guidanceWeight: 2 })
    const found = await studio.flips.ofSweep(run.id, 1, at(50), at(150))
    expect(found).toMatchObject({
      images: 4,
      a: expect.stringContaining('T′ 50, skip 50, w 2') as string,
    })
    const { images, cells } = await sweeps.report(run.id, 1)
    const cellAt = (wanted: number) =>
      cells.find(
        ({ probe, reconstruction: { startStep, guidanceWeight } }) =>
          !probe && startStep === wanted && guidanceWeight === 2,
      )!
    const called = ({ measures, nominal }: (typeof cells)[number], i: number) =>
      measures[i]!.score >= nominal!.limit
    const expected = images.flatMap(({ imageId, group }, i) =>
      group === 'test' && called(cellAt(50), i) !== called(cellAt(150), i) ? [imageId] : [],
    )
    expect(found.flips.map(({ id }) => id).toSorted()).toEqual(expected.toSorted())
    await expect(studio.flips.ofSweep(run.id, 1, at(50), at(75))).rejects.toThrow('was not swept')
    const vague = { startStep: 50 }
    await expect(studio.flips.ofSweep(run.id, 1, vague, vague)).rejects.toThrow('Several')
  })

  it('reports from what is stored exactly what it measured at first, for any v', async () => {
    const { studio, run } = await trainedStudio()
    const { sweeps, queue } = studio
    const dataset = studio.datasets.get(run.datasetId)
    const image = studio.datasets.images(dataset).find((one) => one.defectType === 'broken')!
    const short = { ...spec, imageIds: [image.id], synthetic: 1, probes: false }
    const job = sweeps.start(run.id, short)
    await queue.drain([job.id])
    const first = await sweeps.report(run.id, 1)
    const again = await sweeps.report(run.id, 1)
    expect(again).toEqual(first)
    const other = await sweeps.report(run.id, 3)
    const scores = (report: typeof other) =>
      report.cells.map(({ measures }) => measures.map((m) => m?.score))
    expect(scores(other)).not.toEqual(scores(again))
    expect(again.images.map(({ group }) => group)).toEqual([
      'nominal',
      'nominal',
      'nominal',
      'test',
      'synthetic',
    ])
    for (const cell of again.cells) {
      expect(cell.ratio).toBe(2)
      expect(cell.measures[4]!.insideMax).not.toBeNull()
    }
  })

  it('finds a map again that was deleted, and keeps its maps within the size that is set', async () => {
    const { studio, run, folder } = await trainedStudio()
    const { sweeps, queue, mapCache, preferences } = studio
    const short = (startStep: number): SweepSpec => {
      return { ...spec, startSteps: [startStep], guidanceWeights: [2], synthetic: 0, probes: false }
    }
    const sweep = async (startStep: number): Promise<void> => {
      const job = sweeps.start(run.id, short(startStep))
      await queue.drain([job.id])
    }
    await sweep(50)
    const { bytes } = mapCache.show()
    const mapFolder = path.join(folder, 'maps')
    const onDisk = () => fs.readdirSync(mapFolder)
    const [cell] = onDisk()
    const [file] = fs
      .readdirSync(path.join(mapFolder, cell!))
      .filter((name) => name.endsWith('npy'))
    fs.rmSync(path.join(mapFolder, cell!, file!))
    expect(sweeps.plan(run.id, short(50))).toMatchObject({ stored: 6, maps: 7 })

    expect(mapCache.show().runs).toMatchObject([{ runId: run.id, settings: 1, maps: 7, bytes }])
    expect([bytes > 0, onDisk().length]).toEqual([true, 1])
    // Room for one setting: when the next sweep ends, the first setting makes room.
    preferences.set({ sweepCacheBytes: Math.ceil(1.5 * bytes) })
    await sweep(100)
    expect(mapCache.show().runs).toMatchObject([{ settings: 1, bytes }])
    expect(sweeps.plan(run.id, short(100))).toMatchObject({ stored: 7 })
    expect(sweeps.plan(run.id, short(50))).toMatchObject({ stored: 0 })
    // A folder that a cut-off removal has left is nobody's; maps of a sweep that waits are spared.
    fs.mkdirSync(path.join(mapFolder, '999'))
    queue.setPaused(true)
    const waiting = sweeps.start(run.id, short(150))
    expect(mapCache.prune({ toBytes: 0 })).toMatchObject({ maps: 0 })
    expect(onDisk()).toHaveLength(1)
    expect(() => mapCache.prune({ runId: run.id })).toThrow('nothing was removed')
    queue.cancel(waiting.id)
    expect(mapCache.prune({ runId: run.id })).toMatchObject({ settings: 1, maps: 7, bytes })
    expect(mapCache.show().bytes).toBe(0)
    expect(onDisk()).toEqual([])
  })
})
