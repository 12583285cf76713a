import type { Studio } from '../../services/studio.ts'
import type { RouteHandlers } from '../router.ts'

type EvaluationHandlers = Pick<RouteHandlers, Extract<keyof RouteHandlers, `evaluations.${string}`>>

export function evaluationHandlers({ evaluations, cachedFigures }: Studio): EvaluationHandlers {
  return {
    'evaluations.list': ({ runId }) => evaluations.list(runId),
    'evaluations.ofCategory': ({ datasetId, category }) =>
      evaluations.ofCategory(datasetId, category),
    'evaluations.latest': ({ datasetId }) => evaluations.latest(datasetId),
    'evaluations.get': ({ evaluationId }) => evaluations.get(evaluationId),
    'evaluations.start': ({ runId, settings }) => evaluations.start(runId, settings).evaluation,
    'evaluations.envelopes': ({ evaluationId }) => cachedFigures.envelopes(evaluationId),
    'evaluations.figures': ({ evaluationId, pixelWeight }) =>
      cachedFigures.figures(evaluationId, pixelWeight),
    'evaluations.distances': ({ evaluationId }) => cachedFigures.distances(evaluationId),
    'evaluations.pixelCurve': ({ evaluationId, pixelWeight, half }) =>
      cachedFigures.pixelCurve(evaluationId, pixelWeight, half),
    'evaluations.pixelCosts': ({ evaluationId, defectType }) =>
      cachedFigures.pixelCosts(evaluationId, defectType),
    'evaluations.results': ({ evaluationId }) => evaluations.results(evaluationId),
  }
}
