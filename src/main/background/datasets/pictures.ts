import { Transformer } from '@napi-rs/image'
import { DdadError } from '../../../shared/errors.ts'
import { withImage } from '../../decode/image-file.ts'
import { readInput, writeFileAtomic } from '../../files/files.ts'
import { binariseMask, decodeMask, type Mask } from '../../decode/mask.ts'
import { encodeGreyPng, encodeRgbPng } from '../../decode/png.ts'
import { resizeBilinear } from '../../decode/resize.ts'

const WEBP_QUALITY = 80

/** Writes a WebP whose longer side is at most `side` pixels; small images keep their size. */
export async function makeThumbnail(
  file: string,
  destination: string,
  side: number,
): Promise<void> {
  const webp = await withImage(file, ({ width, height, data }) => {
    const scale = Math.min(1, side / Math.max(width, height))
    const [small, low] = [width, height].map((length) =>
      Math.max(1, Math.round(length * scale)),
    ) as [number, number]
    const pixels = resizeBilinear(data, width, height, 3, small, low)
    const opaque = new Uint8Array(4 * small * low).fill(255)
    for (let i = 0; i < small * low; i++) opaque.set(pixels.subarray(3 * i, 3 * i + 3), 4 * i)
    return Transformer.fromRgbaPixels(opaque, small, low).webp(WEBP_QUALITY)
  })
  await writeFileAtomic(destination, webp)
}

/** Writes any readable image as an 8-bit RGB PNG of the same size. */
export async function makePicture(file: string, destination: string): Promise<void> {
  await withImage(file, (image) => writeFileAtomic(destination, encodeRgbPng(image)))
}

/**
 * Writes the union of mask files as one 8-bit PNG, 0 or 255.
 *
 * @param classes Every value but 0 is a defect; otherwise it is told by where the values lie.
 * @throws DdadError BAD_FILE when their sizes differ; INVALID_INPUT without a file.
 */
export async function makeMask(
  files: readonly string[],
  classes: boolean,
  destination: string,
): Promise<void> {
  const binary = (mask: Mask) => binariseMask(mask, classes)
  const [first, ...rest] = files
  if (first === undefined) throw new DdadError('INVALID_INPUT', 'A mask needs at least one file.')
  const mask = await decodeMask(await readInput(first), first)
  const { width, height } = mask
  const union = binary(mask)
  for (const file of rest) {
    const part = await decodeMask(await readInput(file), file)
    if (part.width !== width || part.height !== height) {
      throw new DdadError(
        'BAD_FILE',
        `${file} has ${part.width} × ${part.height} pixels, ${first} ${width} × ${height}. Masks of one image must agree.`,
      )
    }
    binary(part).forEach((value, i) => {
      if (value > 0) union[i] = value
    })
  }
  await writeFileAtomic(destination, encodeGreyPng(union, width, height))
}
