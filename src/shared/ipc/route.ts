import type { z } from 'zod'

/** A request the renderer may make: its input is parsed in main, its output is typed only. */
export interface Route<Schema extends z.ZodType, Output> {
  readonly input: Schema
  /** Carries the output's type; never present at run time. */
  readonly output?: Output
}

/** `route<Output>()(schema)`: the output is named, the input inferred. */
export function route<Output>() {
  return <Schema extends z.ZodType>(input: Schema): Route<Schema, Output> => ({ input })
}
