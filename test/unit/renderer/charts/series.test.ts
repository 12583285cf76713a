import fc from 'fast-check'
import { expect, it } from 'vitest'
import { smooth, thin } from '../../../../src/renderer/src/charts/series.ts'

const series = (values: readonly number[]) => values.map((y, x) => ({ x, y }))
const values = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), {
  minLength: 1,
  maxLength: 400,
})

it('leaves a constant curve as it is, from the first point on', () => {
  for (const point of smooth(series([3, 3, 3, 3]), 0.9)) expect(point.y).toBeCloseTo(3)
})

it('stays within the range of the points', () => {
  fc.assert(
    fc.property(values, (all) => {
      const [low, high] = [Math.min(...all), Math.max(...all)]
      for (const { y } of smooth(series(all), 0.95)) {
        expect(y).toBeGreaterThanOrEqual(low - 1e-9)
        expect(y).toBeLessThanOrEqual(high + 1e-9)
      }
    }),
  )
})

it('thins to the limit and keeps order, ends and peaks', () => {
  fc.assert(
    fc.property(values, fc.integer({ min: 6, max: 50 }), (all, limit) => {
      const kept = thin(series(all), limit)
      expect(kept.length).toBeLessThanOrEqual(limit)
      expect(kept[0]).toEqual({ x: 0, y: all[0] })
      expect(kept.at(-1)).toEqual({ x: all.length - 1, y: all.at(-1) })
      for (let i = 1; i < kept.length; i += 1) expect(kept[i]!.x).toBeGreaterThan(kept[i - 1]!.x)
      expect(Math.max(...kept.map(({ y }) => y))).toBe(Math.max(...all))
    }),
  )
})
