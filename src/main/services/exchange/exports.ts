/** Exports under way: how far they are, how long they still take, and giving them up. */
import { DdadError } from '../../../shared/errors.ts'
import type { Call } from '../../processes/client.ts'
import type { Facts } from '../core/facts.ts'

/** What an export reports to and listens to. */
export interface ExportContext {
  readonly signal: AbortSignal
  readonly onProgress: (done: number, total: number) => void
}

/** Progress is told this often, in milliseconds; a map takes less. */
const INTERVAL = 100

export function createExports(facts: Facts) {
  const running = new Map<number, AbortController>()
  let last = 0

  return {
    /**
     * Runs an export that can be given up. Its progress is told as `exchange.progress`, its end as `exchange.ended`.
     * @param what For people, such as `Anomaly maps of bottle`.
     */
    run: async <Written>(
      what: string,
      work: (context: ExportContext) => Promise<Written>,
    ): Promise<Written> => {
      const id = ++last
      const controller = new AbortController()
      running.set(id, controller)
      const secondsLeft = pace()
      let told = 0
      facts.tell('exchange.progress', { id, what, done: 0, total: 0, secondsLeft: null })
      const onProgress = (done: number, total: number): void => {
        const now = performance.now()
        if (now - told < INTERVAL && done < total) return
        told = now
        facts.tell('exchange.progress', {
          id,
          what,
          done,
          total,
          secondsLeft: secondsLeft(done, total),
        })
      }
      try {
        return await work({ signal: controller.signal, onProgress })
      } finally {
        running.delete(id)
        facts.tell('exchange.ended', { id })
      }
    },
    /** Gives an export up; nothing is left of it. */
    cancel: (id: number): void => running.get(id)?.abort(),
  }
}

/** Tells the seconds left from the mean pace since now; null before anything is done. */
export function pace(): (done: number, total: number) => number | null {
  const began = performance.now()
  return (done, total) =>
    done === 0 ? null : ((performance.now() - began) / 1000 / done) * (total - done)
}

/** @throws {DdadError} CANCELLED once the export was given up. */
export function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted)
    throw new DdadError('CANCELLED', 'The export was cancelled; nothing was kept.')
}

/** The result of a call that ends when the export is given up. */
export async function withinExport<Output>(
  call: Call<Output>,
  signal: AbortSignal,
): Promise<Output> {
  const cancel = (): void => call.end('cancel')
  if (signal.aborted) cancel()
  signal.addEventListener('abort', cancel)
  try {
    return await call.result
  } finally {
    signal.removeEventListener('abort', cancel)
  }
}
