/** Fetches what an installed studio still needs before it works through jobs. */
import type { Studio } from '../services/studio.ts'
import type { Output } from './output.ts'
import { onSignals } from './signals.ts'

export async function ensureEngineFiles({ engineFiles }: Studio, output: Output): Promise<void> {
  const missing = await engineFiles.missing()
  if (missing.length === 0) return
  const list = missing.map(({ label, bytes }) => `${label} (${Math.round(bytes / 1e6)} MB)`)
  output.say(`Fetching ${list.join(' and ')}, once …`)
  const controller = new AbortController()
  const give = () => controller.abort()
  const endListening = onSignals({ stop: give, discard: give })
  const began = Date.now()
  try {
    await engineFiles.fetch({
      signal: controller.signal,
      onProgress: (done, total) => {
        const secondsPerStep = (Date.now() - began) / 1000 / Math.max(1, done)
        const secondsLeft = secondsPerStep * (total - done)
        output.progress('Fetching (MB)', { done, total, secondsPerStep, secondsLeft })
      },
    })
  } finally {
    endListening()
    output.clear()
  }
}
