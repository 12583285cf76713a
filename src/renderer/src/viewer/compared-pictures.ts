import type { ImageEntry } from '../../../shared/datasets/dataset.ts'
import type { Evaluation, ImageResult } from '../../../shared/evaluation/evaluation.ts'
import { addresses } from '../../../shared/ipc/addresses.ts'
import { loadPicture } from './pictures.ts'
import {
  attempts,
  loadMask,
  loadResult,
  NOTHING,
  type MaskPicture,
  type ReviewPictures,
} from './review-pictures.ts'

/** One image as several models rebuild and judge it. A part that cannot be had is null. */
export interface ComparedPictures {
  readonly input: ImageBitmap
  readonly mask: MaskPicture | null
  readonly models: readonly Pick<ReviewPictures, 'reconstruction' | 'heat'>[]
  readonly problems: readonly string[]
}

/** Loads everything at once. @throws When the input itself cannot be read. */
export async function loadComparedPictures(
  image: ImageEntry,
  models: readonly {
    readonly evaluation: Evaluation
    readonly result: ImageResult | null
    /** v; null: that of the evaluation. */
    readonly pixelWeight: number | null
  }[],
): Promise<ComparedPictures> {
  const tried = attempts()
  const maskId = image.maskVersionId
  const [input, mask, loaded] = await Promise.all([
    loadPicture(addresses.image(image.id), 'image'),
    maskId === null ? null : tried.optional(loadMask(addresses.mask(maskId))),
    Promise.all(
      models.map(async ({ evaluation, result, pixelWeight }) =>
        result
          ? loadResult(result, pixelWeight ?? evaluation.settings.scoring.pixelWeight, tried)
          : NOTHING,
      ),
    ),
  ])
  return { input, mask, models: loaded, problems: [...new Set(tried.problems)] }
}
