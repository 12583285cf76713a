import type { Studio } from '../../services/studio.ts'
import type { RouteHandlers } from '../router.ts'

type Names =
  | `jobs.${string}`
  | `queue.${string}`
  | `studies.${string}`
  | `estimates.${string}`
  | `preferences.${string}`
type JobHandlers = Pick<RouteHandlers, Extract<keyof RouteHandlers, Names>>

export function jobHandlers({ queue, studies, estimates, preferences }: Studio): JobHandlers {
  return {
    'jobs.list': () => ({ jobs: queue.list(), paused: queue.paused() }),
    'jobs.pause': ({ jobId }) => queue.pause(jobId),
    'jobs.stop': ({ jobId }) => queue.stop(jobId),
    'jobs.cancel': ({ jobId }) => queue.cancel(jobId),
    'jobs.resume': ({ jobId }) => queue.resume(jobId),
    'jobs.move': ({ jobId, beforeId }) => queue.move(jobId, beforeId),
    'queue.setPaused': ({ paused }) => queue.setPaused(paused),
    'studies.list': studies.list,
    'studies.start': (request) => studies.start({ ...request, evaluate: true }),
    'estimates.probe': ({ datasetId, category, config }) =>
      estimates.probe(datasetId, category, config),
    'preferences.get': preferences.get,
    'preferences.set': (change) => {
      const chosen = preferences.set(change)
      queue.nudge()
      return chosen
    },
  }
}
