export interface Interval {
  readonly low: number
  readonly high: number
}

/** Every interval is drawn with it, so that the same figure of the same images has the same one everywhere. */
export const INTERVAL_SEED = 0
/** Resamples of an interval, for the same reason. */
export const RESAMPLES = 300

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

/**
 * The percentile interval of a figure whose replicates are counted in bins: moved by what the bins change in the figure
 * itself, and widened to the figure where the replicates leave it outside, as they do where it is biased upwards or
 * downwards by repeated images.
 *
 * @param counted The figure with bins; NaN moves nothing.
 * @param least The least possible value; the largest is 1.
 */
export function intervalAround(
  value: number,
  counted: number,
  replicates: readonly number[],
  least: number,
  confidence = 0.95,
): Interval | null {
  const found = percentileInterval(replicates, confidence)
  if (!found) return null
  const off = Number.isFinite(value - counted) ? value - counted : 0
  const moved = { low: Math.max(least, found.low + off), high: Math.min(1, found.high + off) }
  return Number.isFinite(value) ? including(moved, value) : moved
}

/** An interval with a value that belongs to it. */
export function including({ low, high }: Interval, value: number): Interval {
  return { low: Math.min(low, value), high: Math.max(high, value) }
}

/** Linear interpolation between order statistics of an ascending array. */
function quantile(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1)
  const below = Math.floor(position)
  const above = Math.min(sorted.length - 1, below + 1)
  return sorted[below]! + (position - below) * (sorted[above]! - sorted[below]!)
}
