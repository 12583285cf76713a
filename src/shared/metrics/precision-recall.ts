import type { Ranking } from './ranking.ts'

/**
 * Visits each distinct positive score as threshold, from the highest down, with the counts when every score of at
 * least the threshold is called positive.
 */
export function descendThresholds(
  ranking: Ranking,
  visit: (threshold: number, truePositives: number, falsePositives: number) => void,
): void {
  const { rungs, positivesAt, negativesAt, negativesBelow } = ranking
  let truePositives = 0
  let falsePositives = 0
  for (let i = positivesAt.length - 1; i >= 0; i--) {
    truePositives += positivesAt[i]!
    falsePositives += negativesBelow[i + 1]! + negativesAt[i]!
    // A rung may be there for the sake of other images' positives.
    if (positivesAt[i]! > 0) visit(rungs[i]!, truePositives, falsePositives)
  }
}

/**
 * Average precision Σ (Rₙ − Rₙ₋₁) · Pₙ: the step-wise area under the precision–recall curve, 0 … 1, as
 * scikit-learn defines it. Null without a positive.
 */
export function averagePrecision(ranking: Ranking): number | null {
  if (ranking.positives === 0) return null
  let sum = 0
  let found = 0
  descendThresholds(ranking, (_, truePositives, falsePositives) => {
    sum += ((truePositives - found) * truePositives) / (truePositives + falsePositives)
    found = truePositives
  })
  return sum / ranking.positives
}

export interface F1Max {
  readonly value: number
  /** Scores of at least this are called positive; of equally good thresholds the highest. */
  readonly threshold: number
}

/** The largest F1 = 2PR/(P + R) over all thresholds, 0 … 1. Null without a positive. */
export function f1Max(ranking: Ranking): F1Max | null {
  if (ranking.positives === 0) return null
  let best = 0
  let threshold = 0
  descendThresholds(ranking, (at, truePositives, falsePositives) => {
    const value = (2 * truePositives) / (truePositives + falsePositives + ranking.positives)
    if (value <= best) return
    best = value
    threshold = at
  })
  return { value: best, threshold }
}
