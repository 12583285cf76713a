import type { Evaluation, ImageResult } from '../evaluation/evaluation.ts'
import type { DecisionSettings } from '../runs/operating-point.ts'
import { decide } from '../evaluation/decide.ts'
import { chooseThreshold } from './thresholds.ts'

export interface Threshold {
  readonly value: number
  /** How it was chosen, in words. */
  readonly rule: string
}

/** The operating point in use, if its scores are those of the evaluation. */
export function decisionInUse({ decision, settings }: Evaluation): DecisionSettings | null {
  return decision?.pixelWeight === settings.scoring.pixelWeight ? decision : null
}

/**
 * The threshold of the operating point in use. Without one, a threshold that needs no defects: mean + 3σ of the
 * nominal training images' scores; without a calibration just above the highest nominal test score. Null while
 * there is nothing to go by.
 */
export function defaultThreshold(
  evaluation: Evaluation | null,
  results: readonly ImageResult[],
): Threshold | null {
  const decision = evaluation && decisionInUse(evaluation)
  if (decision) return { value: decision.threshold, rule: 'the operating point in use' }
  const nominal = evaluation?.calibration?.nominalScores ?? []
  const calibrated = chooseThreshold({ kind: 'sigma', sigmas: 3 }, nominal, [])
  if (calibrated !== null && nominal.length > 1) {
    return { value: calibrated, rule: `mean + 3σ of ${nominal.length} nominal training images` }
  }
  const tested = results.filter((result) => !result.anomalous).map((result) => result.score)
  const highest = chooseThreshold({ kind: 'max-nominal' }, tested, [])
  if (highest !== null) {
    return { value: highest, rule: 'highest score of a nominal test image' }
  }
  const all = results.map((result) => result.score)
  return all.length > 0
    ? {
        value: Math.max(...all) / 2,
        rule: 'half the highest score, as no nominal image was scored',
      }
    : null
}

export const outcomes = ['found', 'passed', 'missed', 'false alarm', 'unsure'] as const
export type Outcome = (typeof outcomes)[number]

/** What a score means at a threshold: an image is called defective from the threshold on. */
export function verdictOf(
  result: Pick<ImageResult, 'score' | 'anomalous'>,
  threshold: number,
): Exclude<Outcome, 'unsure'> {
  const called = result.score >= threshold
  if (result.anomalous) return called ? 'found' : 'missed'
  return called ? 'false alarm' : 'passed'
}

/** The same with a band of unsure images below `upper`; null: there is none. */
export function outcomeOf(
  result: Pick<ImageResult, 'score' | 'anomalous'>,
  threshold: number,
  upper: number | null,
): Outcome {
  const decision = decide(result.score, { threshold, upper })
  return decision === 'unsure' ? 'unsure' : verdictOf(result, upper ?? threshold)
}
