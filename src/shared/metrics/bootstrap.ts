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

/** Percentile interval of replicates; those that are not finite do not count. Null when none is. */
export function percentileInterval(
  replicates: readonly number[],
  confidence = 0.95,
): Interval | null {
  const sorted = Float64Array.from(replicates.filter(Number.isFinite)).sort()
  if (sorted.length === 0) return null
  const tail = (1 - confidence) / 2
  return { low: quantile(sorted, tail), high: quantile(sorted, 1 - tail) }
}

/** Linear interpolation between order statistics of an ascending array. */
function quantile(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1)
  const below = Math.floor(position)
  const above = Math.min(sorted.length - 1, below + 1)
  return sorted[below]! + (position - below) * (sorted[above]! - sorted[below]!)
}
