/** Starts a child process when it is needed, and again after a crash. */
import { DdadError } from '../../shared/errors.ts'
import { ChildClient, type Call, type ChildTransport } from './client.ts'
import type { MethodsOf } from './serve.ts'

export interface SupervisorOptions {
  /** @param withoutGpu whether the GPU has failed in a child before */
  readonly spawn: (withoutGpu: boolean) => ChildTransport
  /** How long a child may take to say that it is ready. Loading TensorFlow from a cold disk takes a while. */
  readonly readyBudgetMs?: number
  /** How long a cancelled call may go on before its process is killed. */
  readonly graceMs?: number
}

const CRASHES_IN_A_ROW = 3

interface Generation<C extends MethodsOf<C>> {
  readonly client: ChildClient<C>
  readonly ready: Promise<void>
  /** Killed on purpose, which is no crash. */
  killed: boolean
}

/**
 * Owner of one kind of child process. The child is started by the first call; after a crash every open
 * call fails with ENGINE_CRASHED and the next call starts a new generation. No work is repeated by
 * itself. A child whose GPU failed (DEVICE_FAILED) is ended, as it cannot use it again, and those after it
 * are to do without. After three crashes without an answered call in between, calls fail until {@link reset}.
 */
export class Supervisor<C extends MethodsOf<C>> {
  readonly #spawn: (withoutGpu: boolean) => ChildTransport
  readonly #readyBudgetMs: number
  readonly #graceMs: number
  #child: Generation<C> | null = null
  #crashes = 0
  #open = 0
  #closed = false
  /** To be ended when the last open call has been answered. */
  #releasing = false
  #withoutGpu = false
  readonly #watchers: (() => void)[] = []

  constructor({ spawn, readyBudgetMs = 60_000, graceMs = 20_000 }: SupervisorOptions) {
    this.#spawn = spawn
    this.#readyBudgetMs = readyBudgetMs
    this.#graceMs = graceMs
  }

  /** Calls a method of the child, starting it if need be. */
  call<M extends keyof C & string>(
    method: M,
    input: C[M]['input'],
    onEvent?: (event: C[M]['event']) => void,
  ): Call<C[M]['output']> {
    let ended: 'stop' | 'cancel' | null = null
    let call: Call<C[M]['output']> | null = null
    let endGrace: ReturnType<typeof setTimeout> | undefined
    this.#open += 1
    this.#releasing = false
    const start = async () => {
      const client = await this.#readyClient()
      if (ended) throw new DdadError('CANCELLED', 'It was ended before it began.')
      call = client.call(method, input, onEvent)
      try {
        const output = await call.result
        this.#crashes = 0
        return output
      } catch (error) {
        if (error instanceof DdadError && error.code === 'DEVICE_FAILED') {
          this.#withoutGpu = true
          this.#endChild()
        }
        throw error
      }
    }
    return {
      result: start().finally(() => {
        this.#open -= 1
        clearTimeout(endGrace)
        if (this.#releasing) this.release()
      }),
      end: (mode) => {
        ended = mode
        call?.end(mode)
        if (mode !== 'cancel' || endGrace) return
        const child = this.#child
        endGrace = setTimeout(() => {
          if (!child) return
          child.killed = true
          child.client.kill()
        }, this.#graceMs)
      },
    }
  }

  /** Allows starting again after the breaker has opened. */
  reset(): void {
    const stopped = this.stopped
    this.#crashes = 0
    if (stopped) this.#tell()
  }

  /** Whether it has crashed so often that it is not started again by itself. */
  get stopped(): boolean {
    return this.#crashes >= CRASHES_IN_A_ROW
  }

  /** Calls back when {@link stopped} has changed. */
  watch(listener: () => void): void {
    this.#watchers.push(listener)
  }

  #tell(): void {
    for (const listener of this.#watchers) listener()
  }

  /** Ends the child to free its memory, once it is idle, unless another call comes first; that starts it anew. */
  release(): void {
    this.#releasing = this.#open > 0
    if (!this.#releasing) this.#endChild()
  }

  /** Ends the child for good. */
  async close(): Promise<void> {
    this.#closed = true
    const child = this.#child
    if (!child) return
    child.client.kill()
    await child.client.exited
  }

  #endChild(): void {
    const child = this.#child
    if (!child) return
    child.killed = true
    this.#child = null
    child.client.kill()
  }

  async #readyClient(): Promise<ChildClient<C>> {
    if (this.#closed) throw new DdadError('CANCELLED', 'The studio is closing.')
    if (this.stopped) {
      throw new DdadError(
        'ENGINE_CRASHED',
        `The worker process crashed ${CRASHES_IN_A_ROW} times in a row and is not started again by itself. ` +
          'Run `npm run ddad -- doctor`, start it again in the window, or resume the job.',
      )
    }
    this.#child ??= this.#start()
    const { client, ready } = this.#child
    await ready
    return client
  }

  #start(): Generation<C> {
    const client = new ChildClient<C>(this.#spawn(this.#withoutGpu))
    const budget = this.#readyBudgetMs
    const late = Promise.withResolvers<never>()
    const timer = setTimeout(() => {
      late.reject(
        new DdadError(
          'ENGINE_CRASHED',
          `The worker process was not ready after ${budget / 1000} s.`,
        ),
      )
    }, budget)
    const ready = Promise.race([client.ready, late.promise]).finally(() => clearTimeout(timer))
    // A child that cannot be used is not left running.
    ready.catch(() => client.kill())
    const generation = { client, ready, killed: false }
    void client.exited.then(() => {
      if (this.#child === generation) this.#child = null
      if (generation.killed) return
      this.#crashes += 1
      if (this.#crashes === CRASHES_IN_A_ROW) this.#tell()
    })
    return generation
  }
}
