import { expect, it } from 'vitest'
import { auroc } from '../../../../src/shared/metrics/auroc.ts'
import {
  EvaluationTally,
  type ScoredImage,
} from '../../../../src/shared/metrics/evaluation-metrics.ts'
import { metricIntervals } from '../../../../src/shared/metrics/metric-intervals.ts'
import {
  meanDifferences,
  rowStatistics,
  type ProfiledImages,
} from '../../../../src/shared/metrics/paired-bootstrap.ts'
import { pixelProfiles } from '../../../../src/shared/metrics/pixel-profiles.ts'
import { rankScores } from '../../../../src/shared/metrics/ranking.ts'
import { ResampledFigures, resampling } from '../../../../src/shared/metrics/resampled-figures.ts'
import { Random } from '../../../../src/shared/random.ts'

const count = 80
const anomalous = Array.from({ length: count }, (_, i) => i >= 40)
const images = anomalous.map((_, i) => i + 1)

/** Scores that separate the classes by `gap` standard deviations of a noise that two models share. */
function model(gap: number, ownNoise: number, seed: number): ProfiledImages {
  const common = new Random(1)
  const own = new Random(seed)
  const scores = anomalous.map((is) => (is ? gap : 0) + common.normal() + ownNoise * own.normal())
  return { images, scores, anomalous, profiles: null, figures: {} }
}

const metrics = ['imageAuroc'] as const
/** Image AUROC of a grid. */
function gridOf(rows: readonly (ProfiledImages | null)[][], seed: number, resamples = 1000) {
  const done = rows.map((row) => rowStatistics(row, 0, { seed, resamples, metrics }))
  const cells = done.map((row) =>
    row.cells.map((cell) => cell && { difference: cell.differences.imageAuroc }),
  )
  const means = meanDifferences(done, { seed, metrics }).map(({ imageAuroc }) => imageAuroc)
  return { cells, means }
}

const plain = ({ scores }: ProfiledImages) =>
  auroc(rankScores([{ scores, labels: anomalous.map(Number) }]))!

it('finds a small difference between models that err on the same images, and none in noise', () => {
  const baseline = model(1, 0, 2)
  const better = model(1.4, 0.1, 3)
  const alike = model(1, 0.05, 4)
  const row = [baseline, better, alike]
  const { cells, means } = gridOf([row, row], 5)
  const [first, second, third] = cells[0]!
  expect(first!.difference).toBeUndefined()
  expect(second!.difference!.value).toBeCloseTo(plain(better) - plain(baseline), 12)
  expect(second!.difference!.low).toBeGreaterThan(0)
  expect(second!.difference!.pValue).toBeLessThan(0.01)
  expect(third!.difference!.low).toBeLessThan(0)
  expect(third!.difference!.pValue).toBeGreaterThan(0.05)
  expect(means[1]!.value).toBeCloseTo(second!.difference!.value, 12)
  expect(means[1]!.images).toBe(160)
  expect(means[0]).toBeUndefined()
})

it('pairs by image and leaves out what only one has; a missing class has no interval', () => {
  const baseline = model(1, 0, 2)
  const reversed: ProfiledImages = {
    ...baseline,
    images: images.toReversed().slice(0, 60),
    scores: baseline.scores.toReversed().slice(0, 60),
    anomalous: anomalous.toReversed().slice(0, 60),
  }
  const { cells } = gridOf([[baseline, reversed, null]], 5)
  expect(cells[0]![1]!.difference).toMatchObject({
    value: 0,
    low: 0,
    high: 0,
    pValue: 1,
    images: 60,
  })
  expect(cells[0]![2]).toBeNull()
  const nominal = { ...baseline, images: [1], scores: [1], anomalous: [false] }
  expect(gridOf([[nominal]], 5).cells[0]![0]).toEqual({})
})

const side = 24

/** Images of two models: what the defect adds to its pixels, over noise that both share. */
function pictures(contrast: number): ScoredImage[] {
  const random = new Random(11)
  return Array.from({ length: 24 }, (_, n) => {
    const mask = n >= 12 ? new Uint8Array(side * side) : null
    const map = Float32Array.from({ length: side * side }, () => random.normal())
    for (let y = 4; mask && y < 8 + (n % 5); y++) {
      for (let x = 4; x < 10; x++) {
        mask[y * side + x] = 255
        map[y * side + x]! += contrast + 0.2 * random.normal()
      }
    }
    const anomalous = mask !== null
    const defectType = anomalous ? 'dent' : 'good'
    return { score: Math.max(...map), anomalous, defectType, width: side, height: side, map, mask }
  })
}

/** As a tally counts them. */
function tallyOf(images: readonly ScoredImage[]): EvaluationTally {
  const tally = new EvaluationTally()
  for (const image of images) tally.add(image)
  return tally
}
const profilesOf = (images: readonly ScoredImage[]) => pixelProfiles(tallyOf(images).images(null))

const pixelNames = ['pixelAuroc', 'pixelAp', 'auPro30', 'imageAp'] as const
const exactly = (images: readonly ScoredImage[]) => {
  const rows = tallyOf(images).metrics({ scopes: [null] })
  return pixelNames.map((name) => rows.find((row) => row.name === name)!.value!)
}

it('resamples the figures of pixels from their profiles as the whole maps would give them', () => {
  const images = pictures(1.2)
  const figures = new ResampledFigures(images, profilesOf(images))
  const draw = resampling(
    images.map((image) => image.anomalous),
    new Random(2),
  )!
  for (let round = 0; round < 5; round++) {
    const weights = draw()
    const drawn = images.flatMap((image, i) => Array.from({ length: weights[i]! }, () => image))
    const expected = exactly(drawn)
    for (const [i, value] of figures.of(weights, pixelNames).entries())
      expect(Math.abs(value - expected[i]!)).toBeLessThan(0.005)
  }
})

it('pairs pixels by image: the exact difference, and what chance allows of it', () => {
  const profiled = (images: readonly ScoredImage[]): ProfiledImages => ({
    images: images.map((_, i) => i),
    scores: images.map(({ score }) => score),
    anomalous: images.map((image) => image.anomalous),
    profiles: profilesOf(images),
    figures: Object.fromEntries(exactly(images).map((value, i) => [pixelNames[i]!, value])),
  })
  const [weak, strong] = [pictures(1.2), pictures(1.5)]
  const row = [profiled(weak), profiled(strong), { ...profiled(strong), profiles: null }]
  const options = { seed: 1, resamples: 200, metrics: pixelNames }
  const { cells } = rowStatistics(row, 0, options)
  const [before, after] = [exactly(weak), exactly(strong)]
  for (const [i, name] of pixelNames.slice(0, 3).entries()) {
    const difference = cells[1]!.differences[name]!
    expect(difference.value).toBeCloseTo(after[i]! - before[i]!, 12)
    expect(difference.low).toBeGreaterThan(0)
    expect(difference.high).toBeGreaterThan(difference.value)
    // Both saw the same images, so the difference is known better than either figure.
    const rows = [{ defectType: null, name, value: after[i]! }]
    const own = metricIntervals(rows, strong, profilesOf(strong), 200)[name]!
    expect(difference.high - difference.low).toBeLessThan(own.high - own.low)
  }
  expect(Object.keys(cells[2]!.differences)).toEqual(['imageAp'])
})
