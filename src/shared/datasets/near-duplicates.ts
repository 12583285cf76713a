/** Test images that look nearly like a training image: what is learned by heart makes scores too good. */
import type { ImageId } from '../core/ids.ts'

export interface NearImage {
  readonly imageId: ImageId
  readonly path: string
  readonly sha256: string
}

export interface NearDuplicate {
  readonly test: NearImage
  /** The training image of its category that is nearest. */
  readonly train: NearImage
  /** Bits of the perceptual hashes that differ, 0 … {@link NEAR_BITS}. */
  readonly distance: number
}

export interface NearDuplicates {
  readonly looked: number
  /** Test images that have one. */
  readonly total: number
  /** The nearest first; not more than {@link MOST_PAIRS}. */
  readonly pairs: readonly NearDuplicate[]
}

/** Bits of a perceptual hash: whether each of 16 × 16 places is brighter than the next one. */
export const HASH_BITS = 256
/** Pictures are nearly alike when no more of their bits differ. */
export const NEAR_BITS = 26
export const MOST_PAIRS = 200
