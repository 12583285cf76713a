/** NaN of none. */
export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Mean and standard deviation (of all, not a sample), and the threshold mean + k σ. */
export function sigmaThreshold(values: readonly number[], k: number) {
  const mean = meanOf(values)
  const deviation = Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)))
  return { mean, deviation, threshold: mean + k * deviation }
}
