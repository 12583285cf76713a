/** Exports on the command line, with progress and Ctrl-C. */
import { pace, type ExportContext } from '../services/exchange/exports.ts'
import type { Output } from './output.ts'
import { onSignals } from './signals.ts'

/** Tells how far something is that counts what it has done, and how long it still takes. */
export function counted(output: Output, label: string): ExportContext['onProgress'] {
  const secondsLeft = pace()
  return (done, total) =>
    output.progress(label, {
      done,
      total,
      secondsPerStep: 0,
      secondsLeft: secondsLeft(done, total),
    })
}

/** Runs an export; Ctrl-C gives it up, and nothing is left of it. */
export async function exporting<Written>(
  output: Output,
  label: string,
  work: (context: ExportContext) => Promise<Written>,
): Promise<Written> {
  const controller = new AbortController()
  const giveUp = (): void => {
    output.say('Cancelling …')
    controller.abort()
  }
  const endListening = onSignals({ stop: giveUp, discard: giveUp })
  try {
    return await work({ signal: controller.signal, onProgress: counted(output, label) })
  } finally {
    endListening()
    output.clear()
  }
}
