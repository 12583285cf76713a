import { expect, it } from 'vitest'
import { scaleRatio, steadyRatio } from '../../../../src/shared/metrics/scale-ratio.ts'
import { Random } from '../../../../src/shared/random.ts'

/** Largest distances of 32 nominal images as one draw of noise gives them, now and then with an outlier. */
function drawn(seed: number) {
  const random = new Random(seed)
  return Array.from({ length: 32 }, () => ({
    feature: 1 + 0.2 * random.normal() + (random.uniform() < 0.03 ? 2 : 0),
    pixel: 0.5 + 0.08 * random.normal() + (random.uniform() < 0.03 ? 0.6 : 0),
  }))
}

it('moves much less with the noise than largest over largest, and knows by how much', () => {
  const seeds = Array.from({ length: 40 }, (_, i) => i + 1)
  const spread = (values: readonly number[]) => {
    const logs = values.map(Math.log)
    const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length
    return Math.sqrt(logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / logs.length)
  }
  const steady = seeds.map((seed) => steadyRatio(drawn(seed), new Random(0)))
  const ratios = steady.map(({ ratio }) => ratio)
  const largest = seeds.map((seed) => scaleRatio(drawn(seed)))
  expect(spread(ratios)).toBeLessThan(spread(largest) / 2)
  const truth = (1 + 0.03 * 2) / (0.5 + 0.03 * 0.6)
  const covered = steady.filter(({ range }) => range.low <= truth && truth <= range.high)
  expect(covered.length).toBeGreaterThan(30)
})

it('is 0 where no image differs from its reconstruction', () => {
  const same = [{ feature: 0, pixel: 0 }]
  expect(steadyRatio(same, new Random(0)).ratio).toBe(0)
})
