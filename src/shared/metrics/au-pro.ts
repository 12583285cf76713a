import { connectedComponents } from './connected-components.ts'
import { Ladder } from './ladder.ts'
import type { Ranking } from './ranking.ts'

/** An image's map with its mask; non-zero is a defect, null is nominal. */
export interface MaskedMap {
  readonly width: number
  readonly height: number
  readonly map: ArrayLike<number>
  readonly mask: ArrayLike<number> | null
}

/** How much of the defects is found at each threshold, as MVTec's per-region overlap counts it. */
export interface RegionOverlap {
  readonly regions: number
  /** What each rung of the ranking adds to the sum of all regions' overlaps. */
  readonly gains: Float64Array
}

/**
 * Collects the per-region overlap of all images, with 8-connected regions.
 *
 * @param ranking Of the same pixels, from {@link rankScores}.
 */
export function regionOverlap(ranking: Ranking, images: readonly MaskedMap[]): RegionOverlap {
  const ladder = new Ladder(ranking.rungs)
  const gains = new Float64Array(ranking.rungs.length)
  let regions = 0
  for (const { width, height, map, mask } of images) {
    if (!mask) continue
    const { labels, areas } = connectedComponents(mask, width, height)
    regions += areas.length
    for (let i = 0; i < labels.length; i++) {
      const label = labels[i]!
      if (label === 0) continue
      gains[ladder.slotOf(map[i]!) >> 1]! += 1 / areas[label - 1]!
    }
  }
  return { regions, gains }
}

/**
 * Area under the per-region overlap curve up to a false positive rate, divided by it, 0 … 1 (MVTec's exact
 * definition): nominal pixels of all images count, equal scores are one point, and the curve is interpolated
 * linearly at the limit. Null without a region or without a nominal pixel.
 *
 * @param limit Largest false positive rate, above 0, at most 1.
 */
export function auPro(ranking: Ranking, overlap: RegionOverlap, limit: number): number | null {
  const { negatives, negativesAt, negativesBelow } = ranking
  const { regions, gains } = overlap
  if (regions === 0 || negatives === 0) return null
  const end = limit * negatives
  let falsePositives = 0
  let found = 0
  let area = 0
  const advance = (count: number, gain: number) => {
    const part = count === 0 ? 0 : Math.min(1, Math.max(0, (end - falsePositives) / count))
    area += part * count * (found + (part * gain) / 2)
    falsePositives += count
    found += gain
  }
  for (let i = gains.length - 1; i >= 0; i--) {
    advance(negativesBelow[i + 1]!, 0)
    advance(negativesAt[i]!, gains[i]!)
  }
  advance(negativesBelow[0]!, 0)
  return Math.min(1, area / (end * regions))
}
