import type { Ranking } from './ranking.ts'

/**
 * Area under the ROC curve, 0 … 1: the chance that a positive scores above a negative, ties counting half
 * (Mann–Whitney). Null when a class is absent.
 */
export function auroc(ranking: Ranking): number | null {
  const { positives, negatives, positivesAt, negativesAt, negativesBelow } = ranking
  if (positives === 0 || negatives === 0) return null
  let below = 0
  let twicePairs = 0
  for (let i = 0; i < positivesAt.length; i++) {
    below += negativesBelow[i]!
    twicePairs += positivesAt[i]! * (2 * below + negativesAt[i]!)
    below += negativesAt[i]!
  }
  return twicePairs / (2 * positives * negatives)
}
