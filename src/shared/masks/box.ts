/** Size of a raster in pixels. */
export interface Size {
  readonly width: number
  readonly height: number
}

/** A position in pixels. Pixel (i, j) covers [i, i + 1) × [j, j + 1); its centre is (i + ½, j + ½). */
export interface Point {
  readonly x: number
  readonly y: number
}

/** A rectangle of whole pixels: columns x … x + width − 1, rows y … y + height − 1. */
export interface Box extends Size {
  readonly x: number
  readonly y: number
}

export const EMPTY_BOX: Box = Object.freeze({ x: 0, y: 0, width: 0, height: 0 })

/** The box that covers a whole raster. */
export function fullBox(size: Size): Box {
  return { x: 0, y: 0, width: size.width, height: size.height }
}

/** A box from its first and last column and row, both included; empty when one pair is reversed. */
export function boxFromEdges(left: number, top: number, right: number, bottom: number): Box {
  if (right < left || bottom < top) return EMPTY_BOX
  return { x: left, y: top, width: right - left + 1, height: bottom - top + 1 }
}

/** The smallest box of whole pixels that contains both points; always at least one pixel. */
export function boxBetween(a: Point, b: Point): Box {
  return boxFromEdges(
    Math.floor(Math.min(a.x, b.x)),
    Math.floor(Math.min(a.y, b.y)),
    Math.floor(Math.max(a.x, b.x)),
    Math.floor(Math.max(a.y, b.y)),
  )
}

export function isEmptyBox(box: Box): boolean {
  return box.width <= 0 || box.height <= 0
}

/** Number of pixels in a box. */
export function boxArea(box: Box): number {
  return box.width * box.height
}

export function intersectBoxes(a: Box, b: Box): Box {
  return boxFromEdges(
    Math.max(a.x, b.x),
    Math.max(a.y, b.y),
    Math.min(a.x + a.width, b.x + b.width) - 1,
    Math.min(a.y + a.height, b.y + b.height) - 1,
  )
}

/** The smallest box that contains both; an empty box adds nothing. */
export function uniteBoxes(a: Box, b: Box): Box {
  if (isEmptyBox(a)) return b
  if (isEmptyBox(b)) return a
  return boxFromEdges(
    Math.min(a.x, b.x),
    Math.min(a.y, b.y),
    Math.max(a.x + a.width, b.x + b.width) - 1,
    Math.max(a.y + a.height, b.y + b.height) - 1,
  )
}

/** The part of a box that lies in a raster of the given size. */
export function clipBox(box: Box, size: Size): Box {
  return intersectBoxes(box, fullBox(size))
}

/** A box widened by `margin` pixels on every side and clipped to the raster; empty stays empty. */
export function growBox(box: Box, margin: number, size: Size): Box {
  if (isEmptyBox(box)) return EMPTY_BOX
  return clipBox(
    {
      x: box.x - margin,
      y: box.y - margin,
      width: box.width + 2 * margin,
      height: box.height + 2 * margin,
    },
    size,
  )
}

/** Whether `inner` lies wholly in `outer`. */
export function containsBox(outer: Box, inner: Box): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  )
}

/** The tight box around the non-zero values of a row-major raster. */
export function boundsOfNonZero(data: Uint8Array, size: Size): Box {
  let left = size.width
  let right = -1
  let top = -1
  let bottom = -1
  for (let y = 0; y < size.height; y++) {
    const start = y * size.width
    const end = start + size.width
    let first = start
    while (first < end && data[first] === 0) first++
    if (first === end) continue
    if (top < 0) top = y
    bottom = y
    if (first - start < left) left = first - start
    let last = end - 1
    while (data[last] === 0) last--
    if (last - start > right) right = last - start
  }
  return top < 0 ? EMPTY_BOX : boxFromEdges(left, top, right, bottom)
}
