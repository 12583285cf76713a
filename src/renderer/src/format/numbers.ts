/** Numbers as the window writes them: the same everywhere, `–` for what is unknown. */
export const UNKNOWN = '–'

const whole = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 })

export function formatCount(value: number): string {
  return whole.format(value)
}

/** A ratio in [0, 1] as per cent without the sign, with one decimal, as the literature prints AUROC. */
export function formatPercent(value: number | null | undefined): string {
  return value == null ? UNKNOWN : (value * 100).toFixed(1)
}

/** How far a ratio is above another, in points of per cent with its sign; empty where one is unknown. */
export function formatPoints(
  value: number | null | undefined,
  reference: number | null | undefined,
): string {
  if (value == null || reference == null) return ''
  const points = 100 * (value - reference)
  return `${points >= 0 ? '+' : '−'}${Math.abs(points).toFixed(1)}`
}

/** Steps done, with the number of all while there are more to come. */
export function formatSteps(done: number, total: number): string {
  return done < total ? `${formatCount(done)} / ${formatCount(total)}` : formatCount(done)
}

/** Significant digits for scores and losses of any magnitude. */
export function formatValue(value: number | null | undefined, digits = 4): string {
  if (value == null || !Number.isFinite(value)) return UNKNOWN
  if (value === 0) return '0'
  const size = Math.abs(value)
  if (size >= 1e6 || size < 1e-4) return value.toExponential(2)
  if (size >= 1000) return whole.format(value)
  return value.toPrecision(digits)
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB']
  let size = bytes
  let unit = 0
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000
    unit += 1
  }
  return `${unit === 0 ? size : size.toFixed(size < 10 ? 1 : 0)} ${units[unit]}`
}

export function plural(count: number, singular: string, many = `${singular}s`): string {
  return `${formatCount(count)} ${count === 1 ? singular : many}`
}
