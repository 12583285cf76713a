import { expect, it } from 'vitest'
import { onGrid } from '../../../../src/renderer/src/ui/range.ts'

it.each([
  [250, { min: 5, max: 1000, step: 5 }, 250],
  [257, { min: 5, max: 1000, step: 5 }, 255],
  [0.30000000000000004, { min: 0, max: 12, step: 0.1 }, 0.3],
  [-4, { min: 0, max: 1, step: 0.05 }, 0],
  [1001, { min: 1, max: 1000, step: 1 }, 1000],
  [0.00012, { min: 0, max: 0.001, step: 0.00005 }, 0.0001],
])('%d is %o → %d', (value, grid, expected) => {
  expect(onGrid(value, grid)).toBe(expected)
})
