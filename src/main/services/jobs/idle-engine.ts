/** The engine beside the one for jobs: it ends when it is not used, because it holds networks in memory. */
import type { EngineContract } from '../../../shared/processes/engine.ts'
import type { Supervisor } from '../../processes/supervisor.ts'
import type { Call } from '../../processes/client.ts'

/** How long it waits for another request. */
const IDLE_MS = 120_000

/** Calls to an engine that is released some time after the last of them. */
export function createIdleEngine(engine: Supervisor<EngineContract>) {
  let idle: ReturnType<typeof setTimeout> | undefined
  return {
    call: <M extends 'preview' | 'nearest' | 'convert'>(
      method: M,
      input: EngineContract[M]['input'],
      onEvent?: (event: EngineContract[M]['event']) => void,
    ): Call<EngineContract[M]['output']> => {
      clearTimeout(idle)
      const call = engine.call(method, input, onEvent)
      const result = call.result.finally(() => {
        clearTimeout(idle)
        idle = setTimeout(() => engine.release(), IDLE_MS)
        idle.unref()
      })
      return { result, end: call.end }
    },
    close: (): void => clearTimeout(idle),
  }
}

export type IdleEngine = ReturnType<typeof createIdleEngine>
