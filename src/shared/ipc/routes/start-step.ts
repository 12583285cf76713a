import { z } from 'zod'
import { reconstructionSchema } from '../../config/run-config.ts'
import type { PreviewResult } from '../../processes/engine.ts'
import { checkpointId, imageId, runId } from '../ids.ts'
import { route } from '../route.ts'

export interface Preview extends PreviewResult {
  /** Ratio by which pixel distances are scaled before v. */
  readonly ratio: number
  /** Whether the ratio was measured on nominal images under these settings, under others, or on this image. */
  readonly ratioFrom: 'these settings' | 'other settings' | 'this image'
}

export const startStepRoutes = {
  /**
   * Reconstructs one image live; steps come as `preview.event` with the token. A newer request cancels the older
   * one, which is answered with CANCELLED.
   */
  'preview.start': route<Preview>()(
    z.strictObject({
      token: z.number().int().min(0),
      runId,
      imageId,
      /** Null takes the newest checkpoint. */
      checkpointId: checkpointId.nullable(),
      reconstruction: reconstructionSchema,
    }),
  ),
  'preview.stop': route<null>()(z.null()),
}
