/** The parent's side of the process protocol: typed calls to one child process. */
import { DdadError, errorCodes, type ErrorCode } from '../../shared/errors.ts'
import {
  PROTOCOL_VERSION,
  type ChildError,
  type EndMode,
  type FromChild,
  type ToChild,
} from '../../shared/processes/frames.ts'
import type { MethodsOf } from './serve.ts'

/** One started child process, whatever started it. */
export interface ChildTransport {
  send(frame: ToChild): void
  onFrame(callback: (frame: FromChild) => void): void
  /** Called once, after the last frame, with words for why the process ended. */
  onExit(callback: (reason: string) => void): void
  /** The last lines of its standard error. */
  stderrTail(): string
  kill(): void
}

/** A call in progress. */
export interface Call<Output> {
  readonly result: Promise<Output>
  /** Asks the child to end the call early. Cancel after stop is allowed. */
  readonly end: (mode: EndMode) => void
}

interface Waiting {
  readonly resolve: (output: unknown) => void
  readonly reject: (error: Error) => void
  readonly onEvent: ((event: unknown) => void) | undefined
}

/** Calls to one child. When the child ends, every open call is rejected with ENGINE_CRASHED. */
export class ChildClient<C extends MethodsOf<C>> {
  /** Resolved by the child's first frame. */
  readonly ready: Promise<void>
  /** Resolved with the reason when the child has ended. */
  readonly exited: Promise<string>
  readonly #transport: ChildTransport
  readonly #waiting = new Map<number, Waiting>()
  #nextId = 1
  #exitReason: string | null = null

  constructor(transport: ChildTransport) {
    this.#transport = transport
    const ready = Promise.withResolvers<void>()
    const exited = Promise.withResolvers<string>()
    this.ready = ready.promise
    this.exited = exited.promise
    ready.promise.catch(() => {})
    transport.onFrame((frame) => {
      if (frame.type === 'ready') {
        if (frame.version === PROTOCOL_VERSION) ready.resolve()
        else ready.reject(wrongVersion(frame.version))
      } else {
        this.#receive(frame)
      }
    })
    transport.onExit((reason) => {
      this.#exitReason = reason
      const error = crashed(reason, transport.stderrTail())
      ready.reject(error)
      for (const call of this.#waiting.values()) call.reject(error)
      this.#waiting.clear()
      exited.resolve(reason)
    })
  }

  /** Starts a call. The result is rejected with a {@link DdadError} in the child's words. */
  call<M extends keyof C & string>(
    method: M,
    input: C[M]['input'],
    onEvent?: (event: C[M]['event']) => void,
  ): Call<C[M]['output']> {
    const id = this.#nextId
    this.#nextId += 1
    const { promise, resolve, reject } = Promise.withResolvers<C[M]['output']>()
    if (this.#exitReason !== null) {
      reject(crashed(this.#exitReason, this.#transport.stderrTail()))
    } else {
      this.#waiting.set(id, { resolve, reject, onEvent })
      this.#transport.send({ type: 'call', id, method, input })
    }
    return {
      result: promise,
      end: (mode) => {
        if (this.#waiting.has(id)) this.#transport.send({ type: 'end', id, mode })
      },
    }
  }

  kill(): void {
    this.#transport.kill()
  }

  #receive(frame: Exclude<FromChild, { type: 'ready' }>): void {
    const call = this.#waiting.get(frame.id)
    if (!call) return
    if (frame.type === 'event') {
      call.onEvent?.(frame.event)
      return
    }
    this.#waiting.delete(frame.id)
    if (frame.type === 'result') call.resolve(frame.output)
    else call.reject(asError(frame.error))
  }
}

function asError({ code, message }: ChildError): DdadError {
  const known = errorCodes.find((name) => name === code)
  return new DdadError(known ?? ('INTERNAL' satisfies ErrorCode), message)
}

function crashed(reason: string, stderr: string): DdadError {
  const said = stderr === '' ? '' : ` Its last words: ${stderr}`
  return new DdadError(
    'ENGINE_CRASHED',
    `The worker process ended unexpectedly (${reason}). What it had saved is kept; it starts again with the next job.${said}`,
  )
}

function wrongVersion(version: number): DdadError {
  return new DdadError(
    'INTERNAL',
    `The worker process speaks protocol ${version}, this build ${PROTOCOL_VERSION}. Build again with \`npm run build\`.`,
  )
}
