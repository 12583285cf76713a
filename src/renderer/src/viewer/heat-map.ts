import type { ColourMap } from './colour-maps.ts'
import type { FloatArray } from './npy.ts'

/** An anomaly map of one image: `size` × `size` values, row by row. */
export interface HeatMap {
  readonly size: number
  readonly values: Float32Array
}

/**
 * Combines the two stored distances for a pixel weight v without the network:
 * feature + v · ratio · pixel (DDAD eq. 9).
 * @param maps [2, S, S]: blurred feature distance and blurred pixel distance.
 */
export function combine(maps: FloatArray, pixelWeight: number, ratio: number): HeatMap {
  const [count, size = 0, width] = maps.shape
  if (maps.shape.length !== 3 || count !== 2 || size !== width) {
    throw new Error(`The anomaly map has shape ${maps.shape.join(' × ')} instead of 2 × S × S.`)
  }
  const area = size * size
  const values = new Float32Array(area)
  for (let index = 0; index < area; index += 1) {
    const feature = maps.values[index] ?? 0
    const pixel = maps.values[area + index] ?? 0
    values[index] = feature + pixelWeight * ratio * pixel
  }
  return { size, values }
}

/**
 * RGBA bytes of a map. Zero takes the first colour, `top` and everything above the last.
 * @param top Twice the threshold, so that the middle of the colour map is the threshold.
 */
export function paint(
  map: HeatMap,
  top: number,
  colours: ColourMap,
): Uint8ClampedArray<ArrayBuffer> {
  const bytes = new Uint8ClampedArray(4 * map.values.length)
  for (let index = 0; index < map.values.length; index += 1) {
    const share = top > 0 ? (map.values[index] ?? 0) / top : 0
    const colour = 3 * Math.round(255 * Math.min(1, Math.max(0, share)))
    bytes[4 * index] = colours[colour] ?? 0
    bytes[4 * index + 1] = colours[colour + 1] ?? 0
    bytes[4 * index + 2] = colours[colour + 2] ?? 0
    bytes[4 * index + 3] = 255
  }
  return bytes
}

/** The value under a position given in shares of the side, both in [0, 1). */
export function valueAt(map: HeatMap, x: number, y: number): number {
  const column = Math.min(map.size - 1, Math.floor(x * map.size))
  const row = Math.min(map.size - 1, Math.floor(y * map.size))
  return map.values[row * map.size + column] ?? 0
}
