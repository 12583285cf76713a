import { describe, expect, it } from 'vitest'
import { metricNames } from '../../../../src/shared/domain/evaluation.ts'
import { aurocInterval } from '../../../../src/shared/metrics/bootstrap.ts'
import {
  evaluationMetrics,
  type ScoredImage,
} from '../../../../src/shared/metrics/evaluation-metrics.ts'
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

  it('leaves undefined figures null', () => {
    const nominalOnly = evaluationMetrics(images.slice(0, 6))
    expect(nominalOnly).toHaveLength(metricNames.length)
    expect(nominalOnly.every((row) => row.value === null)).toBe(true)
  })
})

describe('aurocInterval', () => {
  it('is the same for the same seed, and holds the estimate', () => {
    const nominal = Array.from({ length: 40 }, () => random.normal())
    const anomalous = Array.from({ length: 40 }, () => random.normal() + 1)
    const interval = aurocInterval(nominal, anomalous, { seed: 1 })!
    expect(aurocInterval(nominal, anomalous, { seed: 1 })).toEqual(interval)
    expect(aurocInterval(nominal, anomalous, { seed: 2 })).not.toEqual(interval)
    // AUROC of two unit normals one apart is Φ(1/√2) = 0.760; its standard error here is about 0.053.
    expect(interval.low).toBeLessThan(0.76)
    expect(interval.high).toBeGreaterThan(0.76)
    expect(interval.high - interval.low).toBeGreaterThan(0.12)
    expect(interval.high - interval.low).toBeLessThan(0.3)
  })

  it('is null when a class is absent', () => {
    expect(aurocInterval([], [1], { seed: 1 })).toBeNull()
  })
})
