import { describe, expect, it } from 'vitest'
import {
  binOf,
  chooseStartStep,
  defaultBins,
  isClear,
  neighbourDistance,
  untilClearRules,
} from '../../../../src/shared/diffusion/start-step-rule.ts'

describe('D3AD’s bins', () => {
  const nominal = Array.from({ length: 21 }, (_, i) => 10 + i)
  const rule = defaultBins(nominal, 250, 25)

  it('has equal-width edges over the nominal distances and at least a fifth of the longest T′', () => {
    expect(rule.edges).toEqual([12, 14, 16, 18, 20, 22, 24, 26, 28, 30])
    expect(rule.startSteps).toEqual([50, 50, 75, 100, 125, 150, 175, 200, 225, 250, 250])
  })

  it('gives unusual images more noise', () => {
    expect(binOf(rule, 5)).toBe(0)
    expect(binOf(rule, 12)).toBe(0)
    expect(binOf(rule, 12.1)).toBe(1)
    expect(binOf(rule, 99)).toBe(10)
    expect(chooseStartStep(rule, { distance: 15 })).toBe(75)
    expect(chooseStartStep(rule, { distance: 1000 })).toBe(250)
  })

  it('stays usable when all nominal images are alike', () => {
    expect(chooseStartStep(defaultBins([3, 3], 250, 25), { distance: 3 })).toBe(50)
  })
})

describe('the distance to neighbours', () => {
  const bank = [0, 1, 5].map((value) => new Float32Array(4).fill(value))

  it('is the mean L1 distance to the k nearest, itself among them', () => {
    expect(neighbourDistance(bank[0]!, bank, 2)).toBeCloseTo(0.5, 12)
    expect(neighbourDistance(new Float32Array(4).fill(4), bank, 1)).toBeCloseTo(1, 12)
    expect(neighbourDistance(bank[0]!, bank, 20)).toBeCloseTo(2, 12)
  })
})

it('the probe rule takes the T′ whose probe is furthest beyond nominal images', () => {
  const rule = {
    kind: 'probe' as const,
    startSteps: [50, 100, 200],
    limits: [1, 2, 4],
    weights: [1, 1, 1],
  }
  expect(chooseStartStep(rule, { probes: [1.1, 3, 5] })).toBe(100)
  expect(chooseStartStep(rule, { probes: [1, 2, 4] })).toBe(50)
})

describe('the rule that goes on until an image is clear', () => {
  it('begins anywhere and at least doubles T′', () => {
    const rules = untilClearRules([50, 100, 150, 250, 400])
    expect(rules.map(({ startSteps }) => startSteps)).toEqual([
      [50, 100, 250],
      [100, 250],
      [150, 400],
    ])
    expect(untilClearRules([100, 150])).toEqual([])
  })

  it('takes the mean of the scores so far for clear beyond its band', () => {
    const rule = { kind: 'until-clear' as const, startSteps: [50, 100], low: 0.8, high: 1.2 }
    expect(isClear(rule, [0.7])).toBe(true)
    expect(isClear(rule, [1.3])).toBe(true)
    expect(isClear(rule, [0.7, 1.3])).toBe(false)
    expect(isClear(rule, [1.1, 1.4])).toBe(true)
  })
})
