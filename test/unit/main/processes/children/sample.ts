/** A child process for the protocol's tests; `--version=N` makes it speak another version. */
import { writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { DdadError } from '../../../../../src/shared/errors.ts'
import { serve } from '../../../../../src/main/processes/serve.ts'
import { parentPort } from '../../../../../src/main/processes/serve-parent.ts'

export interface SampleContract {
  add: { input: { readonly a: number; readonly b: number }; output: number; event: never }
  pid: { input: null; output: number; event: never }
  echo: { input: Float32Array; output: Float32Array; event: never }
  count: {
    input: { readonly to: number }
    output: { readonly reached: number; readonly mode: string | null }
    event: { readonly n: number }
  }
  fail: { input: { readonly expected: boolean }; output: null; event: never }
  crash: { input: null; output: null; event: never }
  hang: { input: null; output: null; event: never }
}

const port = parentPort()
if (process.env['DDAD_TEST_VERSION']) {
  port.send({ type: 'ready', version: Number(process.env['DDAD_TEST_VERSION']) })
  setInterval(() => {}, 1000)
} else if (process.env['DDAD_TEST_SILENT']) {
  setInterval(() => {}, 1000)
} else {
  serve<SampleContract>(
    {
      add: async ({ a, b }) => a + b,
      pid: async () => process.pid,
      echo: async (values) => values,
      count: async ({ to }, { signal, endMode, emit }) => {
        let n = 0
        while (n < to && !signal.aborted) {
          n += 1
          emit({ n })
          await sleep(2)
        }
        return { reached: n, mode: endMode() }
      },
      fail: async ({ expected }) => {
        if (expected) throw new DdadError('BAD_FILE', 'bottle.png is not an image.')
        throw new TypeError('a defect')
      },
      crash: async () => {
        writeSync(2, 'the GPU fell off the bus\n')
        process.abort()
      },
      hang: async () => {
        // Native work blocks like this: no message is read any more.
        for (;;);
      },
    },
    port,
  )
}
