import type { Size } from './box.ts'

/** One value per pixel, row-major: grey levels 0 … 255 or a heat map. */
export interface Plane extends Size {
  readonly data: Uint8Array | Uint8ClampedArray | Float32Array
}

/** Four bytes per pixel, as a canvas gives them. */
export interface RgbaImage extends Size {
  readonly data: Uint8Array | Uint8ClampedArray
}

/** Grey levels 0 … 255 by the weights of ITU-R BT.601 (0.299, 0.587, 0.114). */
export function intensityOf(image: RgbaImage): Plane {
  const data = new Float32Array(image.width * image.height)
  for (let i = 0, j = 0; i < data.length; i++, j += 4) {
    data[i] = 0.299 * image.data[j]! + 0.587 * image.data[j + 1]! + 0.114 * image.data[j + 2]!
  }
  return { width: image.width, height: image.height, data }
}

/**
 * Reads a plane as if it had another size: bilinear, half-pixel centres, edges repeated. The
 * returned function takes a column and a row of that size; at the plane's own size it is exact.
 */
export function bilinearSampler(plane: Plane, size: Size): (x: number, y: number) => number {
  const { width, data } = plane
  const columns = taps(plane.width, size.width)
  const rows = taps(plane.height, size.height)
  return (x, y) => {
    const left = columns.low[x]!
    const right = columns.high[x]!
    const top = rows.low[y]! * width
    const bottom = rows.high[y]! * width
    const across = columns.weight[x]!
    const upper = data[top + left]! * (1 - across) + data[top + right]! * across
    const lower = data[bottom + left]! * (1 - across) + data[bottom + right]! * across
    const down = rows.weight[y]!
    return upper * (1 - down) + lower * down
  }
}

/** For each target position the two source positions and the weight of the second. */
function taps(source: number, target: number) {
  const low = new Int32Array(target)
  const high = new Int32Array(target)
  const weight = new Float64Array(target)
  for (let i = 0; i < target; i++) {
    const position = ((i + 0.5) * source) / target - 0.5
    const clamped = Math.min(Math.max(position, 0), source - 1)
    low[i] = Math.floor(clamped)
    high[i] = Math.min(low[i]! + 1, source - 1)
    weight[i] = clamped - low[i]!
  }
  return { low, high, weight }
}
