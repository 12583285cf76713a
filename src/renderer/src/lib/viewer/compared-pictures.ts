import type { ImageEntry } from '../../../../shared/domain/dataset.ts'
import type { Evaluation, ImageResult } from '../../../../shared/domain/evaluation.ts'
import { addresses } from '../../../../shared/ipc/addresses.ts'
import { combine, type HeatMap } from './heat-map.ts'
import { loadMaps, loadPicture } from './pictures.ts'
import { loadMask, type MaskPicture } from './review-pictures.ts'

/** One image as several models rebuild and judge it. A part that cannot be had is null. */
export interface ComparedPictures {
  readonly input: ImageBitmap
  readonly mask: MaskPicture | null
  readonly models: readonly {
    readonly reconstruction: ImageBitmap | null
    readonly heat: HeatMap | null
  }[]
  readonly problems: readonly string[]
}

/** Loads everything at once. @throws When the input itself cannot be read. */
export async function loadComparedPictures(
  image: ImageEntry,
  models: readonly { readonly evaluation: Evaluation; readonly result: ImageResult | null }[],
): Promise<ComparedPictures> {
  const problems: string[] = []
  const optional = async <Value>(promise: Promise<Value>): Promise<Value | null> => {
    try {
      return await promise
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error))
      return null
    }
  }
  const maskId = image.maskVersionId
  const [input, mask, loaded] = await Promise.all([
    loadPicture(addresses.image(image.id), 'image'),
    maskId === null ? null : optional(loadMask(addresses.mask(maskId))),
    Promise.all(
      models.map(async ({ evaluation, result }) => {
        if (!result) return { reconstruction: null, heat: null }
        const { pixelWeight } = evaluation.settings.scoring
        const heat = loadMaps(addresses.maps(result.id)).then((maps) =>
          combine(maps, pixelWeight, result.ratio),
        )
        const [reconstruction, map] = await Promise.all([
          optional(loadPicture(addresses.reconstruction(result.id), 'reconstruction')),
          optional(heat),
        ])
        return { reconstruction, heat: map }
      }),
    ),
  ])
  return { input, mask, models: loaded, problems: [...new Set(problems)] }
}
