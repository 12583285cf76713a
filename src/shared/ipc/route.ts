import type { z } from 'zod'

/** Of a request: the largest study weighs half of it. */
export const MOST_WEIGHT = 2_000_000

/** A request the renderer may make: its input is parsed in main, its output is typed only. */
export interface Route<Schema extends z.ZodType, Output> {
  readonly input: Schema
  /** Most that a request may weigh; see `weigh`. {@link MOST_WEIGHT} where there is none. */
  readonly most?: number
  /** Carries the output's type; never present at run time. */
  readonly output?: Output
}

/** Characters and bytes, and eight for each value: what a request costs to look at, which stops at `most`. */
export function weigh(input: unknown, most: number): number {
  let weight = 0
  const waiting: unknown[] = [input]
  while (waiting.length > 0 && weight <= most) {
    const value = waiting.pop()
    weight += 8
    if (typeof value === 'string') weight += value.length
    else if (ArrayBuffer.isView(value)) weight += value.byteLength
    else if (Array.isArray(value)) {
      if (value.length * 8 > most) return Infinity
      for (const item of value as unknown[]) waiting.push(item)
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, item] of Object.entries(value)) {
        weight += key.length
        waiting.push(item)
      }
    }
  }
  return weight
}

/** `route<Output>()(schema)`: the output is named, the input inferred. */
export function route<Output>() {
  return <Schema extends z.ZodType>(input: Schema, most = MOST_WEIGHT): Route<Schema, Output> => ({
    input,
    most,
  })
}
