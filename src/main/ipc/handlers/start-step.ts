import type { Studio } from '../../services/studio.ts'
import type { RouteHandlers } from '../router.ts'

type StartStepHandlers = Pick<
  RouteHandlers,
  Extract<keyof RouteHandlers, `preview.${string}` | `sweeps.${string}`>
>

export function startStepHandlers({ previews, sweeps, evaluations }: Studio): StartStepHandlers {
  return {
    'preview.start': (request) => previews.start(request),
    'preview.stop': () => {
      previews.stop()
      return null
    },
    'sweeps.newest': ({ runId }) => sweeps.newest(runId),
    'sweeps.plan': ({ runId, spec }) => sweeps.plan(runId, spec),
    'sweeps.start': ({ runId, spec }) => sweeps.start(runId, spec),
    'sweeps.report': ({ runId, pixelWeight }) => sweeps.report(runId, pixelWeight),
    'sweeps.regions': ({ runId, cellId, pixelWeight }) =>
      sweeps.regions(runId, cellId, pixelWeight),
    'sweeps.choice': ({ runId }) => sweeps.choice(runId),
    'sweeps.evaluateChosen': ({ runId }) =>
      evaluations.start(runId, sweeps.chosenSettings(runId, 'auto')).evaluation,
    'sweeps.choose': ({ runId, choice }) => {
      sweeps.choose(runId, choice)
      return null
    },
  }
}
