import fc from 'fast-check'
import { expect, test } from 'vitest'
import { overlapAt } from '../../../../src/shared/masks/iou.ts'
import { anyMask, picture } from './picture.ts'

test('overlap counts hits, extras and misses', () => {
  const map = { width: 5, height: 1, data: Float32Array.from([0.9, 0.9, 0.9, 0.1, 0.1]) }
  expect(overlapAt(map, picture('12.1.'), 0.9 - 1e-6)).toEqual({
    truePositives: 2,
    falsePositives: 1,
    falseNegatives: 1,
    iou: 0.5,
    precision: 2 / 3,
    recall: 2 / 3,
  })
})

test('ratios without a denominator are null', () => {
  const map = { width: 2, height: 1, data: Float32Array.from([0, 0]) }
  expect(overlapAt(map, picture('..'), 1)).toMatchObject({
    iou: null,
    precision: null,
    recall: null,
  })
  expect(overlapAt(map, picture('1.'), 1)).toMatchObject({ iou: 0, precision: null, recall: 0 })
})

test('the mask as its own map agrees fully, and recall never rises with the threshold', () => {
  fc.assert(
    fc.property(anyMask(4), (mask) => {
      const map = { width: mask.width, height: mask.height, data: Float32Array.from(mask.data) }
      const defects = mask.data.some((value) => value > 0)
      expect(overlapAt(map, mask, 0.5).iou).toBe(defects ? 1 : null)
      const recalls = [0, 1, 2, 3, 4].map((t) => overlapAt(map, mask, t).recall ?? 0)
      expect(recalls.toSorted((a, b) => b - a)).toEqual(recalls)
    }),
  )
})
