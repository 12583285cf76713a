/** What a field of numbers takes. */
export interface NumberRule {
  readonly min: number
  readonly max: number
  readonly whole?: boolean
  /** Empty means none. */
  readonly optional?: boolean
}

export type NumberRead =
  | { readonly value: number | null; readonly problem: null }
  | { readonly value: null; readonly problem: string }

/** Reads a number as people write it, with a comma or a point before decimals; nothing is guessed. */
export function readNumber(text: string, { min, max, whole, optional }: NumberRule): NumberRead {
  const wrong = (problem: string): NumberRead => ({ value: null, problem })
  const entered = text.trim().replace('−', '-')
  if (entered === '') return optional ? { value: null, problem: null } : wrong('Enter a number.')
  if (!/^[+-]?(\d+[.,]?\d*|[.,]\d+)(e[+-]?\d+)?$/i.test(entered)) return wrong('Not a number.')
  const value = Number(entered.replace(',', '.'))
  if (whole && !Number.isInteger(value)) return wrong('Enter a whole number.')
  if (value >= min && value <= max) return { value, problem: null }
  if (max === Infinity) return wrong(`At least ${min}.`)
  return wrong(min === -Infinity ? `At most ${max}.` : `From ${min} to ${max}.`)
}
