/**
 * Frames between main (or the command line) and its child processes. A child answers each call with any
 * number of events and then exactly one result or error. Frames are structured-clone data.
 */
export const PROTOCOL_VERSION = 1

/** How a call ends early: `stop` keeps the work (a checkpoint is written), `cancel` abandons it. */
export type EndMode = 'stop' | 'cancel'

export type ToChild =
  | { readonly type: 'call'; readonly id: number; readonly method: string; readonly input: unknown }
  | { readonly type: 'end'; readonly id: number; readonly mode: EndMode }

export type FromChild =
  | { readonly type: 'ready'; readonly version: number }
  | { readonly type: 'event'; readonly id: number; readonly event: unknown }
  | { readonly type: 'result'; readonly id: number; readonly output: unknown }
  | { readonly type: 'error'; readonly id: number; readonly error: ChildError }

export interface ChildError {
  /** See `src/shared/errors.ts`; `CANCELLED` is an answer, not a failure. */
  readonly code: string
  readonly message: string
}
