import type { Size } from '../box.ts'

/**
 * Exact squared Euclidean distance in pixels from each pixel to the nearest one whose bit equals
 * `target`, 0 on those; (width + height)² where there is none. Linear in the number of pixels.
 * Method: Meijster, Roerdink, Hesselink, "A general algorithm for computing distance transforms in
 * linear time", 2000. Width + height must not exceed 65,535.
 */
export function squaredDistances(bits: Uint8Array, size: Size, target: 0 | 1): Uint32Array {
  const { width, height } = size
  const columns = columnDistances(bits, size, target)
  const squared = new Uint32Array(bits.length)
  const starts = new Int32Array(width)
  const owners = new Int32Array(width)
  for (let row = 0; row < height; row++) {
    const g = columns.subarray(row * width, (row + 1) * width)
    const out = squared.subarray(row * width, (row + 1) * width)
    let q = 0
    starts[0] = 0
    owners[0] = 0
    for (let u = 1; u < width; u++) {
      while (q >= 0 && above(g, owners[q]!, u, starts[q]!)) q--
      if (q < 0) {
        q = 0
        owners[0] = u
        starts[0] = 0
        continue
      }
      const start = 1 + takeover(g, owners[q]!, u)
      if (start >= width) continue
      q++
      owners[q] = u
      starts[q] = start
    }
    for (let u = width - 1; u >= 0; u--) {
      const owner = owners[q]!
      out[u] = (u - owner) ** 2 + g[owner]! ** 2
      if (u === starts[q]) q--
    }
  }
  return squared
}

/** Distance to the nearest target pixel in the same column; width + height where there is none. */
function columnDistances(bits: Uint8Array, { width, height }: Size, target: 0 | 1): Int32Array {
  const far = width + height
  const distances = new Int32Array(bits.length)
  for (let i = 0; i < bits.length; i++) {
    const above = i < width ? far : distances[i - width]! + 1
    distances[i] = bits[i] === target ? 0 : Math.min(above, far)
  }
  for (let i = bits.length - width - 1; i >= 0; i--) {
    distances[i] = Math.min(distances[i]!, distances[i + width]! + 1)
  }
  return distances
}

/** Whether the parabola of column i is above that of u at position x. */
function above(g: Int32Array, i: number, u: number, x: number): boolean {
  return (x - i) ** 2 + g[i]! ** 2 > (x - u) ** 2 + g[u]! ** 2
}

/** The last position at which column i is at least as near as column u > i. */
function takeover(g: Int32Array, i: number, u: number): number {
  return Math.floor((u * u - i * i + g[u]! ** 2 - g[i]! ** 2) / (2 * (u - i)))
}
