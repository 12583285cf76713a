/** Ticks of a logarithmic axis that stay apart, whatever it spans. */

/** Leading digits of ticks within a decade, the densest first. */
const digits = [[1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 3, 5, 7], [1, 2, 5], [1, 3], [1]] as const

/** Decades between ticks where a tick for each one is too many. */
const strides = [2, 3, 5, 10, 20] as const

/**
 * @param low lower end, above 0
 * @param high upper end, above `low`
 * @param most how many ticks the axis has room for if they were even
 * @returns the largest set of round numbers within [low, high] that are nowhere nearer to each other
 */
export function logTicks(low: number, high: number, most: number): readonly number[] {
  if (!(low > 0 && high > low)) return [low]
  const room = Math.log(high / low) / Math.max(1, most)
  const fits = (ticks: readonly number[]) =>
    ticks.every((tick, n) => n === 0 || Math.log(tick / ticks[n - 1]!) >= room)
  const candidates = [...bySteps(low, high), ...byDigits(low, high), ...byStride(low, high)]
  const best = candidates
    .filter(fits)
    .reduce((chosen, ticks) => (ticks.length > chosen.length ? ticks : chosen), [])
  if (best.length > 1) return best
  const thinned: number[] = []
  for (const tick of candidates[0] ?? []) {
    if (thinned.length === 0 || fits([thinned.at(-1)!, tick])) thinned.push(tick)
  }
  return thinned
}

/** A power of ten times a digit without the error of the multiplication. */
const decimal = (digit: number, exponent: number): number => Number(`${digit}e${exponent}`)

const within = (ticks: readonly number[], low: number, high: number) =>
  ticks.filter((tick) => tick >= low && tick <= high)

function decades(low: number, high: number, stride = 1): number[] {
  const first = stride * Math.floor(Math.log10(low) / stride)
  const count = Math.ceil((Math.log10(high) - first) / stride) + 1
  return Array.from({ length: count }, (_, n) => first + stride * n)
}

const byDigits = (low: number, high: number) =>
  digits.map((set) =>
    within(
      decades(low, high).flatMap((exponent) => set.map((digit) => decimal(digit, exponent))),
      low,
      high,
    ),
  )

const byStride = (low: number, high: number) =>
  strides.map((stride) =>
    within(
      decades(low, high, stride).map((exponent) => decimal(1, exponent)),
      low,
      high,
    ),
  )

/** Even steps, for an axis that lies within a decade or less. */
function bySteps(low: number, high: number): number[][] {
  if (high / low > 10) return []
  const exponent = Math.floor(Math.log10(high - low))
  return [exponent - 1, exponent].flatMap((power) =>
    [1, 2, 5].map((digit) => {
      const step = decimal(digit, power)
      const first = Math.floor(low / step)
      const count = Math.ceil(high / step) - first + 1
      const all = Array.from({ length: count }, (_, n) => decimal(digit * (first + n), power))
      return within(all, low, high)
    }),
  )
}
