/** What the system's signals ask of work in progress. */

/** A second Ctrl-C within so short a time is the first one's bounce, or another program's copy of it. */
const BOUNCE_MS = 500

export interface SignalAnswers {
  /** Ends the work and keeps it; may be asked for again. */
  readonly stop: () => void
  /** Ends the work and discards it. */
  readonly discard: () => void
}

/**
 * SIGTERM and SIGHUP mean stop and keep, however often they come: schedulers, service managers and closing terminals
 * signal a whole process group, so that one cancel arrives several times. Ctrl-C means the same; only at a terminal,
 * where the first one was answered in words, a second one discards.
 * @returns the function that ends listening
 */
export function onSignals({ stop, discard }: SignalAnswers): () => void {
  let told = Infinity
  let discarding = false
  const keep = () => {
    if (told === Infinity) told = performance.now()
    stop()
  }
  const interrupt = () => {
    if (told === Infinity) return keep()
    if (!canDiscard() || discarding || performance.now() - told < BOUNCE_MS) return
    discarding = true
    discard()
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', keep)
  process.on('SIGHUP', keep)
  return () => {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', keep)
    process.off('SIGHUP', keep)
  }
}

/** Whether a second Ctrl-C can discard, which is then said after the first. */
export const canDiscard = (): boolean => Boolean(process.stdin.isTTY && process.stderr.isTTY)

/** A terminal that has closed, or a reader that has gone, ends no work: what was to be said is left unsaid. */
export function surviveClosedStreams(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
}
