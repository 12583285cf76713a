import { Transformer } from '@napi-rs/image'
import type { BackgroundContract } from '../../../shared/processes/background.ts'
import { checkedHeader, decodeImage } from '../../decode/decode.ts'
import { imageKind } from '../../decode/image-kind.ts'
import { VOID_PIXEL } from '../../../shared/masks/void.ts'
import { decodeMask, maskParts } from '../../decode/mask.ts'
import { resizeBilinear } from '../../decode/resize.ts'
import { turned } from '../../decode/turn.ts'
import { readInput, writeFileAtomic } from '../../files/files.ts'
import { within } from '../../files/within.ts'

/** Longer side in pixels. */
const SIDE = 200
const QUALITY = 85
const DEFECT_COLOUR = [255, 64, 220] as const
/** Width of the stripes over what is void. */
const STRIPE = 4

/**
 * Writes a picture of a folder that is no data set yet as it would be read: turned or not, defects tinted, void striped.
 *
 * @throws DdadError NOT_FOUND or BAD_FILE naming the file.
 */
export async function makeExample({
  root,
  example,
  range,
  destination,
}: BackgroundContract['example']['input']): Promise<void> {
  const bytes = await readInput(within(root, example.image))
  const { orientation } = imageKind(bytes, checkedHeader(bytes, example.image))
  const turn = example.turned ? orientation : 1
  const image = turned(await decodeImage(bytes, example.image, { range }), 3, turn)
  const scale = Math.min(1, SIDE / Math.max(image.width, image.height))
  const [width, height] = [image.width, image.height].map((side) =>
    Math.max(1, Math.round(side * scale)),
  ) as [number, number]
  const rgb = resizeBilinear(image.data, image.width, image.height, 3, width, height)
  for (const name of example.masks) {
    const stored = await decodeMask(await readInput(within(root, name)), name)
    const mask = turned(stored, 1, turn)
    const parts = maskParts(mask, { coded: false, void: example.void === 'left-out' })
    for (let y = 0, i = 0; y < height; y++) {
      for (let x = 0; x < width; x++, i++) {
        const row = Math.floor(((y + 0.5) * mask.height) / height)
        const part = parts[row * mask.width + Math.floor(((x + 0.5) * mask.width) / width)]
        if (part === VOID_PIXEL) {
          const light = Math.floor((x + y) / STRIPE) % 2 === 0
          rgb.fill(light ? 235 : 40, 3 * i, 3 * i + 3)
        } else if (part === 255) {
          for (let c = 0; c < 3; c++) rgb[3 * i + c] = (rgb[3 * i + c]! + DEFECT_COLOUR[c]!) >> 1
        }
      }
    }
  }
  const opaque = new Uint8Array(4 * width * height).fill(255)
  for (let i = 0; i < width * height; i++) opaque.set(rgb.subarray(3 * i, 3 * i + 3), 4 * i)
  const webp = await Transformer.fromRgbaPixels(opaque, width, height).webp(QUALITY)
  await writeFileAtomic(destination, webp)
}
