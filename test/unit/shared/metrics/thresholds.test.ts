import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chooseThreshold } from '../../../../src/shared/metrics/thresholds.ts'

const nominal = [0.1, 0.2, 0.2, 0.3, 0.6]
const anomalous = [0.25, 0.5, 0.7, 0.9]

const rates = (threshold: number, n: readonly number[], a: readonly number[]) => ({
  alarms: n.filter((score) => score >= threshold).length / n.length,
  misses: a.filter((score) => score < threshold).length / a.length,
})

describe('chooseThreshold', () => {
  it('finds what can be worked out by hand', () => {
    // At 0.5: 3 found, 1 false alarm, F1 = 6/8; at 0.25: 4 found, 2 alarms, 8/10; at 0.7: 4/6.
    expect(chooseThreshold({ kind: 'f1-max' }, nominal, anomalous)).toBe(0.25)
    // TPR − FPR: 0.5 at 0.7, 0.55 at 0.5, 0.6 at 0.25.
    expect(chooseThreshold({ kind: 'youden' }, nominal, anomalous)).toBe(0.25)
    // |FNR − FPR|: 0.5 at 0.7, 0.05 at 0.5, 0.4 at 0.25.
    expect(chooseThreshold({ kind: 'equal-error' }, nominal, anomalous)).toBe(0.5)
    const sigma = chooseThreshold({ kind: 'sigma', sigmas: 3 }, [1, 3], [])
    expect(sigma).toBe(2 + 3 * 1)
  })

  it('keeps to the limit of a rate, and no further threshold would', () => {
    const score = fc.oneof(
      fc.integer({ min: -2, max: 2 }),
      fc.double({ noNaN: true, min: -1, max: 1 }),
    )
    const list = fc.array(score, { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(list, list, fc.double({ noNaN: true, min: 0, max: 0.9 }), (n, a, limit) => {
        const slack = 1e-8
        const low = chooseThreshold({ kind: 'false-positive-rate', limit }, n, a)!
        expect(rates(low, n, a).alarms).toBeLessThanOrEqual(limit + slack)
        const next = Math.max(...n.filter((s) => s < low))
        expect(rates(next, n, a).alarms).toBeGreaterThan(limit - slack)
        const high = chooseThreshold({ kind: 'false-negative-rate', limit }, n, a)!
        expect(rates(high, n, a).misses).toBeLessThanOrEqual(limit + slack)
        const above = Math.min(...a.filter((s) => s > high), Infinity)
        expect(rates(above, n, a).misses).toBeGreaterThan(limit - slack)
      }),
      { numRuns: 300, seed: 1 },
    )
  })

  it('puts the maximum rule just above every nominal score', () => {
    for (const highest of [-0.5, -0, 0, 1e-310, 0.6, 1e300]) {
      const threshold = chooseThreshold({ kind: 'max-nominal' }, [highest - 1, highest], [])!
      expect(threshold).toBeGreaterThan(highest)
      expect(threshold - highest).toBeLessThanOrEqual(Math.abs(highest) * 2 ** -52 + 5e-324)
    }
  })

  it('is null when the rule has nothing to go by', () => {
    for (const kind of ['f1-max', 'youden', 'equal-error'] as const) {
      expect(chooseThreshold({ kind }, [1, 2], [])).toBeNull()
    }
    expect(chooseThreshold({ kind: 'max-nominal' }, [], [1])).toBeNull()
    expect(chooseThreshold({ kind: 'false-negative-rate', limit: 0 }, [1], [])).toBeNull()
  })
})
