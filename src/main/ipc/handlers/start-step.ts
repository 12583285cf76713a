import type { Studio } from '../../services/studio.ts'
import type { RouteHandlers } from '../router.ts'

type StartStepHandlers = Pick<
  RouteHandlers,
  Extract<keyof RouteHandlers, `preview.${string}` | `sweeps.${string}` | `mapCache.${string}`>
>

export function startStepHandlers({ previews, sweeps, mapCache }: Studio): StartStepHandlers {
  return {
    'preview.start': previews.start,
    'preview.stop': () => previews.stop(),
    'mapCache.show': mapCache.show,
    'mapCache.prune': mapCache.prune,
    'sweeps.newest': ({ runId }) => sweeps.newest(runId),
    'sweeps.plan': ({ runId, spec }) => sweeps.plan(runId, spec),
    'sweeps.start': ({ runId, spec }) => sweeps.start(runId, spec),
    'sweeps.report': ({ runId, pixelWeight, known }) => sweeps.report(runId, pixelWeight, known),
    'sweeps.regions': ({ runId, cellId, pixelWeight }) =>
      sweeps.regions(runId, cellId, pixelWeight),
  }
}
