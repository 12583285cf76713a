import { describe, expect, it } from 'vitest'
import { guidedSteps, largestGuidance } from '../../../../src/shared/diffusion/guidance.ts'

const settings = { startStep: 250, skip: 25, start: 'compatible', guidanceWeight: 1 } as const

describe('effective guidance', () => {
  it('is w·(1−ᾱ_t), with the values of the linear schedule', () => {
    const steps = guidedSteps(settings)
    expect(steps.map(({ step }) => step)).toEqual([225, 200, 175, 150, 125, 100, 75, 50, 25, 0])
    const published = [0.411, 0.344, 0.277, 0.214, 0.156, 0.105, 0.062, 0.03, 0.009, 0.0001]
    for (const [i, { effective }] of steps.entries())
      expect(effective).toBeCloseTo(published[i]!, 3)
    const strong = guidedSteps({ ...settings, guidanceWeight: 4 })
    expect(strong[0]!.effective).toBeCloseTo(4 * steps[0]!.effective, 12)
  })

  it('passes the target for w above 2.43 at T′ 250, and for 1.1 already at T′ 500', () => {
    expect(largestGuidance(settings)).toBeCloseTo(2.43, 2)
    expect(largestGuidance({ ...settings, startStep: 500 })).toBeCloseTo(1.1, 1)
  })
})
