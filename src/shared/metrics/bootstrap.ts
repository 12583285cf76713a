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

/** Linear interpolation between order statistics of an ascending array. */
export function quantile(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1)
  const below = Math.floor(position)
  const above = Math.min(sorted.length - 1, below + 1)
  return sorted[below]! + (position - below) * (sorted[above]! - sorted[below]!)
}
