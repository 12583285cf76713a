/** The child's side of the process protocol: answers calls from a map of handlers. */
import { describeError } from '../../shared/errors.ts'
import {
  PROTOCOL_VERSION,
  type EndMode,
  type FromChild,
  type ToChild,
} from '../../shared/processes/frames.ts'

/** What a handler is told about its call while it runs. */
export interface CallContext<Event> {
  /** Aborted when the caller ends the call early; {@link CallContext.endMode} says how. */
  readonly signal: AbortSignal
  readonly endMode: () => EndMode | null
  readonly emit: (event: Event) => void
}

/** A contract as interface or type: each method's input, output and event. */
export type MethodsOf<C> = {
  readonly [M in keyof C]: { input: unknown; output: unknown; event: unknown }
}

export type Handlers<C extends MethodsOf<C>> = {
  readonly [M in keyof C]: (
    input: C[M]['input'],
    context: CallContext<C[M]['event']>,
  ) => Promise<C[M]['output']>
}

/** One end of a frame channel as the child sees it. */
export interface ParentPort {
  send(frame: FromChild): void
  onFrame(callback: (frame: ToChild) => void): void
}

interface RunningCall {
  readonly abort: AbortController
  mode: EndMode | null
}

/**
 * Answers the parent's calls until the process ends. A handler that throws answers with an error frame;
 * the first frame sent says `ready` with the protocol's version.
 */
export function serve<C extends MethodsOf<C>>(handlers: Handlers<C>, parent: ParentPort): void {
  const running = new Map<number, RunningCall>()

  async function answer(id: number, method: string, input: unknown): Promise<void> {
    const call: RunningCall = { abort: new AbortController(), mode: null }
    running.set(id, call)
    try {
      if (!Object.hasOwn(handlers, method)) throw new Error(`There is no method ${method}.`)
      const handler = handlers[method as keyof C]
      const output = await handler(input, {
        signal: call.abort.signal,
        endMode: () => call.mode,
        emit: (event) => parent.send({ type: 'event', id, event }),
      })
      parent.send({ type: 'result', id, output })
    } catch (error) {
      parent.send({ type: 'error', id, error: describeError(error) })
    } finally {
      running.delete(id)
    }
  }

  parent.onFrame((frame) => {
    if (frame.type === 'call') {
      void answer(frame.id, frame.method, frame.input)
      return
    }
    const call = running.get(frame.id)
    if (!call) return
    call.mode = frame.mode
    call.abort.abort()
  })
  parent.send({ type: 'ready', version: PROTOCOL_VERSION })
}
