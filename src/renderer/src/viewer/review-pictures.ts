import type { ImageEntry } from '../../../shared/datasets/dataset.ts'
import type { Evaluation, ImageResult } from '../../../shared/evaluation/evaluation.ts'
import { addresses } from '../../../shared/ipc/addresses.ts'
import { combine, type HeatMap } from './heat-map.ts'
import { maskOverlay } from './mask-overlay.ts'
import { loadMaps, loadPicture, pictureOf, pixelsOf } from './pictures.ts'

/** Bright magenta: absent from viridis, inferno and nearly all photographs. */
const MASK_COLOUR = [255, 64, 220] as const

/** What an image without a result has. */
export const NOTHING = { reconstruction: null, heat: null }

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

/** Collects what could not be had: such a part is null and named in `problems`. */
export function attempts() {
  const problems: string[] = []
  const optional = async <Value>(promise: Promise<Value>): Promise<Value | null> => {
    try {
      return await promise
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error))
      return null
    }
  }
  return { problems, optional }
}

/** Reconstruction and heat map of a result, each null where it cannot be had. @param pixelWeight v */
export async function loadResult(
  { id, ratio }: ImageResult,
  pixelWeight: number,
  { optional }: ReturnType<typeof attempts>,
): Promise<Pick<ReviewPictures, 'reconstruction' | 'heat'>> {
  const heat = loadMaps(addresses.maps(id)).then((maps) => combine(maps, pixelWeight, ratio))
  const picture = loadPicture(addresses.reconstruction(id), 'reconstruction')
  const [reconstruction, map] = await Promise.all([optional(picture), optional(heat)])
  return { reconstruction, heat: map }
}

/** Loads everything at once. @throws When the input itself cannot be read. */
export async function loadReviewPictures(
  image: ImageEntry,
  result: ImageResult | null,
  evaluation: Evaluation | null,
): Promise<ReviewPictures> {
  const tried = attempts()
  const maskId = image.maskVersionId
  const pixelWeight = evaluation?.settings.scoring.pixelWeight ?? 0
  const [input, mask, rebuilt] = await Promise.all([
    loadPicture(addresses.image(image.id), 'image'),
    maskId === null ? null : tried.optional(loadMask(addresses.mask(maskId))),
    result && loadResult(result, pixelWeight, tried),
  ])
  const { reconstruction, heat } = rebuilt ?? NOTHING
  return {
    input,
    inputPixels: pixelsOf(input),
    mask,
    reconstruction,
    heat,
    problems: tried.problems,
  }
}
