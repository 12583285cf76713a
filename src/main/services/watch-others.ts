import type { Studio } from './studio.ts'

const POLL_MS = 1000

/** Tells listeners when another process, the command line for instance, has changed the workspace. */
export function watchOthers({ dataVersion, facts, queue }: Studio): () => void {
  let known = dataVersion()
  const timer = setInterval(() => {
    const version = dataVersion()
    if (version === known) return
    known = version
    facts.tell('datasets.changed', null)
    facts.tell('runs.changed', { runId: null })
    facts.tell('jobs.changed', { jobs: queue.list(), paused: queue.paused() })
  }, POLL_MS)
  return () => clearInterval(timer)
}
