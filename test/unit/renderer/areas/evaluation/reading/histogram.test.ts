import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  classNames,
  dots,
  histogram,
} from '../../../../../../src/renderer/src/areas/evaluation/reading/histogram.ts'

const score = fc.record({
  anomalous: fc.boolean(),
  defectType: fc.constantFrom('crack', 'hole', 'stain', 'cut', 'bent', 'good'),
  score: fc.double({ min: -10, max: 10, noNaN: true }),
})

it('counts every score once, and draws a dot for each', () => {
  fc.assert(
    fc.property(
      fc.array(score, { minLength: 1 }),
      fc.integer({ min: 1, max: 40 }),
      (scores, bins) => {
        const { series, centres } = histogram(scores, bins, 3)
        const total = series.flatMap(({ counts }) => counts).reduce((sum, count) => sum + count, 0)
        expect(total).toBe(scores.length)
        expect(centres).toHaveLength(bins)
        const drawn = dots(scores, classNames(scores), 3).series.flatMap(({ points }) => points)
        expect(drawn).toHaveLength(scores.length)
      },
    ),
  )
})

it('keeps the classes apart', () => {
  const { series } = histogram(
    [
      { anomalous: false, defectType: 'good', score: 0 },
      { anomalous: true, defectType: 'crack', score: 1 },
    ],
    2,
    0,
  )
  expect(series).toEqual([
    { name: 'good', counts: [1, 0] },
    { name: 'crack', counts: [0, 1] },
  ])
})

it('reaches a threshold that no score has', () => {
  const scores = [{ anomalous: false, defectType: 'good', score: 1 }]
  const { centres, width } = histogram(scores, 4, 9)
  expect([centres[0]! - width / 2, centres[3]! + width / 2]).toEqual([1, 9])
})

it('takes many defect types together', () => {
  const types = ['a', 'b', 'c', 'd', 'e']
  const scores = types.map((defectType) => ({ anomalous: true, defectType, score: 1 }))
  expect(classNames(scores)).toEqual(['defective'])
  expect(classNames(scores.slice(0, 4))).toEqual(types.slice(0, 4))
})
