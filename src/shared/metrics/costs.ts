/** What each image costs a figure: how much of what is missing to 1 is due to it. */
import type { PixelProfiles } from './pixel-profiles.ts'

interface Ranked {
  readonly score: number
  readonly anomalous: boolean
}

/**
 * Images of the other class that each image is ranked wrongly against: nominal ones that score at least as high as
 * it when it is defective, defective ones that score at most as high when it is nominal. Ties count half, so that
 * the sum is twice (1 − AUROC) · defective · nominal.
 */
export function wrongPairs(images: readonly Ranked[]): number[] {
  const sortedScores = (anomalous: boolean) =>
    Float64Array.from(
      images.filter((image) => image.anomalous === anomalous),
      ({ score }) => score,
    ).sort()
  const [nominal, defective] = [sortedScores(false), sortedScores(true)]
  return images.map(({ score, anomalous }) => {
    const others = anomalous ? nominal : defective
    const below = countBelow(others, score, false)
    const upTo = countBelow(others, score, true)
    const ties = (upTo - below) / 2
    return anomalous ? others.length - upTo + ties : below + ties
  })
}

/** How many of ascending scores are below one, or at most it. */
function countBelow(ascending: Float64Array, score: number, inclusive: boolean): number {
  let [first, end] = [0, ascending.length]
  while (first < end) {
    const middle = (first + end) >>> 1
    const value = ascending[middle]!
    if (value < score || (inclusive && value === score)) first = middle + 1
    else end = middle
  }
  return first
}

/** What an image costs the pixel figures, 0 … 1. */
export interface PixelCost {
  /** Of 1 − pixel AUROC: half of every wrongly ordered pair that one of its pixels is in. All add up to it. */
  readonly pixelAuroc: number
  /** Of 1 − AU-PRO up to these false positive rates: what its regions lack. All add up to it; 0 without regions. */
  readonly auPro30: number
  readonly auPro05: number
}

/** Costs of the images of a profile, exact up to the width of its bins; null without pixels of both classes. */
export function pixelCosts(profiles: PixelProfiles): PixelCost[] | null {
  const { images, bins, counts } = profiles
  const { ranking, overlap } = profiles.weighted(new Uint32Array(images).fill(1))
  const { positives, negatives, positivesAt, negativesAt } = ranking
  if (positives === 0 || negatives === 0) return null
  // Of each bin: defective pixels below it, nominal ones above it, and what a region's part in it lacks.
  const below = new Float64Array(bins)
  const above = new Float64Array(bins)
  for (let i = 1; i < bins; i++) below[i] = below[i - 1]! + positivesAt[i - 1]!
  for (let i = bins - 2; i >= 0; i--) above[i] = above[i + 1]! + negativesAt[i + 1]!
  const lacking = [0.3, 0.05].map((limit) =>
    Float64Array.from(above, (count, i) => {
      const from = count / negatives
      const to = from + negativesAt[i]! / negatives
      return 1 - (limit - meanUpTo(limit, from, to)) / limit
    }),
  )
  return Array.from({ length: images }, (_, place) => {
    const at = (kind: number) =>
      counts.subarray((place * 3 + kind) * bins, (place * 3 + kind + 1) * bins)
    const [own, marked, gains] = [at(0), at(1), at(2)]
    let wrong = 0
    let [lost30, lost05] = [0, 0]
    for (let i = 0; i < bins; i++) {
      wrong += marked[i]! * (above[i]! + negativesAt[i]! / 2)
      wrong += own[i]! * (below[i]! + positivesAt[i]! / 2)
      lost30 += gains[i]! * lacking[0]![i]!
      lost05 += gains[i]! * lacking[1]![i]!
    }
    const regions = overlap.regions || 1
    return {
      pixelAuroc: wrong / (2 * positives * negatives),
      auPro30: lost30 / regions,
      auPro05: lost05 / regions,
    }
  })
}

/** Mean of min(x, limit) for x between two rates. */
function meanUpTo(limit: number, from: number, to: number): number {
  if (from >= limit) return limit
  if (to <= limit) return (from + to) / 2
  return limit - (limit - from) ** 2 / (2 * (to - from))
}
