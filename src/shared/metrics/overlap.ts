/** How far a thresholded map and a mask agree. */
export interface Overlap {
  /** Share of the map at or above the threshold, 0 … 1. */
  readonly area: number
  /**
   * 1 − IoU of map and mask, 0 … 1; 0 where neither marks anything. Null for a defective image without a mask,
   * whose truth is not known.
   */
  readonly disagreement: number | null
  /** Share of pixels that only one of them marks, which orders images of the same disagreement. */
  readonly difference: number | null
}

/**
 * Compares a map with a mask at a threshold.
 *
 * @param map Anomaly values, any length.
 * @param mask 0 … 255 of the same length, over 127 defective; null for an image without a defect.
 * @param unknown 1 where a pixel counts nowhere.
 * @param known False when the image is defective and nobody has drawn where.
 */
export function overlapOf(
  map: ArrayLike<number>,
  mask: Uint8Array | null,
  unknown: Uint8Array | null | undefined,
  threshold: number,
  known: boolean,
): Overlap {
  let marked = 0
  let both = 0
  let defective = 0
  let pixels = map.length
  for (let i = 0; i < map.length; i++) {
    if (unknown?.[i] === 1) {
      pixels -= 1
      continue
    }
    const isMarked = map[i]! >= threshold
    const isDefective = mask !== null && mask[i]! > 127
    if (isMarked) marked += 1
    if (isDefective) defective += 1
    if (isMarked && isDefective) both += 1
  }
  const area = pixels === 0 ? 0 : marked / pixels
  if (!known) return { area, disagreement: null, difference: null }
  const union = marked + defective - both
  return {
    area,
    disagreement: union === 0 ? 0 : 1 - both / union,
    difference: pixels === 0 ? 0 : (union - both) / pixels,
  }
}
