import type { ErrorCode } from '../../../shared/errors.ts'
import type { Envelope } from '../../../shared/ipc/envelope.ts'
import type { Bridge } from '../../../shared/ipc/events.ts'
import type { RouteInput, RouteName, RouteOutput } from '../../../shared/ipc/routes/index.ts'

declare global {
  interface Window {
    readonly ddad: Bridge
  }
}

/** A request that main answered with a failure; `message` is written for the user. */
export class ApiError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string) {
    super(message)
    this.name = 'ApiError'
    this.code = code
  }
}

/** Sends a request to main. @throws {ApiError} with main's message and code. */
export async function request<Name extends RouteName>(
  name: Name,
  input: RouteInput<Name>,
): Promise<RouteOutput<Name>> {
  const answer = (await window.ddad.request(name, input)) as Envelope<RouteOutput<Name>>
  if (!answer.ok) throw new ApiError(answer.error.code, answer.error.message)
  return answer.data
}

/** Registers dropped files or folders with main; answers an opaque token and a display name each. */
export function registerDrop(files: readonly File[]): ReturnType<Bridge['drop']> {
  return window.ddad.drop(files)
}

/** Every event of main, untyped; `events.ts` types it. */
export function listen(callback: (name: string, payload: unknown) => void): () => void {
  return window.ddad.on(callback)
}

/** The text to show for anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
