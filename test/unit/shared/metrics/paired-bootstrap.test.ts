import { expect, it } from 'vitest'
import { auroc } from '../../../../src/shared/metrics/auroc.ts'
import { metricIntervals } from '../../../../src/shared/metrics/metric-intervals.ts'
import {
  gridStatistics,
  type ScoredImages,
} from '../../../../src/shared/metrics/paired-bootstrap.ts'
import { rankScores } from '../../../../src/shared/metrics/ranking.ts'
import { Random } from '../../../../src/shared/random.ts'

const count = 80
const anomalous = Array.from({ length: count }, (_, i) => i >= 40)
const images = anomalous.map((_, i) => i + 1)

/** Scores that separate the classes by `gap` standard deviations of a noise that two models share. */
function model(gap: number, ownNoise: number, seed: number): ScoredImages {
  const common = new Random(1)
  const own = new Random(seed)
  const scores = anomalous.map((is) => (is ? gap : 0) + common.normal() + ownNoise * own.normal())
  return { images, scores, anomalous }
}

const plain = ({ scores }: ScoredImages) =>
  auroc(rankScores([{ scores, labels: anomalous.map(Number) }]))!

it('gives the interval that resampling AUROC itself gives, ties included', () => {
  const rounded = model(1, 0, 2)
  const scores = rounded.scores.map((score) => Math.round(score * 2) / 2)
  const { cells } = gridStatistics([[{ ...rounded, scores }]], 0, { seed: 3, resamples: 4000 })
  const profile = { negatives: new Float64Array(1), positives: null, gains: null, regions: 0 }
  const scored = scores.map((score, i) => ({ score, anomalous: anomalous[i]!, profile }))
  const reference = metricIntervals(scored, { seed: 9, resamples: 4000 }).imageAuroc!
  expect(cells[0]![0]!.interval!.low).toBeCloseTo(reference.low, 1.7)
  expect(cells[0]![0]!.interval!.high).toBeCloseTo(reference.high, 1.7)
})

it('finds a small difference between models that err on the same images, and none in noise', () => {
  const baseline = model(1, 0, 2)
  const better = model(1.4, 0.1, 3)
  const alike = model(1, 0.05, 4)
  const row = [baseline, better, alike]
  const { cells, means } = gridStatistics([row, row], 0, { seed: 5 })
  const [first, second, third] = cells[0]!
  expect(first!.difference).toBeNull()
  expect(second!.difference!.value).toBeCloseTo(plain(better) - plain(baseline), 12)
  expect(second!.difference!.low).toBeGreaterThan(0)
  expect(second!.difference!.pValue).toBeLessThan(0.01)
  expect(third!.difference!.low).toBeLessThan(0)
  expect(third!.difference!.pValue).toBeGreaterThan(0.05)
  expect(means[1]!.value).toBeCloseTo(second!.difference!.value, 12)
  expect(means[1]!.images).toBe(160)
  expect(means[0]).toBeNull()
})

it('pairs by image and leaves out what only one has; a missing class has no interval', () => {
  const baseline = model(1, 0, 2)
  const reversed: ScoredImages = {
    images: images.toReversed().slice(0, 60),
    scores: baseline.scores.toReversed().slice(0, 60),
    anomalous: anomalous.toReversed().slice(0, 60),
  }
  const { cells } = gridStatistics([[baseline, reversed, null]], 0, { seed: 5 })
  expect(cells[0]![1]!.difference).toMatchObject({
    value: 0,
    low: 0,
    high: 0,
    pValue: 1,
    images: 60,
  })
  expect(cells[0]![2]).toBeNull()
  const nominal = { images: [1], scores: [1], anomalous: [false] }
  expect(gridStatistics([[nominal]], 0, { seed: 5 }).cells[0]![0]).toEqual({
    interval: null,
    difference: null,
  })
})
