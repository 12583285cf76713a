import { z } from 'zod'
import type { Nearest, NearestStatus } from '../../maps/nearest.ts'
import { imageId, runId } from '../ids.ts'
import { route } from '../route.ts'

const pixels = z.number().int().min(0).max(1_000_000)
const extent = pixels.min(1)

export const nearestRoutes = {
  /** What a search would have to compute first. */
  'nearest.status': route<NearestStatus>()(
    z.strictObject({
      imageId,
      /** Whose extractor; null takes the newest run of the image's category. */
      runId: runId.nullable(),
    }),
  ),
  /**
   * The nominal training images nearest to an image or to a patch of it. Progress comes as `nearest.progress` with
   * the token. A newer search cancels the older one, which is answered with CANCELLED.
   */
  'nearest.find': route<Nearest>()(
    z.strictObject({
      token: z.number().int().min(0),
      imageId,
      runId: runId.nullable(),
      /** In image pixels; null searches by the whole image. */
      patch: z.strictObject({ x: pixels, y: pixels, width: extent, height: extent }).nullable(),
      count: z.number().int().min(1).max(50),
    }),
  ),
  'nearest.stop': route<null>()(z.null()),
}
