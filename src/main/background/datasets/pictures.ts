import { Transformer } from '@napi-rs/image'
import { DdadError } from '../../../shared/errors.ts'
import type { MaskSource } from '../../../shared/processes/background.ts'
import { readMask, withImage } from '../../decode/image-file.ts'
import { writeFileAtomic } from '../../files/files.ts'
import { maskParts } from '../../decode/mask.ts'
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
 * Writes the union of mask files as one 8-bit PNG, see {@link maskParts}; a defect counts before void.
 *
 * @throws DdadError BAD_FILE when their sizes differ; INVALID_INPUT without a file.
 */
export async function makeMask(source: MaskSource, destination: string): Promise<void> {
  const [first, ...rest] = source.files
  if (first === undefined) throw new DdadError('INVALID_INPUT', 'A mask needs at least one file.')
  const { mask, file: firstFile } = await readMask(first.file)
  const { width, height } = mask
  const union = maskParts(mask, source)
  for (const { file: address } of rest) {
    const { mask: part, file } = await readMask(address)
    if (part.width !== width || part.height !== height) {
      throw new DdadError(
        'BAD_FILE',
        `${file} has ${part.width} × ${part.height} pixels, ${firstFile} ${width} × ${height}. Masks of one image must agree.`,
      )
    }
    maskParts(part, source).forEach((value, i) => {
      if (value > union[i]!) union[i] = value
    })
  }
  await writeFileAtomic(destination, encodeGreyPng(union, width, height))
}
