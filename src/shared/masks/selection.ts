import {
  EMPTY_BOX,
  boundsOfNonZero,
  boxArea,
  clipBox,
  isEmptyBox,
  type Box,
  type Point,
  type Size,
} from './box.ts'
import { maskBounds, type Mask } from './mask.ts'

/**
 * A set of pixels: what every tool makes and what an edit applies. `bits` holds 0 or 1 for each
 * pixel of `box`, row-major; pixels outside the box are not selected.
 */
export interface Selection {
  readonly box: Box
  readonly bits: Uint8Array
}

export const EMPTY_SELECTION: Selection = Object.freeze({
  box: EMPTY_BOX,
  bits: new Uint8Array(0),
})

/**
 * Selects spans of columns in the rows of `box`. `spansOf` is called once for each row and calls
 * `select(from, to)` for columns from … to − 1; whatever lies outside box or raster is dropped.
 */
export function selectSpans(
  box: Box,
  size: Size,
  spansOf: (row: number, select: (from: number, to: number) => void) => void,
): Selection {
  const clipped = clipBox(box, size)
  const bits = new Uint8Array(boxArea(clipped))
  let offset = 0
  const select = (from: number, to: number): void => {
    const start = Math.max(from - clipped.x, 0)
    const end = Math.min(to - clipped.x, clipped.width)
    if (start < end) bits.fill(1, offset + start, offset + end)
  }
  for (let row = 0; row < clipped.height; row++) {
    offset = row * clipped.width
    spansOf(clipped.y + row, select)
  }
  return { box: clipped, bits }
}

/** Selects the pixels of a box for which `accepts(x, y)` holds. */
export function selectWhere(
  box: Box,
  size: Size,
  accepts: (x: number, y: number) => boolean,
): Selection {
  const clipped = clipBox(box, size)
  const bits = new Uint8Array(boxArea(clipped))
  let i = 0
  for (let y = clipped.y; y < clipped.y + clipped.height; y++) {
    for (let x = clipped.x; x < clipped.x + clipped.width; x++, i++) {
      if (accepts(x, y)) bits[i] = 1
    }
  }
  return trimSelection({ box: clipped, bits })
}

/** The pixels of one class, or of any defect class when none is given. */
export function selectClass(mask: Mask, classIndex?: number): Selection {
  const box = maskBounds(mask, classIndex)
  return selectWhere(box, mask, (x, y) => {
    const value = mask.data[y * mask.width + x]!
    return classIndex === undefined ? value !== 0 : value === classIndex
  })
}

export function isSelected(selection: Selection, x: number, y: number): boolean {
  const column = x - selection.box.x
  const row = y - selection.box.y
  if (column < 0 || row < 0 || column >= selection.box.width || row >= selection.box.height) {
    return false
  }
  return selection.bits[row * selection.box.width + column] === 1
}

/** The same pixels within another box; pixels outside it are dropped. */
export function reframe(selection: Selection, box: Box): Selection {
  const bits = new Uint8Array(boxArea(box))
  const from = selection.box
  const left = Math.max(box.x, from.x)
  const right = Math.min(box.x + box.width, from.x + from.width)
  const bottom = Math.min(box.y + box.height, from.y + from.height)
  if (left >= right) return { box, bits }
  for (let y = Math.max(box.y, from.y); y < bottom; y++) {
    const start = (y - from.y) * from.width - from.x
    bits.set(
      selection.bits.subarray(start + left, start + right),
      (y - box.y) * box.width + left - box.x,
    )
  }
  return { box, bits }
}

/** The same pixels in the tightest box. */
export function trimSelection(selection: Selection): Selection {
  const tight = boundsOfNonZero(selection.bits, selection.box)
  if (isEmptyBox(tight)) return EMPTY_SELECTION
  if (boxArea(tight) === boxArea(selection.box)) return selection
  return reframe(selection, {
    ...tight,
    x: tight.x + selection.box.x,
    y: tight.y + selection.box.y,
  })
}

/** The pixel that contains a point, or null when it lies outside the raster. */
export function pixelAt(point: Point, size: Size): Point | null {
  const x = Math.floor(point.x)
  const y = Math.floor(point.y)
  return x >= 0 && y >= 0 && x < size.width && y < size.height ? { x, y } : null
}
