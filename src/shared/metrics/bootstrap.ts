import { Random } from '../random.ts'
import { auroc } from './auroc.ts'
import { rankScores } from './ranking.ts'

export interface Interval {
  readonly low: number
  readonly high: number
}

export interface BootstrapOptions {
  readonly seed: number
  /** Number of resamples. */
  readonly resamples?: number
  /** Share of resamples inside the interval, 0 … 1. */
  readonly confidence?: number
}

/**
 * Percentile bootstrap interval of AUROC over images. Nominal and anomalous images are resampled separately,
 * so that every resample has both. Null when a class is absent.
 */
export function aurocInterval(
  nominal: readonly number[],
  anomalous: readonly number[],
  { seed, resamples = 1000, confidence = 0.95 }: BootstrapOptions,
): Interval | null {
  if (nominal.length === 0 || anomalous.length === 0) return null
  const random = new Random(seed)
  const labels = new Uint8Array(anomalous.length).fill(1)
  const draw = (scores: readonly number[]) =>
    scores.map(() => scores[random.integer(scores.length)]!)
  const values = Float64Array.from({ length: resamples }, () => {
    const parts = [
      { scores: draw(nominal), labels: null },
      { scores: draw(anomalous), labels },
    ]
    return auroc(rankScores(parts))!
  }).sort()
  const tail = (1 - confidence) / 2
  return { low: quantile(values, tail), high: quantile(values, 1 - tail) }
}

/** Linear interpolation between order statistics of an ascending array. */
export function quantile(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1)
  const below = Math.floor(position)
  const above = Math.min(sorted.length - 1, below + 1)
  return sorted[below]! + (position - below) * (sorted[above]! - sorted[below]!)
}
