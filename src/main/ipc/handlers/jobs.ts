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
  /** A handler that answers nothing. */
  const acting =
    <Input>(act: (input: Input) => void) =>
    (input: Input): null => {
      act(input)
      return null
    }
  return {
    'jobs.list': () => ({ jobs: queue.list(), paused: queue.paused() }),
    'jobs.pause': acting(({ jobId }) => queue.pause(jobId)),
    'jobs.stop': acting(({ jobId }) => queue.stop(jobId)),
    'jobs.cancel': acting(({ jobId }) => queue.cancel(jobId)),
    'jobs.resume': acting(({ jobId }) => queue.resume(jobId)),
    'jobs.move': acting(({ jobId, beforeId }) => queue.move(jobId, beforeId)),
    'queue.setPaused': acting(({ paused }) => queue.setPaused(paused)),
    'studies.list': () => studies.list(),
    'studies.start': (request) => studies.start({ ...request, evaluate: true }),
    'estimates.probe': ({ datasetId, category, config }) =>
      estimates.probe(datasetId, category, config),
    'preferences.get': () => preferences.get(),
    'preferences.set': (change) => {
      const chosen = preferences.set(change)
      queue.nudge()
      return chosen
    },
  }
}
