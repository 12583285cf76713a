import type { Connectivity } from './flood-fill.ts'
import type { Selection } from '../selection.ts'

/** Steps right, down, left, up, along the edges between pixels. */
const steps = [
  { x: 1, y: 0 },
  { x: 0, y: 1 },
  { x: -1, y: 0 },
  { x: 0, y: -1 },
] as const

/** From a corner and a direction: offset of the pixel ahead on the left and on the right. */
const ahead = [
  { left: { x: 0, y: -1 }, right: { x: 0, y: 0 } },
  { left: { x: 0, y: 0 }, right: { x: -1, y: 0 } },
  { left: { x: -1, y: 0 }, right: { x: -1, y: -1 } },
  { left: { x: -1, y: -1 }, right: { x: 0, y: -1 } },
] as const

/**
 * The outline of a selection as closed polylines x0, y0, x1, y1, … over pixel corners, in image
 * coordinates; only corners where the direction changes. The selection is on the right: outer
 * outlines run clockwise on the screen, holes counter-clockwise. With `connectivity` 8, regions
 * that touch at a corner share an outline; with 4 each has its own.
 */
export function contours(selection: Selection, connectivity: Connectivity = 8): Int32Array[] {
  const { box, bits } = selection
  const { width, height } = box
  const inside = (x: number, y: number): boolean =>
    x >= 0 && y >= 0 && x < width && y < height && bits[y * width + x] === 1
  const seen = new Uint8Array(bits.length)

  const trace = (startX: number, startY: number): Int32Array => {
    const corners: number[] = []
    let x = startX
    let y = startY
    let direction = 0
    do {
      if (direction === 0) seen[y * width + x] = 1
      x += steps[direction]!.x
      y += steps[direction]!.y
      const { left, right } = ahead[direction]!
      const onLeft = inside(x + left.x, y + left.y)
      const onRight = inside(x + right.x, y + right.y)
      const turn = onLeft && (onRight || connectivity === 8) ? -1 : onRight ? 0 : 1
      if (turn !== 0) corners.push(x + box.x, y + box.y)
      direction = (direction + turn + 4) % 4
    } while (x !== startX || y !== startY || direction !== 0)
    return Int32Array.from(corners)
  }

  const outlines: Int32Array[] = []
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      // Every outline, hole or not, has an edge with the selection just below it.
      if (!inside(x, y) || inside(x, y - 1) || seen[y * width + x] === 1) continue
      outlines.push(trace(x, y))
    }
  }
  return outlines
}
