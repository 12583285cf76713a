import type { Ranking } from './ranking.ts'

/** How much of the defects is found at each threshold, as MVTec's per-region overlap counts it. */
export interface RegionOverlap {
  readonly regions: number
  /** What each rung of the ranking adds to the sum of all regions' overlaps. */
  readonly gains: Float64Array
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
    const part = count === 0 ? 0 : Math.min(1, (end - falsePositives) / count)
    area += part * count * (found + (part * gain) / 2)
    falsePositives += count
    found += gain
  }
  for (let i = gains.length - 1; i >= 0 && falsePositives < end; i--) {
    advance(negativesBelow[i + 1]!, 0)
    if (falsePositives < end) advance(negativesAt[i]!, gains[i]!)
  }
  if (falsePositives < end) advance(negativesBelow[0]!, 0)
  return Math.min(1, area / (end * regions))
}
