/** What a run will take, from a few measured steps. */

/** Seconds as expected and at the pace of the fastest and slowest measured step. */
export interface SecondsRange {
  readonly expected: number
  readonly low: number
  readonly high: number
}

export interface Estimate {
  readonly training: SecondsRange
  /** Zero where the configuration does not adapt. */
  readonly adaptation: SecondsRange
  readonly evaluation: SecondsRange
  readonly total: SecondsRange
  /** Most memory that the engine's process has taken, in bytes. */
  readonly peakBytes: number
  readonly device: string
  /** What it rests on. */
  readonly measured: { readonly steps: number; readonly images: number; readonly seconds: number }
}

/** How much more than what was measured here a task asks for: nodes differ. */
const MARGIN = 2

/** What a task asks a scheduler for, in whole minutes and megabytes. */
export const askedFor = ({ total, peakBytes }: Pick<Estimate, 'total' | 'peakBytes'>) => ({
  minutes: Math.ceil((MARGIN * total.high) / 60),
  memory: Math.ceil((MARGIN * peakBytes) / 1e6),
})

/** The range of `count` times what was measured; `measured` must not be empty. */
export function rangeOf(measured: readonly number[], count: number): SecondsRange {
  const sorted = measured.toSorted((left, right) => left - right)
  const at = (index: number) => (sorted.at(index) ?? 0) * count
  return { expected: at(Math.floor((sorted.length - 1) / 2)), low: at(0), high: at(-1) }
}

/** What several ranges come to one after another. */
export function sumOf(ranges: readonly SecondsRange[]): SecondsRange {
  const sum = (key: keyof SecondsRange) => ranges.reduce((total, range) => total + range[key], 0)
  return { expected: sum('expected'), low: sum('low'), high: sum('high') }
}
