import type { Scored } from './score-table.ts'

/** Most classes that keep a colour and a row of their own. */
const MOST_CLASSES = 5
const NOMINAL = 'good'

/** Counts of scores in equal bins, one row of counts per class. */
export interface Histogram {
  /** Middle of each bin. */
  readonly centres: readonly number[]
  readonly width: number
  readonly series: readonly { readonly name: string; readonly counts: readonly number[] }[]
}

/** Nominal first, then the defect types; many of them are taken together. */
export function classNames(scores: readonly Scored[]): readonly string[] {
  const anomalous = scores.filter((item) => item.anomalous)
  const types = [...new Set(anomalous.map(({ defectType }) => defectType))].sort()
  const nominal = anomalous.length < scores.length ? [NOMINAL] : []
  return [...nominal, ...(types.length < MOST_CLASSES ? types : ['defective'])]
}

function classOf({ anomalous, defectType }: Scored, names: readonly string[]): number {
  if (!anomalous) return 0
  const own = names.indexOf(defectType, names[0] === NOMINAL ? 1 : 0)
  return own >= 0 ? own : names.length - 1
}

function range(scores: readonly Scored[], reach: number): { low: number; high: number } {
  let low = reach
  let high = reach
  for (const { score } of scores) {
    if (score < low) low = score
    if (score > high) high = score
  }
  return low < high ? { low, high } : { low: low - 0.5, high: high + 0.5 }
}

/**
 * @param bins Number of equal bins from the lowest to the highest score.
 * @param reach A score that the bins reach even when no image has it.
 */
export function histogram(scores: readonly Scored[], bins: number, reach: number): Histogram {
  const names = classNames(scores)
  const { low, high } = range(scores, reach)
  const width = (high - low) / bins
  const counts = names.map(() => new Array<number>(bins).fill(0))
  for (const item of scores) {
    const bin = Math.min(bins - 1, Math.floor((item.score - low) / width))
    const own = counts[classOf(item, names)]
    if (own) own[bin] = (own[bin] ?? 0) + 1
  }
  return {
    centres: Array.from({ length: bins }, (_, bin) => low + (bin + 0.5) * width),
    width,
    series: names.map((name, index) => ({ name, counts: counts[index] ?? [] })),
  }
}

/** Every image as a dot in the row of its class, spread a little so that equal scores are seen. */
export function dots(scores: readonly Scored[], names: readonly string[], reach: number) {
  const { low, high } = range(scores, reach)
  const margin = (high - low) * 0.03
  const rows = names.map((name) => ({ name, points: [] as { x: number; y: number }[] }))
  for (const item of scores) {
    const row = classOf(item, names)
    const own = rows[row]
    if (!own) continue
    // The golden ratio spreads any number of them evenly.
    const spread = ((own.points.length * 0.618034) % 1) - 0.5
    own.points.push({ x: item.score, y: row + spread * 0.62 })
  }
  for (const { points } of rows) points.sort((a, b) => a.x - b.x)
  return { low: low - margin, high: high + margin, series: rows }
}
