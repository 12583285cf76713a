import type { ErrorCode } from '../errors.ts'

/** Main never rejects a request: failures come back as values, rebuilt into errors by the renderer. */
export type Envelope<Output> =
  | { readonly ok: true; readonly data: Output }
  | { readonly ok: false; readonly error: { readonly code: ErrorCode; readonly message: string } }

/** The one request channel and the one event channel. */
export const REQUEST_CHANNEL = 'ddad:request'
export const EVENT_CHANNEL = 'ddad:event'
/** Hands the paths of dropped files to main, which answers with opaque tokens. */
export const DROP_CHANNEL = 'ddad:drop'
