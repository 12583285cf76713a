import { fullBox, type Point, type Size } from '../box.ts'
import type { Mask } from '../mask.ts'
import { EMPTY_SELECTION, pixelAt, trimSelection, type Selection } from '../selection.ts'

/** Whether pixels that touch only at a corner are neighbours. */
export type Connectivity = 4 | 8

/**
 * The connected pixels around the one that contains `point` for which `accepts(x, y)` holds; empty
 * when that pixel is outside the raster or not accepted. Each pixel is asked at most a few times.
 */
export function connectedRegion(
  point: Point,
  size: Size,
  connectivity: Connectivity,
  accepts: (x: number, y: number) => boolean,
): Selection {
  const seed = pixelAt(point, size)
  if (!seed || !accepts(seed.x, seed.y)) return EMPTY_SELECTION
  const { width, height } = size
  const bits = new Uint8Array(width * height)
  const reach = connectivity === 8 ? 1 : 0
  const open = (x: number, y: number): boolean => bits[y * width + x] === 0 && accepts(x, y)
  const stack = [seed.y * width + seed.x]
  while (stack.length > 0) {
    const index = stack.pop()!
    if (bits[index] === 1) continue
    const y = Math.floor(index / width)
    let left = index % width
    let right = left
    while (left > 0 && open(left - 1, y)) left--
    while (right + 1 < width && open(right + 1, y)) right++
    bits.fill(1, y * width + left, y * width + right + 1)
    for (const next of [y - 1, y + 1]) {
      if (next < 0 || next >= height) continue
      let inRun = false
      const last = Math.min(right + reach, width - 1)
      for (let x = Math.max(left - reach, 0); x <= last; x++) {
        const isOpen = open(x, next)
        if (isOpen && !inRun) stack.push(next * width + x)
        inRun = isOpen
      }
    }
  }
  return trimSelection({ box: fullBox(size), bits })
}

/** The connected pixels of the same class as the one under the point. */
export function floodByClass(mask: Mask, point: Point, connectivity: Connectivity): Selection {
  const seed = pixelAt(point, mask)
  if (!seed) return EMPTY_SELECTION
  const { data, width } = mask
  const wanted = data[seed.y * width + seed.x]
  return connectedRegion(seed, mask, connectivity, (x, y) => data[y * width + x] === wanted)
}
