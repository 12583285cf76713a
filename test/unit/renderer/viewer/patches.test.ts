import { expect, it } from 'vitest'
import { heatPatch, maskPatch } from '../../../../src/renderer/src/viewer/patches.ts'

const image = { width: 40, height: 20 }

function maskOf(width: number, height: number, inside: (x: number, y: number) => boolean) {
  const data = new Uint8ClampedArray(4 * width * height)
  for (let i = 0; i < width * height; i += 1)
    if (inside(i % width, Math.floor(i / width))) data[4 * i] = 255
  return { width, height, data } as unknown as ImageData
}

it('takes the largest region of a mask, of touching corners too', () => {
  const mask = maskOf(
    40,
    20,
    (x, y) => (x === 1 && y === 1) || (x >= 5 && x < 8 && y === 4) || (x === 8 && y === 5),
  )
  expect(maskPatch(mask, image)).toEqual({ x: 5, y: 4, width: 4, height: 2 })
  expect(
    maskPatch(
      maskOf(40, 20, () => false),
      image,
    ),
  ).toBeNull()
})

it('brings a mask of another size to the image', () => {
  const mask = maskOf(20, 10, (x, y) => x >= 2 && x < 4 && y === 3)
  expect(maskPatch(mask, image)).toEqual({ x: 4, y: 6, width: 4, height: 2 })
})

it('takes the region of a heat map around its highest value', () => {
  const values = Float32Array.of(0, 0, 5, 0, 9, 6, 0, 0, 0, 0, 0, 0, 8, 0, 0, 0)
  const map = { size: 4, values }
  expect(heatPatch(map, 5.5, image)).toEqual({ x: 0, y: 5, width: 20, height: 5 })
  expect(heatPatch(map, 5, image)).toEqual({ x: 0, y: 0, width: 30, height: 10 })
  // Nothing reaches the threshold: what has half the highest value.
  expect(heatPatch(map, 50, image)).toEqual({ x: 0, y: 0, width: 30, height: 10 })
})
