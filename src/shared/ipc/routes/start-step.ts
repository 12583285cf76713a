import { z } from 'zod'
import { reconstructionSchema } from '../../config/run-config.ts'
import { sweepSpecSchema, type SweepSpec } from '../../config/sweep-spec.ts'
import type { Job } from '../../runs/run.ts'
import type { Pruned, MapCache } from '../../maps/map-cache.ts'
import type { SweepPlan, SweepRegions, SweepReport } from '../../maps/sweep.ts'
import type { PreviewResult } from '../../processes/engine.ts'
import { checkpointId, imageId, runId } from '../ids.ts'
import { route } from '../route.ts'

const pixelWeight = z.number().min(0).max(100)

export interface Preview extends PreviewResult {
  /** Ratio by which pixel distances are scaled before v. */
  readonly ratio: number
  /** Whether the ratio was measured on nominal images under these settings, under others, or on this image. */
  readonly ratioFrom: 'these settings' | 'other settings' | 'this image'
}

export const startStepRoutes = {
  /**
   * The map and reconstruction of one image: stored ones at once, unless the steps are asked for; others live, with
   * steps as `preview.event` with the token. A newer request cancels the older one, which is answered with CANCELLED.
   */
  'preview.start': route<Preview>()(
    z.strictObject({
      token: z.number().int().min(0),
      runId,
      imageId,
      /** Null takes the newest checkpoint. */
      checkpointId: checkpointId.nullable(),
      reconstruction: reconstructionSchema,
      steps: z.boolean(),
    }),
  ),
  'preview.stop': route<null>()(z.null()),
  /** Settings of the newest sweep of a run; null when there was none. */
  'sweeps.newest': route<SweepSpec | null>()(z.strictObject({ runId })),
  /** What a sweep would compute and cost. */
  'sweeps.plan': route<SweepPlan>()(z.strictObject({ runId, spec: sweepSpecSchema })),
  'sweeps.start': route<Job>()(z.strictObject({ runId, spec: sweepSpecSchema })),
  /** All that is stored for a run's weights, measured for one v, but for cells whose version is known. */
  'sweeps.report': route<SweepReport>()(
    z.strictObject({ runId, pixelWeight, known: z.array(z.string().max(64)).max(10_000) }),
  ),
  /** What the stored maps of all sweeps take. */
  'mapCache.show': route<MapCache>()(z.null()),
  /** Removes maps: all of a run (null: of weights that are gone), or down to a size. */
  'mapCache.prune': route<Pruned>()(
    z.union([
      z.strictObject({ runId: runId.nullable() }),
      z.strictObject({ toBytes: z.number().int().min(0) }),
    ]),
  ),
  'sweeps.regions': route<SweepRegions>()(
    z.strictObject({ runId, cellId: z.number().int().positive(), pixelWeight }),
  ),
}
