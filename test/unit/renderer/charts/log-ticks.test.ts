import { expect, it } from 'vitest'
import { logTicks } from '../../../../src/renderer/src/charts/log-ticks.ts'
import { Random } from '../../../../src/shared/random.ts'

it.each([
  [1, 1000, 8, [1, 3, 10, 30, 100, 300, 1000]],
  [0.021, 0.034, 8, [0.022, 0.024, 0.026, 0.028, 0.03, 0.032, 0.034]],
  [0.9, 1.4, 6, [0.9, 1, 1.1, 1.2, 1.3, 1.4]],
  [1e-9, 1e9, 6, [1e-9, 1e-6, 0.001, 1, 1000, 1e6, 1e9]],
] as const)('has round numbers between %f and %f', (low, high, most, ticks) => {
  expect(logTicks(low, high, most)).toEqual(ticks)
})

it('keeps ticks apart and inside on any axis, and never leaves one empty', () => {
  const random = new Random(3)
  for (let n = 0; n < 400; n++) {
    const low = 10 ** random.between(-6, 6)
    const high = low * 10 ** random.between(0.02, 8)
    const most = 3 + Math.floor(random.between(0, 8))
    const ticks = logTicks(low, high, most)
    const room = Math.log(high / low) / most
    expect(ticks.length, `${low} … ${high}, ${most}`).toBeGreaterThanOrEqual(2)
    for (const [at, tick] of ticks.entries()) {
      expect(tick >= low && tick <= high).toBe(true)
      if (at > 0) expect(Math.log(tick / ticks[at - 1]!)).toBeGreaterThanOrEqual(room)
    }
  }
})
