import { z } from 'zod'
import { decisionSettingsSchema, type OperatingPoint } from '../../domain/operating-point.ts'
import { evaluationId, operatingPointId } from '../ids.ts'
import { route } from '../route.ts'

export const operatingPointRoutes = {
  'operatingPoints.list': route<readonly OperatingPoint[]>()(z.strictObject({ evaluationId })),
  'operatingPoints.save': route<OperatingPoint>()(
    z.strictObject({
      evaluationId,
      name: z.string().trim().min(1).max(80),
      settings: decisionSettingsSchema,
    }),
  ),
  'operatingPoints.remove': route<null>()(z.strictObject({ operatingPointId })),
  /** Brings a deleted point back. */
  'operatingPoints.restore': route<null>()(z.strictObject({ operatingPointId })),
  /** Makes a point the one that other views and the command line use; null: none. */
  'operatingPoints.use': route<null>()(
    z.strictObject({ evaluationId, operatingPointId: operatingPointId.nullable() }),
  ),
}
