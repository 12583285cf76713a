import type { Studio } from '../../services/studio.ts'
import type { RouteHandlers } from '../router.ts'

type Handlers = Pick<RouteHandlers, Extract<keyof RouteHandlers, `operatingPoints.${string}`>>

export function operatingPointHandlers({ operatingPoints }: Studio): Handlers {
  return {
    'operatingPoints.list': ({ evaluationId }) => operatingPoints.list(evaluationId),
    'operatingPoints.save': ({ evaluationId, name, settings }) =>
      operatingPoints.save(evaluationId, name, settings),
    'operatingPoints.remove': ({ operatingPointId }) => {
      operatingPoints.remove(operatingPointId)
      return null
    },
    'operatingPoints.restore': ({ operatingPointId }) => {
      operatingPoints.restore(operatingPointId)
      return null
    },
    'operatingPoints.use': ({ evaluationId, operatingPointId }) => {
      operatingPoints.use(evaluationId, operatingPointId)
      return null
    },
  }
}
