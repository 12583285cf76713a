import { DdadError } from '../errors.ts'
import { EMPTY_BOX, boundsOfNonZero, boxFromEdges, type Box, type Size } from './box.ts'

/** A ground-truth mask: one class index per pixel, row-major; 0 is nominal, 1 … 255 are defects. */
export interface Mask extends Size {
  readonly data: Uint8Array
}

/** Longest side of a mask; keeps squared distances within 32 bits. */
export const MAX_MASK_SIDE = 32_767

/**
 * A mask of one class everywhere, or over given data (kept, not copied).
 * Throws INVALID_INPUT when the size is not 1 … {@link MAX_MASK_SIDE} or the data has another length.
 */
export function createMask(width: number, height: number, data?: Uint8Array): Mask {
  for (const side of [width, height]) {
    if (!Number.isInteger(side) || side < 1 || side > MAX_MASK_SIDE) {
      throw new DdadError('INVALID_INPUT', `A mask cannot be ${width} × ${height} pixels.`)
    }
  }
  if (data && data.length !== width * height) {
    throw new DdadError(
      'INVALID_INPUT',
      `A mask of ${width} × ${height} pixels needs ${width * height} values, not ${data.length}.`,
    )
  }
  return { width, height, data: data ?? new Uint8Array(width * height) }
}

export function cloneMask(mask: Mask): Mask {
  return { width: mask.width, height: mask.height, data: mask.data.slice() }
}

export function sameSize(a: Size, b: Size): boolean {
  return a.width === b.width && a.height === b.height
}

/** The tight box around all pixels of any defect class, or of `classIndex`; empty when there are none. */
export function maskBounds(mask: Mask, classIndex?: number): Box {
  if (classIndex === undefined) return boundsOfNonZero(mask.data, mask)
  let left = mask.width
  let right = -1
  let top = -1
  let bottom = -1
  for (let y = 0; y < mask.height; y++) {
    const row = mask.data.subarray(y * mask.width, (y + 1) * mask.width)
    const first = row.indexOf(classIndex)
    if (first < 0) continue
    if (top < 0) top = y
    bottom = y
    left = Math.min(left, first)
    right = Math.max(right, row.lastIndexOf(classIndex))
  }
  return top < 0 ? EMPTY_BOX : boxFromEdges(left, top, right, bottom)
}

/** Number of pixels of each class present, nominal included, in order of class. */
export function countByClass(mask: Mask): Map<number, number> {
  const counts = new Float64Array(256)
  for (const value of mask.data) counts[value]!++
  const present = new Map<number, number>()
  counts.forEach((count, classIndex) => {
    if (count > 0) present.set(classIndex, count)
  })
  return present
}

/** A row-major copy of the values in a box that lies within the mask. */
export function readBox(mask: Mask, box: Box): Uint8Array {
  const values = new Uint8Array(box.width * box.height)
  for (let row = 0; row < box.height; row++) {
    const start = (box.y + row) * mask.width + box.x
    values.set(mask.data.subarray(start, start + box.width), row * box.width)
  }
  return values
}

/** Number of pixels that differ between two versions of a mask. */
export interface MaskDifference {
  /** Nominal before, a defect after. */
  readonly added: number
  /** A defect before, nominal after. */
  readonly removed: number
  /** One defect class before, another after. */
  readonly changed: number
}

/** Compares two masks of the same size. Throws INVALID_INPUT when the sizes differ. */
export function maskDifference(before: Mask, after: Mask): MaskDifference {
  requireSameSize(before, after)
  let added = 0
  let removed = 0
  let changed = 0
  for (let i = 0; i < before.data.length; i++) {
    const old = before.data[i]
    const now = after.data[i]
    if (old === now) continue
    if (old === 0) added++
    else if (now === 0) removed++
    else changed++
  }
  return { added, removed, changed }
}

/** Throws INVALID_INPUT, naming both sizes, when two rasters differ in size. */
export function requireSameSize(a: Size, b: Size): void {
  if (sameSize(a, b)) return
  throw new DdadError(
    'INVALID_INPUT',
    `The sizes differ: ${a.width} × ${a.height} and ${b.width} × ${b.height} pixels.`,
  )
}
