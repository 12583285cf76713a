import { sigmaThreshold } from './mean.ts'
import { f1Max, descendThresholds } from './precision-recall.ts'
import { rankScores } from './ranking.ts'

/** How a decision threshold is chosen. An image is called anomalous when its score is at least the threshold. */
export type ThresholdRule =
  | { readonly kind: 'f1-max' }
  /** Largest true minus false positive rate. */
  | { readonly kind: 'youden' }
  /** The lowest threshold with at most this share of nominal images called anomalous. */
  | { readonly kind: 'false-positive-rate'; readonly limit: number }
  /** The highest threshold with at most this share of anomalous images missed. */
  | { readonly kind: 'false-negative-rate'; readonly limit: number }
  /** Just above the highest nominal score. */
  | { readonly kind: 'max-nominal' }
  /** Mean plus `sigmas` standard deviations of the nominal scores. */
  | { readonly kind: 'sigma'; readonly sigmas: number }
  /** Where the rates of false alarms and misses are closest. */
  | { readonly kind: 'equal-error' }

/**
 * The threshold that a rule gives.
 *
 * @param nominal Scores of images without a defect.
 * @param anomalous Scores of images with a defect; may be empty for rules that look at nominal ones only.
 * @returns Null when the rule needs scores that are not there.
 */
export function chooseThreshold(
  rule: ThresholdRule,
  nominal: readonly number[],
  anomalous: readonly number[],
): number | null {
  if (rule.kind === 'false-negative-rate') {
    const ascending = anomalous.toSorted((a, b) => a - b)
    return ascending[allowed(rule.limit, ascending.length)] ?? null
  }
  if (nominal.length === 0) return null
  switch (rule.kind) {
    case 'max-nominal':
      return nextUp(Math.max(...nominal))
    case 'false-positive-rate': {
      const descending = nominal.toSorted((a, b) => b - a)
      return nextUp(descending[allowed(rule.limit, descending.length)]!)
    }
    case 'sigma':
      return sigmaThreshold(nominal, rule.sigmas).threshold
    case 'f1-max':
    case 'youden':
    case 'equal-error':
      return bestByClasses(rule.kind, nominal, anomalous)
  }
}

function bestByClasses(
  kind: 'f1-max' | 'youden' | 'equal-error',
  nominal: readonly number[],
  anomalous: readonly number[],
): number | null {
  const ranking = rankScores([
    { scores: nominal, labels: null },
    { scores: anomalous, labels: anomalous.map(() => 1) },
  ])
  if (kind === 'f1-max') return f1Max(ranking)?.threshold ?? null
  let best = -Infinity
  let chosen: number | null = null
  descendThresholds(ranking, (threshold, truePositives, falsePositives) => {
    const detected = truePositives / anomalous.length
    const alarms = falsePositives / nominal.length
    const value = kind === 'youden' ? detected - alarms : -Math.abs(1 - detected - alarms)
    if (value <= best) return
    best = value
    chosen = threshold
  })
  return chosen
}

/** How many of `count` may be on the wrong side, at most all but one. */
function allowed(limit: number, count: number): number {
  return Math.min(count - 1, Math.floor(limit * count + 1e-9))
}

/** The smallest float64 above a finite number. */
function nextUp(value: number): number {
  if (value === 0) return Number.MIN_VALUE
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, value)
  view.setBigInt64(0, view.getBigInt64(0) + (value > 0 ? 1n : -1n))
  return view.getFloat64(0)
}
