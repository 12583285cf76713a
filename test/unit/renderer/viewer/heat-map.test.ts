import { expect, it } from 'vitest'
import { colourMap, colourMapNames } from '../../../../src/renderer/src/viewer/colour-maps.ts'
import { combine, paint, valueAt } from '../../../../src/renderer/src/viewer/heat-map.ts'

const maps = { shape: [2, 2, 2], values: Float32Array.of(1, 2, 3, 4, 10, 20, 30, 40) }

it('adds the scaled pixel distance to the feature distance', () => {
  const { size, values } = combine(maps, 7, 0.5)
  expect(size).toBe(2)
  expect([...values]).toEqual([36, 72, 108, 144])
})

it('names the shape of a map that is not [2, S, S]', () => {
  const wrong = { shape: [2, 4], values: maps.values }
  expect(() => combine(wrong, 1, 1)).toThrow('2 × 4')
})

it('gives the threshold the middle colour and clips above twice the threshold', () => {
  const colours = colourMap('viridis')
  const map = { size: 2, values: Float32Array.of(0, 0.5, 1, 9) }
  const bytes = paint(map, 1, colours)
  const pixel = (index: number) => [...bytes.subarray(4 * index, 4 * index + 3)]
  expect(pixel(0)).toEqual([...colours.subarray(0, 3)])
  expect(pixel(1)).toEqual([...colours.subarray(3 * 128, 3 * 128 + 3)])
  expect(pixel(3)).toEqual([...colours.subarray(3 * 255)])
  expect(pixel(3)).toEqual(pixel(2))
})

it('reads the value under a position', () => {
  const map = { size: 2, values: Float32Array.of(1, 2, 3, 4) }
  expect(valueAt(map, 0.9, 0.1)).toBe(2)
  expect(valueAt(map, 0.1, 0.9)).toBe(3)
  expect(valueAt(map, 1, 1)).toBe(4)
})

it.each(colourMapNames)('%s grows brighter from the first colour to the last', (name) => {
  const colours = colourMap(name)
  const brightness = (index: number) => {
    const [r = 0, g = 0, b = 0] = colours.subarray(3 * index, 3 * index + 3)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  for (let index = 16; index < 256; index += 16) {
    expect(brightness(index)).toBeGreaterThan(brightness(index - 16))
  }
})
