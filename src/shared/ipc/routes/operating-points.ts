import { z } from 'zod'
import type { Evaluation } from '../../evaluation/evaluation.ts'
import {
  decisionSettingsSchema,
  operatingSettingsSchema,
  type OperatingPoint,
} from '../../runs/operating-point.ts'
import { evaluationId, operatingPointId, runId } from '../ids.ts'
import { route } from '../route.ts'

const name = z.string().trim().min(1).max(80)
const one = z.strictObject({ operatingPointId })

export const operatingPointRoutes = {
  'operatingPoints.list': route<readonly OperatingPoint[]>()(z.strictObject({ runId })),
  /** Keeps thresholds of an evaluation, with how its images were scored. */
  'operatingPoints.save': route<OperatingPoint>()(
    z.strictObject({ evaluationId, name, settings: decisionSettingsSchema }),
  ),
  /** Keeps a choice of T′ and takes it into use. */
  'operatingPoints.choose': route<OperatingPoint>()(
    z.strictObject({ runId, name, choice: operatingSettingsSchema.omit({ thresholds: true }) }),
  ),
  'operatingPoints.remove': route<null>()(one),
  /** Brings a deleted point back. */
  'operatingPoints.restore': route<null>()(one),
  /** Makes a point the one that evaluations and the command line use. */
  'operatingPoints.use': route<null>()(one),
  'operatingPoints.release': route<null>()(one),
  /** Queues an evaluation at a point. */
  'operatingPoints.evaluate': route<Evaluation>()(one),
}
