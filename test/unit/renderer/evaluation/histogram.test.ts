import fc from 'fast-check'
import { expect, it } from 'vitest'
import { histogram } from '../../../../src/renderer/src/lib/evaluation/histogram.ts'

const score = fc.record({
  name: fc.constantFrom('good', 'crack'),
  score: fc.double({ min: -10, max: 10, noNaN: true }),
})

it('counts every score once', () => {
  fc.assert(
    fc.property(
      fc.array(score, { minLength: 1 }),
      fc.integer({ min: 1, max: 40 }),
      (scores, bins) => {
        const { series, centres } = histogram(scores, bins)
        const total = series.flatMap(({ counts }) => counts).reduce((sum, count) => sum + count, 0)
        expect(total).toBe(scores.length)
        expect(centres).toHaveLength(bins)
      },
    ),
  )
})

it('keeps the classes apart', () => {
  const { series } = histogram(
    [
      { name: 'good', score: 0 },
      { name: 'crack', score: 1 },
    ],
    2,
  )
  expect(series).toEqual([
    { name: 'good', counts: [1, 0] },
    { name: 'crack', counts: [0, 1] },
  ])
})
