import { readImageAddress } from '../../shared/datasets/sample-range.ts'
import { readInput } from '../files/files.ts'
import { turned } from './turn.ts'
import { decodeMask, type Mask } from './mask.ts'
import { decodeImage, holdingPixels, type JpegDecoder, type RgbImage } from './decode.ts'

/**
 * Decodes an image by its address and works on its pixels, large ones one after the other.
 *
 * @param address A file, with how its samples are read; see imageAddress.
 * @throws DdadError NOT_FOUND or BAD_FILE naming the file.
 */
export async function withImage<Result>(
  address: string,
  work: (image: RgbImage) => Result | Promise<Result>,
  jpeg?: JpegDecoder,
): Promise<Result> {
  const { file, range, orientation } = readImageAddress(address)
  const bytes = await readInput(file)
  return holdingPixels(bytes, file, async () =>
    work(
      turned(await decodeImage(bytes, file, jpeg ? { jpeg, range } : { range }), 3, orientation),
    ),
  )
}

/**
 * Decodes a mask by its address; with the bytes of its file.
 *
 * @throws DdadError NOT_FOUND or BAD_FILE naming the file.
 */
export async function readMask(
  address: string,
): Promise<{ readonly mask: Mask; readonly bytes: Buffer; readonly file: string }> {
  const { file, orientation } = readImageAddress(address)
  const bytes = await readInput(file)
  return { mask: turned(await decodeMask(bytes, file), 1, orientation), bytes, file }
}
