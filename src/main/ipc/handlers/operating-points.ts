import type { Studio } from '../../services/studio.ts'
import type { RouteHandlers } from '../router.ts'

type Handlers = Pick<RouteHandlers, Extract<keyof RouteHandlers, `operatingPoints.${string}`>>

export function operatingPointHandlers({ operatingPoints, evaluations }: Studio): Handlers {
  return {
    'operatingPoints.list': ({ runId }) => operatingPoints.list(runId),
    'operatingPoints.save': ({ evaluationId, name, settings }) =>
      operatingPoints.save(evaluationId, name, settings),
    'operatingPoints.choose': ({ runId, name, choice }) =>
      operatingPoints.choose(runId, name, choice),
    'operatingPoints.remove': ({ operatingPointId }) => operatingPoints.remove(operatingPointId),
    'operatingPoints.restore': ({ operatingPointId }) => operatingPoints.restore(operatingPointId),
    'operatingPoints.use': ({ operatingPointId }) => operatingPoints.use(operatingPointId),
    'operatingPoints.release': ({ operatingPointId }) => operatingPoints.release(operatingPointId),
    'operatingPoints.evaluate': ({ operatingPointId }) => {
      const point = operatingPoints.get(operatingPointId)
      return evaluations.start(point.runId, point.settings.evaluation, point).evaluation
    },
  }
}
