import type { ImageResult } from '../../../../../shared/evaluation/evaluation.ts'
import type { ImageResultId } from '../../../../../shared/core/ids.ts'
import { addresses } from '../../../../../shared/ipc/addresses.ts'
import { messageOf, request } from '../../../api/client.ts'
import type { FloatArray } from '../../../viewer/npy.ts'
import { loadMaps, loadPicture, pixelsOf } from '../../../viewer/pictures.ts'

/** Side of the picture that decisions are painted in. */
export const DECISION_SIDE = 384

interface DecisionPictures {
  readonly id: ImageResultId
  readonly input: ImageBitmap
  readonly maps: FloatArray
  /** Coverage at the map's size and at {@link DECISION_SIDE}; null: nominal everywhere. */
  readonly mask: { readonly small: Uint8Array; readonly large: Uint8Array } | null
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
      const scaled = mask && {
        small: await coverage(mask, size),
        large: await coverage(mask, DECISION_SIDE),
      }
      if (generation !== this.#generation) return
      this.shown = { id: result.id, input, maps, mask: scaled }
      this.error = null
    } catch (error) {
      if (generation === this.#generation) this.error = messageOf(error)
    }
  }
}

/** A mask brought to a side by averaging. */
async function coverage(mask: ImageBitmap, side: number): Promise<Uint8Array> {
  const scaled = await createImageBitmap(mask, {
    resizeWidth: side,
    resizeHeight: side,
    resizeQuality: 'high',
  })
  const { data } = pixelsOf(scaled)
  return Uint8Array.from({ length: side * side }, (_, i) => data[4 * i] ?? 0)
}
