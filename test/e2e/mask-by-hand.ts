/** Masks as they should be, by plain loops, to compare with what the editor makes. */
import type { Mask } from '../../src/shared/masks/mask.ts'
import { MAP_SIDE, height, width } from './mask-workspace.ts'

/** Whether a pixel of the image at most so far away holds. */
function anyWithin(radius: number, holds: (i: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)]
    for (let v = Math.max(0, y - radius); v <= Math.min(height - 1, y + radius); v++)
      for (let u = Math.max(0, x - radius); u <= Math.min(width - 1, x + radius); u++)
        if (Math.hypot(u - x, v - y) <= radius && holds(v * width + u)) return 1
    return 0
  })
}
/** Grown and shrunk by a disc; the border of the image does nothing. */
export const spread = (data: Uint8Array, radius: number) => anyWithin(radius, (i) => data[i] === 1)
export const shrunk = (data: Uint8Array, radius: number) =>
  anyWithin(radius, (i) => data[i] === 0).map((near) => 1 - near)

/** What most pixels of the square around a pixel are, within the image. */
export function majority(data: Uint8Array, radius: number): Uint8Array {
  return data.map((_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)]
    let [all, ones] = [0, 0]
    for (let v = Math.max(0, y - radius); v <= Math.min(height - 1, y + radius); v++)
      for (let u = Math.max(0, x - radius); u <= Math.min(width - 1, x + radius); u++) {
        all += 1
        ones += data[v * width + u]!
      }
    return Number(2 * ones > all)
  })
}

/** Places where two masks differ, at most five. */
export function differing(found: Pick<Mask, 'data'>, wanted: Mask): string[] {
  const places: string[] = []
  for (let i = 0; i < wanted.data.length && places.length < 5; i++) {
    const [is, should] = [found.data[i], wanted.data[i]]
    if (is !== should) places.push(`${i % width},${Math.floor(i / width)}: ${is} for ${should}`)
  }
  return places
}

/** A map at a place in its own pixels, half-pixel centres, edges repeated. */
export function bilinear(map: Float32Array, cx: number, cy: number): number {
  const x = Math.min(Math.max(cx - 0.5, 0), MAP_SIDE - 1)
  const y = Math.min(Math.max(cy - 0.5, 0), MAP_SIDE - 1)
  const [left, top] = [Math.floor(x), Math.floor(y)]
  const value = (column: number, row: number) =>
    map[Math.min(row, MAP_SIDE - 1) * MAP_SIDE + Math.min(column, MAP_SIDE - 1)]!
  const upper = value(left, top) * (left + 1 - x) + value(left + 1, top) * (x - left)
  const lower = value(left, top + 1) * (left + 1 - x) + value(left + 1, top + 1) * (x - left)
  return upper * (top + 1 - y) + lower * (y - top)
}
