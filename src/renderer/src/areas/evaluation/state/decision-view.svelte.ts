import type { ImageResult } from '../../../../../shared/evaluation/evaluation.ts'
import type { ImageResultId } from '../../../../../shared/core/ids.ts'
import { VOID_PIXEL } from '../../../../../shared/masks/void.ts'
import { addresses } from '../../../../../shared/ipc/addresses.ts'
import { messageOf, request } from '../../../api/client.ts'
import type { FloatArray } from '../../../viewer/npy.ts'
import type { MaskCoverage } from '../reading/pixel-decision.ts'
import { loadMaps, loadPicture, pixelsOf } from '../../../viewer/pictures.ts'

/** Side of the picture that decisions are painted in. */
export const DECISION_SIDE = 384

interface DecisionPictures {
  readonly id: ImageResultId
  readonly input: ImageBitmap
  readonly maps: FloatArray
  /** At the map's size and at {@link DECISION_SIDE}; null: nominal everywhere. */
  readonly mask: { readonly small: MaskCoverage; readonly large: MaskCoverage } | null
}

/** The pictures of the image whose pixels are decided. */
export class DecisionView {
  shown = $state.raw<DecisionPictures | null>(null)
  error = $state.raw<string | null>(null)
  #generation = 0

  /** The one before stays until all of the new one is there. */
  async open(result: ImageResult): Promise<void> {
    if (this.shown?.id === result.id) return
    const generation = ++this.#generation
    try {
      const image = await request('images.get', { imageId: result.imageId })
      const maskId = image.maskVersionId
      const [input, maps, mask] = await Promise.all([
        loadPicture(addresses.image(result.imageId), 'image'),
        loadMaps(addresses.maps(result.id)),
        maskId === null ? null : loadPicture(addresses.mask(maskId), 'mask'),
      ])
      const size = maps.shape[1] ?? 1
      const parts = mask && separated(mask)
      const scaled = parts && {
        small: await coverage(parts, size),
        large: await coverage(parts, DECISION_SIDE),
      }
      if (generation !== this.#generation) return
      this.shown = { id: result.id, input, maps, mask: scaled }
      this.error = null
    } catch (error) {
      if (generation === this.#generation) this.error = messageOf(error)
    }
  }
}

interface Parts {
  readonly defect: ImageBitmapSource
  /** Opaque where nobody can tell; null: nowhere. */
  readonly unknown: ImageData | null
}

/** Where a mask marks defects, and where it is void: averaged together they would be something between. */
function separated(mask: ImageBitmap): Parts {
  const defect = pixelsOf(mask)
  const { width, height, data } = defect
  let unknown: ImageData | null = null
  for (let i = 0; i < data.length; i += 4) {
    if (data[i] !== VOID_PIXEL) continue
    unknown ??= new ImageData(width, height)
    unknown.data[i + 3] = 255
    data.fill(0, i, i + 3)
  }
  return { defect: unknown ? defect : mask, unknown }
}

/** A mask brought to a side by averaging. */
async function coverage({ defect, unknown }: Parts, side: number): Promise<MaskCoverage> {
  return {
    defect: await averaged(defect, side, 0),
    unknown: unknown && (await averaged(unknown, side, 3)),
  }
}

/** @param channel Of red, green, blue and opacity. */
async function averaged(
  picture: ImageBitmapSource,
  side: number,
  channel: 0 | 3,
): Promise<Uint8Array> {
  const scaled = await createImageBitmap(picture, {
    resizeWidth: side,
    resizeHeight: side,
    resizeQuality: 'high',
  })
  const { data } = pixelsOf(scaled)
  return Uint8Array.from({ length: side * side }, (_, i) => data[4 * i + channel] ?? 0)
}
