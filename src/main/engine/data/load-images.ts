import { DdadError } from '../../../shared/errors.ts'
import { withImage } from '../../decode/image-file.ts'
import { resizeBilinear } from '../../decode/resize.ts'
import { decodeJpeg } from './decode-jpeg.ts'

/** Files read and decoded at the same time; decoding runs on Node's pool of four threads. */
const IN_FLIGHT = 4

/**
 * Loads images as the network takes them.
 *
 * @param files Addresses of images; see imageAddress.
 * @param size Side S in pixels.
 * @returns [N, S, S, 3] in −1 … 1, in the order of `files`.
 * @throws DdadError NOT_FOUND or BAD_FILE naming the file; CANCELLED when the signal is aborted.
 */
export async function loadImages(
  files: readonly string[],
  size: number,
  signal?: AbortSignal,
): Promise<Float32Array> {
  return asValues(await loadLevels(files, size, signal))
}

/**
 * As {@link loadImages}, as grey levels, which take a quarter of the memory: RGB, resized without keeping the
 * aspect ratio by Pillow's bilinear filter.
 */
export async function loadLevels(
  files: readonly string[],
  size: number,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const pixels = size * size * 3
  const images = new Uint8Array(files.length * pixels)
  let next = 0
  const work = async () => {
    for (let index = next++; index < files.length; index = next++) {
      if (signal?.aborted) throw new DdadError('CANCELLED', 'Loading images was cancelled.')
      images.set(await loadBytes(files[index]!, size), index * pixels)
    }
  }
  await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, files.length) }, work))
  return images
}

/** Grey levels as the network's values, 2·x/255 − 1. */
export function asValues(levels: Uint8Array): Float32Array {
  const values = new Float32Array(levels.length)
  for (let i = 0; i < levels.length; i++) values[i] = scaled[levels[i]!]!
  return values
}

const scaled = Float32Array.from({ length: 256 }, (_, level) => (2 * level) / 255 - 1)

async function loadBytes(address: string, size: number): Promise<Uint8Array> {
  return withImage(
    address,
    ({ width, height, data }) => resizeBilinear(data, width, height, 3, size, size),
    decodeJpeg,
  )
}
