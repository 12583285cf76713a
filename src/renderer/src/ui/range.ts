interface Grid {
  readonly min: number
  readonly max: number
  readonly step: number
}

/** The nearest value that is a whole number of steps, within the limits; without the rounding of floating point. */
export function onGrid(value: number, { min, max, step }: Grid): number {
  const digits = Math.max(0, Math.ceil(-Math.log10(step)) + 2)
  const stepped = Number((Math.round(value / step) * step).toFixed(Math.min(digits, 20)))
  return Math.min(max, Math.max(min, stepped))
}
