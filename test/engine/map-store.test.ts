/** What sweeps and evaluations share: maps, images, calibration, halves and the bank of neighbours. */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { encodeRgbPng } from '../../src/main/decode/png.ts'
import { decodeNpy } from '../../src/main/decode/npy.ts'
import { choose } from '../../src/main/cli/start-step-choice.ts'
import type { SweepSpec } from '../../src/shared/config/sweep-spec.ts'
import { defaultBins } from '../../src/shared/diffusion/start-step-rule.ts'
import { choosingHalf, familyOf } from '../../src/shared/maps/start-step-family.ts'
import { choosingPart } from '../../src/shared/metrics/held-out.ts'
import { combineMaps } from '../../src/shared/metrics/stored-maps.ts'
import type { RunConfig } from '../../src/shared/config/run-config.ts'
import { nominalScores, type SweepReport } from '../../src/shared/maps/sweep.ts'
import type { Run } from '../../src/shared/runs/run.ts'
import { finished, tinyConfig, trainedPlates } from '../support/real-studio.ts'

const spec: SweepSpec = {
  startSteps: [50, 100],
  skips: [50],
  guidanceWeights: [tinyConfig.reconstruction.guidanceWeight],
  pixelWeights: [tinyConfig.scoring.pixelWeight],
  checkpointIds: [],
  imageIds: null,
  synthetic: 0,
  probes: false,
}
const v = tinyConfig.scoring.pixelWeight

const familyIn = (report: SweepReport, { config }: Run) => {
  const { reconstruction: base } = config
  const [cell] = report.cells
  const { guidanceWeight } = base
  return familyOf(report, { checkpointId: cell!.checkpointId, guidanceWeight, skip: 50, base })
}

it('evaluates after a sweep, and sweeps after an evaluation, without a pass of the network', async () => {
  const { studio, engine, run, dataset } = await trainedPlates()
  const { sweeps, evaluations, operatingPoints } = studio
  await finished(studio, [sweeps.start(run.id, spec).id])
  // 4 nominal and 16 test images at T′ 50, one pass, and at T′ 100, two.
  expect(engine.passes).toBe(20 * (1 + 2))
  const report = await sweeps.report(run.id, v)
  const point = choose(studio, run.id, report, familyIn(report, run), 'fixed')
  const { evaluation, jobId } = evaluations.start(run.id, point.settings.evaluation, point)
  await finished(studio, [jobId])
  expect(engine.passes).toBe(60)

  // The same images, maps and calibration, so the same scores.
  const { startStep } = point.settings.evaluation.reconstruction
  const cell = report.cells.find((one) => one.reconstruction.startStep === startStep)!
  const { calibration, metrics } = evaluations.get(evaluation.id)
  expect(calibration!.ratio).toBe(cell.ratio)
  expect(calibration!.nominalScores).toHaveLength(4)
  const results = evaluations.results(evaluation.id)
  expect(results).toHaveLength(16)
  for (const { imageId, score, ratio, id } of results) {
    const at = report.images.findIndex((image) => image.imageId === imageId)
    expect(score).toBe(cell.measures[at]!.score)
    const file = studio.files.maps(id)
    const { data } = decodeNpy(readFileSync(file), file)
    expect(combineMaps(data, 32, v * ratio, run.config.scoring.crop).score).toBe(score)
    expect(readFileSync(studio.files.reconstruction(id)).length).toBeGreaterThan(0)
  }
  // With another value range they are of other pictures, and say so until it is taken back.
  const marked = () => studio.fileChecks.changedSince(evaluation.id).length
  expect(marked()).toBe(0)
  const ranged = studio.readings.setRange(dataset, { low: 0, high: 100 })
  expect(marked()).toBe(16)
  studio.readings.setRange(ranged, null)
  expect(marked()).toBe(0)
  // Every figure lies in its interval.
  for (const { value, interval } of metrics) {
    if (value === null || !interval) continue
    expect(interval.low).toBeLessThanOrEqual(value)
    expect(interval.high).toBeGreaterThanOrEqual(value)
  }

  // T′ and threshold are chosen on the same part; no image that judges has chosen anything.
  const chosen = choosingHalf(report.images)
  expect(new Set(evaluations.get(evaluation.id).chosenOn)).toEqual(chosen)
  for (const seed of [0, 1, 7]) {
    const part = choosingPart(results, seed, evaluations.get(evaluation.id).chosenOn)
    const judged = results.filter(({ imageId }) => !part.has(imageId))
    expect(judged).toHaveLength(8)
    expect(judged.filter(({ imageId }) => chosen.has(imageId))).toEqual([])
  }
  const saved = operatingPoints.save(evaluation.id, 'strict', {
    ...{ threshold: 1, upper: null, pixelThreshold: null, rule: { kind: 'f1-max' } },
    ...{ pixelWeight: v, chosenOn: { kind: 'half', seed: 3 } },
  })
  expect(new Set(saved.settings.chosenOn)).toEqual(chosen)

  // What an evaluation has computed is a setting of a sweep as well.
  const settings = { ...evaluation.settings }
  const wider = { ...settings.reconstruction, startStep: 150, skip: 50 }
  const again = evaluations.start(run.id, { ...settings, reconstruction: wider })
  await finished(studio, [again.jobId])
  expect(engine.passes).toBe(60 + 20 * 3)
  await finished(studio, [sweeps.start(run.id, { ...spec, startSteps: [50, 100, 150] }).id])
  expect(engine.passes).toBe(120)
  expect((await sweeps.report(run.id, v)).cells).toHaveLength(3)
})

it('shows a stored map of one image without a pass, and its passes when they are asked for', async () => {
  const { studio, run } = await trainedPlates()
  const { sweeps, previews, facts } = studio
  const told: string[] = []
  facts.on('preview.event', ({ event }) => told.push(event.type))
  let stored = 0
  facts.on('maps.changed', ({ runId }) => (stored += Number(runId === run.id)))
  await finished(studio, [sweeps.start(run.id, spec).id])
  expect(stored).toBeGreaterThan(0)
  const { images, cells } = await sweeps.report(run.id, v)
  const at = images.findIndex(({ group }) => group === 'test')
  const cell = cells[1]!
  const show = (startStep: number, steps = false) =>
    previews.start({
      ...{ token: 1, runId: run.id, imageId: images[at]!.imageId, checkpointId: null, steps },
      reconstruction: { ...cell.reconstruction, startStep },
    })
  const swept = await show(100)
  expect(told).toEqual([])
  const { crop } = run.config.scoring
  const score = (maps: Float32Array) => combineMaps(maps, 32, v * cell.ratio!, crop).score
  expect(score(swept.maps)).toBe(cell.measures[at]!.score)
  expect(swept.reconstruction).toHaveLength(32 * 32 * 3)
  // The same by its passes, but for the order of sums in a pass of one image.
  const live = await show(100, true)
  expect(told).toEqual(['noised', 'step', 'step'])
  expect(score(live.maps)).toBeCloseTo(score(swept.maps), 4)
  await show(150)
  expect(told).toHaveLength(3 + 4)

  // A report names what the asker has, and has again what is other at another v or after more maps.
  const versions = cells.map(({ version }) => version)
  const same = await sweeps.report(run.id, v, versions)
  expect(same).toMatchObject({ cells: [], unchanged: cells.map(({ id }) => id) })
  const [older] = versions
  await finished(studio, [sweeps.start(run.id, { ...spec, startSteps: [150] }).id])
  const more = await sweeps.report(run.id, v, [older!])
  expect(more.unchanged).toEqual([cells[0]!.id])
  expect(more.cells.map(({ reconstruction }) => reconstruction.startStep)).toEqual([100, 150])
  expect((await sweeps.report(run.id, v + 1, versions)).unchanged).toEqual([])
})

it('goes on with a paused evaluation where it was, and keeps the images that it began with', async () => {
  const { studio, engine, run, plates, dataset } = await trainedPlates()
  const { evaluations, queue } = studio
  const { scoring } = run.config
  // So many passes an image that a pause is heard long before the last one.
  const passes = 50
  const reconstruction = { ...run.config.reconstruction, startStep: 500, skip: 500 / passes }
  const { evaluation, jobId } = evaluations.start(run.id, { reconstruction, scoring })
  let made = 0
  const end = studio.facts.on('evaluation.result', () => {
    if (made++ === 0) queue.pause(jobId)
  })
  await queue.drain([jobId])
  end()
  const before = evaluations.results(evaluation.id)
  const asked = engine.passes
  expect(asked).toBe(20 * passes)
  expect(before.length).toBeGreaterThan(0)
  expect(before.length).toBeLessThan(16)
  // An image that came since is not part of it.
  const late = path.join(plates, 'plate/test/good/new.png')
  copyFileSync(path.join(plates, 'plate/test/good/000.png'), late)
  writeFileSync(late, encodeRgbPng({ width: 48, height: 48, data: new Uint8Array(6912).fill(7) }))
  await studio.additions.inspect(studio.datasets.get(dataset.id))
  studio.additions.apply(studio.datasets.get(dataset.id))
  queue.resume(jobId)
  await finished(studio, [jobId])
  const results = evaluations.results(evaluation.id)
  expect(results).toHaveLength(16)
  // Only what was missing is asked for: nothing that was recorded, and at most a batch more was computed.
  const again = (engine.passes - asked) / passes
  expect(again).toBeLessThanOrEqual(16 - before.length)
  for (const { imageId, score, id } of before)
    expect(results.find((one) => one.imageId === imageId)).toMatchObject({ score, id })
})

it('sweeps data that changed: one rule of images, one calibration, and changed files are named', async () => {
  const { studio, run, plates, dataset } = await trainedPlates()
  const { sweeps, evaluations } = studio
  const png = (value: number) =>
    encodeRgbPng({ width: 48, height: 48, data: new Uint8Array(6912).fill(value) })
  // Nominal images that the run has not seen, in front of its own.
  for (let n = 0; n < 6; n++) writeFileSync(path.join(plates, `plate/train/good/${n}.png`), png(n))
  await studio.additions.inspect(studio.datasets.get(dataset.id))
  studio.additions.apply(studio.datasets.get(dataset.id))
  writeFileSync(path.join(plates, 'plate/test/good/003.png'), png(50))
  await finished(studio, [sweeps.start(run.id, spec).id])
  const first = await sweeps.report(run.id, v)
  const inGroup = (report: SweepReport, group: string) =>
    report.images.filter((image) => image.group === group).length
  expect([inGroup(first, 'nominal'), inGroup(first, 'test')]).toEqual([4, 16])
  for (const { nominal, ratio, measures } of first.cells) {
    expect(nominal).not.toBeNull()
    expect(ratio).toBeGreaterThan(0)
    expect(measures).not.toContain(null)
  }
  expect(sweeps.plan(run.id, spec)).toMatchObject({ images: 20, maps: 40, stored: 40, passes: 0 })
  const changedPath = 'plate/test/good/003.png'
  expect(first.changed).toMatchObject([{ path: changedPath, shown: 'now' }])

  // One that changes after the sweep is shown as it was, and named.
  writeFileSync(path.join(plates, 'plate/test/dent/001.png'), png(60))
  await studio.fileChecks.check(dataset.id).result
  const second = await sweeps.report(run.id, v)
  expect(inGroup(second, 'test')).toBe(16)
  expect(second.changed.map((image) => [image.path, image.shown]).toSorted()).toEqual([
    ['plate/test/dent/001.png', 'before'],
    [changedPath, 'now'],
  ])
  expect(second.cells.map(({ measures }) => measures)).toEqual(
    first.cells.map(({ measures }) => measures),
  )

  // An evaluation calibrates on the same images, and its neighbour rule measures to the same bank.
  const rule = defaultBins(second.nominalDistances, 100, 50)
  expect(second.nominalDistances).toHaveLength(4)
  const { reconstruction, scoring } = run.config
  const settings = { reconstruction, scoring, startStepRule: rule }
  const { evaluation, jobId } = evaluations.start(run.id, settings)
  await finished(studio, [jobId])
  const cell = second.cells.find((one) => one.reconstruction.startStep === 100)!
  expect(evaluations.get(evaluation.id).calibration!.ratio).toBe(cell.ratio)
  for (const { imageId, startStep } of evaluations.results(evaluation.id)) {
    const image = second.images.find((one) => one.imageId === imageId)!
    if (image.path === 'plate/test/dent/001.png') continue
    const bin = rule.edges.filter((edge) => edge < image.distance!).length
    expect(startStep).toBe(rule.startSteps[Math.min(bin, rule.startSteps.length - 1)])
  }
})

it('takes one T′ after another until an image is clear, and the mean of its maps', async () => {
  const { studio, engine, run } = await trainedPlates()
  const { evaluations, files } = studio
  const { reconstruction, scoring } = run.config
  const rule = { kind: 'until-clear' as const, startSteps: [50, 100] }
  const at = async (
    change: Partial<RunConfig['reconstruction']>,
    startStepRule: (typeof rule & { low: number; high: number }) | null,
  ) => {
    const settings = { reconstruction: { ...reconstruction, ...change }, scoring, startStepRule }
    const { evaluation, jobId } = evaluations.start(run.id, settings)
    await finished(studio, [jobId])
    return evaluations.get(evaluation.id)
  }
  const [long, short] = [await at({}, null), await at({ startStep: 50 }, null)]
  const passes = engine.passes
  const always = await at({}, { ...rule, low: 0, high: 0 })
  const never = await at({}, { ...rule, low: 0, high: 1e9 })
  // All of it follows from maps that are stored.
  expect(engine.passes).toBe(passes)
  const limit = ({ calibration }: typeof long) => nominalScores(calibration!.nominalScores).limit
  const factor = limit(long) / limit(short)
  const combined = (evaluation: typeof long) =>
    new Map(
      evaluations.results(evaluation.id).map(({ id, imageId, ratio, score }) => {
        const file = files.maps(id)
        const { data } = decodeNpy(readFileSync(file), file)
        const { map, score: own } = combineMaps(data, 32, scoring.pixelWeight * ratio, scoring.crop)
        expect(own).toBeCloseTo(score, 5)
        return [imageId, map]
      }),
    )
  const [at100, at50, first, mean] = [long, short, always, never].map(combined)
  expect(evaluations.results(always.id).map(({ startStep }) => startStep)).toEqual(
    Array(16).fill(50),
  )
  expect(evaluations.results(never.id).map(({ startStep }) => startStep)).toEqual(
    Array(16).fill(100),
  )
  for (const [imageId, long100] of at100!) {
    const scaled = at50!.get(imageId)!.map((value) => value * factor)
    const close = (found: Float32Array, expected: Float32Array) => {
      const largest = Math.max(...expected)
      expect(
        Math.max(...found.map((value, i) => Math.abs(value - expected[i]!))) / largest,
      ).toBeLessThan(1e-4)
    }
    close(first!.get(imageId)!, scaled)
    close(
      mean!.get(imageId)!,
      long100.map((value, i) => (value + scaled[i]!) / 2),
    )
  }
})

it('scores by the mean of the maps of several draws of noise, each of them stored', async () => {
  const { studio, engine, run } = await trainedPlates()
  const { evaluations, files } = studio
  const { reconstruction, scoring } = run.config
  const at = async (noiseSeed: number, noiseSeeds: number) => {
    const settings = { reconstruction: { ...reconstruction, noiseSeed }, scoring, noiseSeeds }
    const { evaluation, jobId } = evaluations.start(run.id, settings)
    await finished(studio, [jobId])
    const read = ({ id }: { id: Parameters<typeof files.maps>[0] }) =>
      decodeNpy(readFileSync(files.maps(id)), '').data
    return new Map(evaluations.results(evaluation.id).map((one) => [one.imageId, read(one)]))
  }
  const seed = reconstruction.noiseSeed
  const both = await at(seed, 2)
  const passes = engine.passes
  const [first, second] = [await at(seed, 1), await at(seed + 1, 1)]
  expect(engine.passes).toBe(passes)
  expect(both.size).toBe(16)
  for (const [imageId, mean] of both) {
    const [a, b] = [first.get(imageId)!, second.get(imageId)!]
    for (let i = 0; i < mean.length; i += 97) expect(mean[i]).toBeCloseTo((a[i]! + b[i]!) / 2, 6)
    expect(a).not.toEqual(b)
  }
})

it('scales by each batch where the reference does, from what is stored', async () => {
  const { studio, engine, run } = await trainedPlates()
  const { evaluations } = studio
  const { reconstruction, scoring } = run.config
  const at = async (change: Partial<typeof scoring>) => {
    const settings = { reconstruction, scoring: { ...scoring, ...change } }
    const { evaluation, jobId } = evaluations.start(run.id, settings)
    await finished(studio, [jobId])
    return evaluations.results(evaluation.id)
  }
  await at({})
  const passes = engine.passes
  const results = await at({ normalisation: 'compatible' })
  expect(engine.passes).toBe(passes)
  // Sixteen images in batches of four, each with a ratio of its own.
  const counts = [...Map.groupBy(results, ({ ratio }) => ratio).values()].map((own) => own.length)
  expect(counts).toEqual([4, 4, 4, 4])
})
