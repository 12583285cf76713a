import { describe, expect, it } from 'vitest'
import { evaluationMetrics } from '../../../support/evaluation-metrics.ts'
import { metricNames, type MetricRow } from '../../../../src/shared/evaluation/evaluation.ts'
import { pixelCosts } from '../../../../src/shared/metrics/costs.ts'
import {
  EvaluationTally,
  type ScoredImage,
} from '../../../../src/shared/metrics/evaluation-metrics.ts'
import { auroc } from '../../../../src/shared/metrics/auroc.ts'
import { intervalAround } from '../../../../src/shared/metrics/bootstrap.ts'
import { rankScores } from '../../../../src/shared/metrics/ranking.ts'
import { metricIntervals } from '../../../../src/shared/metrics/metric-intervals.ts'
import { pixelProfiles } from '../../../../src/shared/metrics/pixel-profiles.ts'
import { Random } from '../../../../src/shared/random.ts'

const side = 16
const random = new Random(4)

/** An image whose map shows a square defect with the given contrast; the mask's border is half covered. */
function image(defectType: string, contrast: number): ScoredImage {
  const anomalous = defectType !== 'good'
  const mask = anomalous ? new Uint8Array(side * side) : null
  const map = Float32Array.from({ length: side * side }, () => random.uniform())
  for (let y = 4; anomalous && y < 10; y++) {
    for (let x = 4; x < 10; x++) {
      const border = x === 4 || y === 4
      mask![y * side + x] = border ? 100 : 255
      if (!border) map[y * side + x]! += contrast
    }
  }
  return { score: Math.max(...map), anomalous, defectType, width: side, height: side, map, mask }
}

const images = [
  ...Array.from({ length: 6 }, () => image('good', 0)),
  ...Array.from({ length: 4 }, () => image('strong', 2)),
  ...Array.from({ length: 4 }, () => image('faint', 0.05)),
]

describe('evaluationMetrics', () => {
  const rows = evaluationMetrics(images)
  const value = (defectType: string | null, name: string) =>
    rows.find((row) => row.defectType === defectType && row.name === name)!.value!

  it('has every figure for the category and for each defect type', () => {
    expect(rows.map(({ defectType, name }) => [defectType, name])).toEqual(
      [null, 'faint', 'strong'].flatMap((type) => metricNames.map((name) => [type, name])),
    )
    expect(rows.filter(({ value }) => value === null || value < 0 || value > 1)).toEqual([])
  })

  it('judges a defect type against all nominal images', () => {
    const strong = images.filter(({ defectType }) => defectType !== 'faint')
    const alone = evaluationMetrics(strong).filter((row) => row.defectType === null)
    for (const { name, value: expected } of alone) expect(value('strong', name)).toBe(expected)
    expect(value('strong', 'pixelAuroc')).toBe(1)
    expect(value('strong', 'auPro30')).toBe(1)
    expect(value('faint', 'pixelAuroc')).toBeLessThan(0.8)
    // Half-covered pixels count as defective in the reference's variant only.
    expect(value('strong', 'referencePixelAuroc')).toBeLessThan(1)
  })

  it('counts no pixel of a defective image without a mask, and its score all the same', () => {
    const maskless = images.map((one, i) => (i === 7 || i === 11 ? { ...one, mask: null } : one))
    const known = maskless.filter(({ anomalous, mask }) => !anomalous || mask !== null)
    const [figures, ofKnown] = [evaluationMetrics(maskless), evaluationMetrics(known)]
    for (const [i, row] of figures.entries()) {
      const expected = row.name.startsWith('image') ? rows[i] : ofKnown[i]
      expect(row, `${row.defectType} ${row.name}`).toEqual(expected)
    }
    // Counted as nominal, as they once were, they would change the figures.
    expect(value(null, 'pixelAp')).not.toBe(ofKnown.find((row) => row.name === 'pixelAp')!.value)
    const tally = new EvaluationTally()
    for (const one of maskless) tally.add(one)
    const costs = pixelCosts(pixelProfiles(tally.images(null)))!
    expect(costs).toHaveLength(images.length)
    expect(costs[7]).toEqual({ pixelAuroc: 0, auPro30: 0, auPro05: 0 })
    const sum = costs.reduce((total, { pixelAuroc }) => total + pixelAuroc, 0)
    const auroc = ofKnown.find((row) => row.name === 'pixelAuroc')!.value!
    expect(sum).toBeCloseTo(1 - auroc, 2)
  })

  it('counts an image from when it gets a mask until it loses it', () => {
    const tally = new EvaluationTally()
    for (const one of images) tally.add(one)
    tally.setMask(8, { ...images[8]!, mask: null })
    const without = images.filter((_, place) => place !== 8)
    const pixels = (all: readonly MetricRow[]) =>
      all.filter(({ name }) => !name.startsWith('image'))
    expect(pixels(tally.metrics())).toEqual(pixels(evaluationMetrics(without)))
    tally.setMask(8, images[8]!)
    expect(tally.metrics()).toEqual(rows)
  })

  it('leaves undefined figures null', () => {
    const nominalOnly = evaluationMetrics(images.slice(0, 6))
    expect(nominalOnly).toHaveLength(metricNames.length)
    expect(nominalOnly.every((row) => row.value === null)).toBe(true)
  })
})

describe('metricIntervals', () => {
  it('are the same every time, and hold the estimate', () => {
    const scored = [0, 1].flatMap((shift) =>
      Array.from({ length: 40 }, () => ({
        score: random.normal() + shift,
        anomalous: shift === 1,
      })),
    )
    const scores = scored.map(({ score }) => score)
    const labels = scored.map(({ anomalous }) => Number(anomalous))
    const value = auroc(rankScores([{ scores, labels }]))
    const rows = [{ defectType: null, name: 'imageAuroc' as const, value }]
    const drawn = () => metricIntervals(rows, scored, null, 1000).imageAuroc
    const imageAuroc = drawn()
    expect(drawn()).toEqual(imageAuroc)
    // AUROC of two unit normals one apart is Φ(1/√2) = 0.760; its standard error here is about 0.053.
    expect(imageAuroc!.low).toBeLessThan(0.76)
    expect(imageAuroc!.high).toBeGreaterThan(0.76)
    expect(imageAuroc!.high - imageAuroc!.low).toBeGreaterThan(0.12)
    expect(imageAuroc!.high - imageAuroc!.low).toBeLessThan(0.3)
  })

  it('hold the exact pixel figures although their pixels are binned', () => {
    const rows = evaluationMetrics(images, { intervals: true })
    const faint = rows.filter(({ defectType }) => defectType === 'faint')
    for (const name of ['pixelAuroc', 'pixelAp', 'auPro30', 'auPro05'] as const) {
      const { value, interval } = faint.find((row) => row.name === name)!
      expect(interval!.low, name).toBeLessThan(value!)
      expect(interval!.high, name).toBeGreaterThan(value!)
      expect(interval!.high - interval!.low, name).toBeLessThan(0.4)
    }
  })

  it('hold every figure, also where few images and coarse bins leave the resamples beside it', () => {
    for (let count = 2; count <= 6; count++) {
      const few = [...images.slice(0, count), ...images.slice(-count)]
      for (const { name, value, interval } of evaluationMetrics(few, { intervals: true })) {
        if (value === null || !interval) continue
        expect(interval.low, name).toBeLessThanOrEqual(value)
        expect(interval.high, name).toBeGreaterThanOrEqual(value)
      }
    }
    // Two edges count everything in five bins: the binned figure is far from the exact one, the interval is not.
    const coarse = intervalAround(0.266, 0.17, [0.095, 0.15, 0.17, 0.2, 0.246], 0)!
    expect(coarse.low).toBeLessThan(0.266)
    expect(coarse.high).toBeGreaterThan(0.3)
    expect(intervalAround(1, 1, [0.9, 0.95], 0)!.high).toBe(1)
  })

  it('are absent when a class is', () => {
    const rows = evaluationMetrics(images.slice(0, 6), { intervals: true })
    expect(rows.every(({ interval }) => interval === undefined)).toBe(true)
  })
})
