import { z } from 'zod'
import { reconstructionSchema, scoringSchema } from '../../config/run-config.ts'
import type { Evaluation, ImageResult } from '../../domain/evaluation.ts'
import { datasetId, evaluationId, runId } from '../ids.ts'
import { route } from '../route.ts'

export const evaluationRoutes = {
  'evaluations.list': route<readonly Evaluation[]>()(z.strictObject({ runId: runId.optional() })),
  /** The newest finished evaluation of each category of a data set: the per-category table and chart. */
  'evaluations.latest': route<readonly Evaluation[]>()(z.strictObject({ datasetId })),
  'evaluations.get': route<Evaluation>()(z.strictObject({ evaluationId })),
  'evaluations.start': route<Evaluation>()(
    z.strictObject({
      runId,
      settings: z.strictObject({ reconstruction: reconstructionSchema, scoring: scoringSchema }),
    }),
  ),
  'evaluations.results': route<readonly ImageResult[]>()(z.strictObject({ evaluationId })),
}
