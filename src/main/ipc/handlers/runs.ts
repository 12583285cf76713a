import type { Studio } from '../../services/studio.ts'
import type { RouteHandlers } from '../router.ts'

type RunHandlers = Pick<
  RouteHandlers,
  Extract<keyof RouteHandlers, `runs.${string}` | `jobs.${string}`>
>

export function runHandlers({ runs, queue }: Studio): RunHandlers {
  return {
    'runs.list': () => runs.list(),
    'runs.get': ({ runId }) => runs.get(runId),
    'runs.start': (request) => runs.start(request),
    'runs.resume': ({ runId }) => runs.resume(runId),
    'runs.remove': ({ runId }) => {
      runs.remove(runId)
      return null
    },
    'runs.metrics': ({ runId, name, limit }) => runs.metrics(runId, name, limit),
    'runs.checkpoints': ({ runId }) => runs.checkpoints(runId),
    'jobs.list': () => queue.list(),
    'jobs.stop': ({ jobId }) => {
      queue.stop(jobId)
      return null
    },
    'jobs.cancel': ({ jobId }) => {
      queue.cancel(jobId)
      return null
    },
    'jobs.resume': ({ jobId }) => {
      queue.resume(jobId)
      return null
    },
  }
}
