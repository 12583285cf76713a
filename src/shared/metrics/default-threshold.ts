import type { Calibration, ImageResult } from '../domain/evaluation.ts'
import { chooseThreshold } from './thresholds.ts'

export interface Threshold {
  readonly value: number
  /** How it was chosen, in words. */
  readonly rule: string
}

/**
 * A threshold that needs no defects: mean + 3σ of the nominal training images' scores; without a
 * calibration just above the highest nominal test score. Null while there is nothing to go by.
 */
export function defaultThreshold(
  calibration: Calibration | null,
  results: readonly ImageResult[],
): Threshold | null {
  const nominal = calibration?.nominalScores ?? []
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

/** What a score means at a threshold: an image is called defective from the threshold on. */
export function verdictOf(
  result: Pick<ImageResult, 'score' | 'anomalous'>,
  threshold: number,
): 'found' | 'passed' | 'missed' | 'false alarm' {
  const called = result.score >= threshold
  if (result.anomalous) return called ? 'found' : 'missed'
  return called ? 'false alarm' : 'passed'
}
