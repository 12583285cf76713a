/** Counts of scores in equal bins, one row of counts per class. */
export interface Histogram {
  /** Middle of each bin. */
  readonly centres: readonly number[]
  readonly series: readonly { readonly name: string; readonly counts: readonly number[] }[]
}

/** @param bins Number of equal bins from the lowest to the highest score. */
export function histogram(
  scores: readonly { readonly name: string; readonly score: number }[],
  bins: number,
): Histogram {
  const names = [...new Set(scores.map(({ name }) => name))]
  const values = scores.map(({ score }) => score)
  const low = Math.min(...values)
  const width = (Math.max(...values) - low) / bins || 1
  const centres = Array.from({ length: bins }, (_, bin) => low + (bin + 0.5) * width)
  const series = names.map((name) => {
    const counts = new Array<number>(bins).fill(0)
    for (const entry of scores) {
      if (entry.name !== name) continue
      const bin = Math.min(bins - 1, Math.floor((entry.score - low) / width))
      counts[bin] = (counts[bin] ?? 0) + 1
    }
    return { name, counts }
  })
  return { centres, series }
}
