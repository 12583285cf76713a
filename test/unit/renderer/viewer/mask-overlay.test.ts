import { expect, it } from 'vitest'
import { maskOverlay } from '../../../../src/renderer/src/viewer/mask-overlay.ts'

it('draws a full border, a light inside and nothing elsewhere', () => {
  const side = 7
  const mask = new Uint8ClampedArray(4 * side * side)
  for (let y = 1; y <= 5; y += 1) for (let x = 1; x <= 5; x += 1) mask[4 * (y * side + x)] = 1
  const bytes = maskOverlay(mask, side, side, [1, 2, 3])
  const pixel = (x: number, y: number) => [
    ...bytes.subarray(4 * (y * side + x), 4 * (y * side + x) + 4),
  ]
  expect(pixel(0, 0)).toEqual([0, 0, 0, 0])
  expect(pixel(1, 3)).toEqual([1, 2, 3, 255])
  expect(pixel(3, 3)).toEqual([1, 2, 3, 80])
})
