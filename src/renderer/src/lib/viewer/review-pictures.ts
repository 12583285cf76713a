import type { ImageEntry } from '../../../../shared/domain/dataset.ts'
import type { Evaluation, ImageResult } from '../../../../shared/domain/evaluation.ts'
import { addresses } from '../../../../shared/ipc/addresses.ts'
import { combine, type HeatMap } from './heat-map.ts'
import { maskOverlay } from './mask-overlay.ts'
import { loadMaps, loadPicture, pictureOf, pixelsOf } from './pictures.ts'

/** Bright magenta: absent from viridis, inferno and nearly all photographs. */
const MASK_COLOUR = [255, 64, 220] as const

export interface MaskPicture {
  readonly overlay: OffscreenCanvas
  readonly pixels: ImageData
}

/** All that the four-up shows of one image. A part that cannot be had is null and named in `problems`. */
export interface ReviewPictures {
  readonly input: ImageBitmap
  readonly inputPixels: ImageData
  readonly mask: MaskPicture | null
  readonly reconstruction: ImageBitmap | null
  readonly heat: HeatMap | null
  readonly problems: readonly string[]
}

/** A mask as an overlay and as pixels. */
export async function loadMask(address: string): Promise<MaskPicture> {
  const pixels = pixelsOf(await loadPicture(address, 'mask'))
  const { width, height } = pixels
  const overlay = maskOverlay(pixels.data, width, height, MASK_COLOUR)
  return { overlay: pictureOf(overlay, width, height), pixels }
}

/** Loads everything at once. @throws When the input itself cannot be read. */
export async function loadReviewPictures(
  image: ImageEntry,
  result: ImageResult | null,
  evaluation: Evaluation | null,
): Promise<ReviewPictures> {
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
  const pixelWeight = evaluation?.settings.scoring.pixelWeight ?? 0
  const [input, mask, reconstruction, maps] = await Promise.all([
    loadPicture(addresses.image(image.id), 'image'),
    maskId === null ? null : optional(loadMask(addresses.mask(maskId))),
    result && optional(loadPicture(addresses.reconstruction(result.id), 'reconstruction')),
    result && optional(loadMaps(addresses.maps(result.id))),
  ])
  const heat =
    maps && result
      ? await optional(Promise.resolve().then(() => combine(maps, pixelWeight, result.ratio)))
      : null
  return { input, inputPixels: pixelsOf(input), mask, reconstruction, heat, problems }
}
