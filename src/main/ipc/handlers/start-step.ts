import type { Studio } from '../../services/studio.ts'
import type { RouteHandlers } from '../router.ts'

type StartStepHandlers = Pick<
  RouteHandlers,
  Extract<keyof RouteHandlers, `preview.${string}` | `sweeps.${string}` | `sweepCache.${string}`>
>

export function startStepHandlers({ previews, sweeps, sweepCache }: Studio): StartStepHandlers {
  return {
    'preview.start': (request) => previews.start(request),
    'preview.stop': () => {
      previews.stop()
      return null
    },
    'sweepCache.show': () => sweepCache.show(),
    'sweepCache.prune': (wish) => sweepCache.prune(wish),
    'sweeps.newest': ({ runId }) => sweeps.newest(runId),
    'sweeps.plan': ({ runId, spec }) => sweeps.plan(runId, spec),
    'sweeps.start': ({ runId, spec }) => sweeps.start(runId, spec),
    'sweeps.report': ({ runId, pixelWeight }) => sweeps.report(runId, pixelWeight),
    'sweeps.regions': ({ runId, cellId, pixelWeight }) =>
      sweeps.regions(runId, cellId, pixelWeight),
  }
}
