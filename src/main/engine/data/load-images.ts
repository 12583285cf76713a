import { DdadError } from '../../../shared/errors.ts'
import { decodeImage, holdingPixels } from '../../decode/decode.ts'
import { readInput } from '../../files/files.ts'
import { resizeBilinear } from '../../decode/resize.ts'
import { decodeJpeg } from './decode-jpeg.ts'

/** Files read and decoded at the same time; decoding runs on Node's pool of four threads. */
const IN_FLIGHT = 4

/**
 * Loads images as the network takes them: RGB, resized without keeping the aspect ratio by Pillow's
 * bilinear filter, scaled by 2·x/255 − 1.
 *
 * @param size Side S in pixels.
 * @returns [N, S, S, 3] in −1 … 1, in the order of `files`.
 * @throws DdadError NOT_FOUND or BAD_FILE naming the file; CANCELLED when the signal is aborted.
 */
export async function loadImages(
  files: readonly string[],
  size: number,
  signal?: AbortSignal,
): Promise<Float32Array> {
  const pixels = size * size * 3
  const images = new Float32Array(files.length * pixels)
  let next = 0
  const work = async () => {
    for (let index = next++; index < files.length; index = next++) {
      if (signal?.aborted) throw new DdadError('CANCELLED', 'Loading images was cancelled.')
      const image = await loadBytes(files[index]!, size)
      const offset = index * pixels
      for (let i = 0; i < pixels; i++) images[offset + i] = scaled[image[i]!]!
    }
  }
  await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, files.length) }, work))
  return images
}

/** The network's value of each grey level. */
const scaled = Float32Array.from({ length: 256 }, (_, level) => (2 * level) / 255 - 1)

async function loadBytes(file: string, size: number): Promise<Uint8Array> {
  const bytes = await readInput(file)
  return holdingPixels(bytes, file, async () => {
    const { width, height, data } = await decodeImage(bytes, file, { jpeg: decodeJpeg })
    return resizeBilinear(data, width, height, 3, size, size)
  })
}
