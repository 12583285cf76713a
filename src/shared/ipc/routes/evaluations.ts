import { z } from 'zod'
import { evaluationSettingsSchema, scoringSchema } from '../../config/run-config.ts'
import type {
  DistanceRow,
  PixelCurve,
  ResultCost,
  ResultEnvelope,
} from '../../evaluation/cached-figures.ts'
import type {
  Evaluation,
  ImageResult,
  MetricRow,
  NamedEvaluation,
} from '../../evaluation/evaluation.ts'
import { categoryName, datasetId, evaluationId, runId } from '../ids.ts'
import { route } from '../route.ts'

const { pixelWeight } = scoringSchema.shape

export const evaluationRoutes = {
  'evaluations.list': route<readonly Evaluation[]>()(z.strictObject({ runId: runId.optional() })),
  /** Finished evaluations of a category, the newest first. */
  'evaluations.ofCategory': route<readonly NamedEvaluation[]>()(
    z.strictObject({ datasetId, category: categoryName }),
  ),
  /** The newest finished evaluation of each category of a data set: the per-category table and chart. */
  'evaluations.latest': route<readonly Evaluation[]>()(z.strictObject({ datasetId })),
  'evaluations.get': route<Evaluation>()(z.strictObject({ evaluationId })),
  'evaluations.start': route<Evaluation>()(
    z.strictObject({
      runId,
      settings: evaluationSettingsSchema.omit({ startStepRule: true }),
    }),
  ),
  /** What scores each image at any v, without its maps. */
  'evaluations.envelopes': route<readonly ResultEnvelope[]>()(z.strictObject({ evaluationId })),
  /** All figures with another v and the masks in force. */
  'evaluations.figures': route<readonly MetricRow[]>()(
    z.strictObject({ evaluationId, pixelWeight }),
  ),
  'evaluations.distances': route<readonly DistanceRow[]>()(z.strictObject({ evaluationId })),
  'evaluations.pixelCurve': route<PixelCurve>()(
    z.strictObject({ evaluationId, pixelWeight, half: z.number().int().min(0).nullable() }),
  ),
  /** What each image costs the pixel figures, of one defect type or of all. */
  'evaluations.pixelCosts': route<readonly ResultCost[]>()(
    z.strictObject({ evaluationId, defectType: z.string().max(500).nullable() }),
  ),
  'evaluations.results': route<readonly ImageResult[]>()(z.strictObject({ evaluationId })),
}
