import type { EvaluationSettings } from '../config/run-config.ts'
import type { DecisionSettings, OperatingSettings, Thresholds } from '../runs/operating-point.ts'

/** Thresholds of a point with their v; null without thresholds. */
export function decisionOf({ evaluation, thresholds }: OperatingSettings): DecisionSettings | null {
  return thresholds && { ...thresholds, pixelWeight: evaluation.scoring.pixelWeight }
}

/** Whether two settings give the same maps and differ in v at most, so that thresholds of one hold for the other. */
export function sameMaps(a: EvaluationSettings, b: EvaluationSettings): boolean {
  const canonical = ({ startStepRule = null, ...own }: EvaluationSettings): string => {
    const scoring = { ...own.scoring, pixelWeight: 0 }
    return JSON.stringify({ ...own, scoring, startStepRule }, inOrder)
  }
  return canonical(a) === canonical(b)
}

export type Decision = 'nominal' | 'unsure' | 'defective'

/** What a score is called. */
export function decide(
  score: number,
  { threshold, upper }: Pick<Thresholds, 'threshold' | 'upper'>,
): Decision {
  if (score < threshold) return 'nominal'
  return upper !== null && score < upper ? 'unsure' : 'defective'
}

/** The entries of an object in the order of their names, so that equal objects have equal texts. */
function inOrder(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
