import { expect, test } from 'vitest'
import {
  countByClass,
  createMask,
  maskBounds,
  maskDifference,
} from '../../../../src/shared/masks/mask.ts'
import { picture } from './picture.ts'

const mask = picture('.....', '..12.', '.1...')

test('the bounds are tight, for any defect and for one class', () => {
  expect(maskBounds(mask)).toEqual({ x: 1, y: 1, width: 3, height: 2 })
  expect(maskBounds(mask, 2)).toEqual({ x: 3, y: 1, width: 1, height: 1 })
  expect(maskBounds(mask, 7)).toEqual({ x: 0, y: 0, width: 0, height: 0 })
})

test('pixels are counted by class', () => {
  expect([...countByClass(mask)]).toEqual([
    [0, 12],
    [1, 2],
    [2, 1],
  ])
})

test('a difference tells added, removed and changed pixels apart', () => {
  const after = picture('3....', '..22.', '.....')
  expect(maskDifference(mask, after)).toEqual({ added: 1, removed: 1, changed: 1 })
  expect(() => maskDifference(mask, createMask(2, 2))).toThrow(/5 × 3 and 2 × 2/)
})

test('sizes and data that do not fit are refused', () => {
  expect(() => createMask(0, 4)).toThrow(/0 × 4/)
  expect(() => createMask(40_000, 1)).toThrow(/40000 × 1/)
  expect(() => createMask(2, 2, new Uint8Array(3))).toThrow(/needs 4 values, not 3/)
})
