import { boxArea, growBox, isEmptyBox, type Size } from '../box.ts'
import { squaredDistances } from './distance-transform.ts'
import { EMPTY_SELECTION, reframe, trimSelection, type Selection } from '../selection.ts'

/**
 * All operations use a disc of Euclidean `radius` in pixels (≥ 0, may be fractional) and the image
 * only: what lies beyond its border neither grows in nor eats away.
 */

/** The pixels at most `radius` from the selection (dilation). */
export function grow(selection: Selection, radius: number, size: Size): Selection {
  if (isEmptyBox(selection.box)) return EMPTY_SELECTION
  const framed = reframe(selection, growBox(selection.box, Math.ceil(radius), size))
  const distances = squaredDistances(framed.bits, framed.box, 1)
  const limit = radius * radius
  const { bits } = framed
  for (let i = 0; i < bits.length; i++) bits[i] = distances[i]! <= limit ? 1 : 0
  return trimSelection(framed)
}

/** The pixels farther than `radius` from every pixel outside the selection (erosion). */
export function shrink(selection: Selection, radius: number, size: Size): Selection {
  if (isEmptyBox(selection.box)) return EMPTY_SELECTION
  // One pixel around the box holds the outside pixel nearest to any pixel in it.
  const framed = reframe(selection, growBox(selection.box, 1, size))
  if (!framed.bits.includes(0)) return selection
  const distances = squaredDistances(framed.bits, framed.box, 0)
  const limit = radius * radius
  const { bits } = framed
  for (let i = 0; i < bits.length; i++) bits[i] = distances[i]! > limit ? bits[i]! : 0
  return trimSelection(framed)
}

/** Removes what a disc does not fit into: shrink, then grow. */
export function open(selection: Selection, radius: number, size: Size): Selection {
  return grow(shrink(selection, radius, size), radius, size)
}

/** Closes gaps that a disc does not fit into: grow, then shrink. */
export function close(selection: Selection, radius: number, size: Size): Selection {
  return shrink(grow(selection, radius, size), radius, size)
}

/**
 * Majority (median) in the square of 2 · radius + 1 pixels around each pixel: selected where more
 * than half of its pixels within the image are. `radius` is a whole number.
 */
export function smooth(selection: Selection, radius: number, size: Size): Selection {
  if (isEmptyBox(selection.box)) return EMPTY_SELECTION
  const box = growBox(selection.box, radius, size)
  const sums = prefixSums(reframe(selection, box).bits, box)
  const bits = new Uint8Array(boxArea(box))
  const stride = box.width + 1
  for (let row = 0, i = 0; row < box.height; row++) {
    const top = Math.max(row - radius, 0) * stride
    const bottom = Math.min(row + radius + 1, box.height) * stride
    const rows = overlap(box.y + row, radius, size.height)
    for (let column = 0; column < box.width; column++, i++) {
      const left = Math.max(column - radius, 0)
      const right = Math.min(column + radius + 1, box.width)
      const count =
        sums[bottom + right]! - sums[bottom + left]! - sums[top + right]! + sums[top + left]!
      bits[i] = 2 * count > rows * overlap(box.x + column, radius, size.width) ? 1 : 0
    }
  }
  return trimSelection({ box, bits })
}

/** How many of the positions centre − radius … centre + radius lie in 0 … length − 1. */
function overlap(centre: number, radius: number, length: number): number {
  return Math.min(centre + radius, length - 1) - Math.max(centre - radius, 0) + 1
}

/** Sums over all pixels above and to the left, in a table one row and one column larger. */
function prefixSums(bits: Uint8Array, { width, height }: Size): Uint32Array {
  const stride = width + 1
  const sums = new Uint32Array(stride * (height + 1))
  for (let row = 0, i = 0; row < height; row++) {
    let line = 0
    for (let column = 0; column < width; column++, i++) {
      line += bits[i]!
      sums[(row + 1) * stride + column + 1] = sums[row * stride + column + 1]! + line
    }
  }
  return sums
}
