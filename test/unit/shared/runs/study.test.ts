import { expect, it } from 'vitest'
import type { presets } from '../../../../src/shared/config/presets.ts'
import { MATCHING, parseSeeds, planStudy } from '../../../../src/shared/runs/study.ts'

const plan = {
  layout: 'mvtec-ad',
  categories: ['bottle', 'cable'],
  presets: ['tiny', MATCHING],
  seeds: [1, 2],
  change: (config: (typeof presets)['tiny']) => ({ ...config, evaluationBatch: 3 }),
} as const

it('plans categories × presets × seeds, whole rows first', () => {
  const runs = planStudy(plan)
  expect(runs.map(({ category, config }) => [category, config.preset, config.seed])).toEqual([
    ['bottle', 'tiny', 1],
    ['cable', 'tiny', 1],
    ['bottle', 'tiny', 2],
    ['cable', 'tiny', 2],
    ['bottle', 'mvtec/bottle', 1],
    ['cable', 'mvtec/cable', 1],
    ['bottle', 'mvtec/bottle', 2],
    ['cable', 'mvtec/cable', 2],
  ])
  expect(runs.every(({ config }) => config.evaluationBatch === 3)).toBe(true)
  expect(planStudy({ ...plan, seeds: [] })).toHaveLength(4)
  expect(() => planStudy({ ...plan, presets: ['none'] })).toThrow('no preset none')
})

it('reads seeds and ranges, and refuses anything else', () => {
  expect(parseSeeds('1, 2 5-7,2')).toEqual([1, 2, 5, 6, 7])
  expect(parseSeeds('')).toEqual([])
  for (const text of ['a', '1.5', '7-5', '0-1000', '-3', '99999999999']) {
    expect(parseSeeds(text), text).toBeNull()
  }
})
