import type { Studio } from '../../services/studio.ts'
import type { RouteHandlers } from '../router.ts'

type RunHandlers = Pick<RouteHandlers, Extract<keyof RouteHandlers, `runs.${string}`>>

export function runHandlers({ runs }: Studio): RunHandlers {
  return {
    'runs.list': runs.list,
    'runs.packed': () => JSON.stringify(runs.list()),
    'runs.get': ({ runId }) => runs.get(runId),
    'runs.start': runs.start,
    'runs.resume': ({ runId }) => runs.resume(runId),
    'runs.remove': ({ runId }) => runs.remove(runId),
    'runs.metrics': ({ runId, name, limit }) => runs.metrics(runId, name, limit),
    'runs.checkpoints': ({ runId }) => runs.checkpoints(runId),
    'runs.annotate': ({ runId, ...annotation }) => runs.annotate(runId, annotation),
    'runs.trash': ({ runId }) => runs.trash(runId),
    'runs.restore': ({ runId }) => runs.restore(runId),
    'runs.trashed': runs.trashed,
    'runs.record': ({ runId }) => runs.record(runId),
    'runs.previous': ({ runId }) => runs.previous(runId),
    'runs.log': ({ runId, limit }) => runs.log(runId, limit),
    'runs.curves': ({ runId }) => runs.curves(runId),
    'runs.sparklines': ({ runIds, name, points }) => runs.sparklines(runIds, name, points),
  }
}
