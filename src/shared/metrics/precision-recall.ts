import type { Ranking } from './ranking.ts'

/** Counts when every score of at least `threshold` is called positive. */
export interface ThresholdCounts {
  readonly threshold: number
  readonly truePositives: number
  readonly falsePositives: number
}

/** Visits each distinct positive score as threshold, from the highest down. */
export function* descendThresholds(ranking: Ranking): Generator<ThresholdCounts> {
  const { rungs, positivesAt, negativesAt, negativesBelow } = ranking
  let truePositives = 0
  let falsePositives = 0
  for (let i = positivesAt.length - 1; i >= 0; i--) {
    truePositives += positivesAt[i]!
    falsePositives += negativesBelow[i + 1]! + negativesAt[i]!
    // A rung may be there for the sake of other images' positives.
    if (positivesAt[i]! > 0) yield { threshold: rungs[i]!, truePositives, falsePositives }
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
  for (const { truePositives, falsePositives } of descendThresholds(ranking)) {
    sum += ((truePositives - found) * truePositives) / (truePositives + falsePositives)
    found = truePositives
  }
  return sum / ranking.positives
}

export interface F1Max {
  readonly value: number
  /** Scores of at least this are called positive; of equally good thresholds the highest. */
  readonly threshold: number
}

/** The largest F1 = 2PR/(P + R) over all thresholds, 0 … 1. Null without a positive. */
export function f1Max(ranking: Ranking): F1Max | null {
  let best: F1Max | null = null
  for (const { threshold, truePositives, falsePositives } of descendThresholds(ranking)) {
    const value = (2 * truePositives) / (truePositives + falsePositives + ranking.positives)
    if (best === null || value > best.value) best = { value, threshold }
  }
  return best
}
