import type { MetricRow } from '../../src/shared/evaluation/evaluation.ts'
import {
  EvaluationTally,
  type MetricOptions,
  type ScoredImage,
} from '../../src/shared/metrics/evaluation-metrics.ts'

/** The metrics of images that are at hand together. */
export function evaluationMetrics(
  images: readonly ScoredImage[],
  options: MetricOptions = {},
): MetricRow[] {
  const tally = new EvaluationTally()
  for (const image of images) tally.add(image)
  return tally.metrics(options)
}
