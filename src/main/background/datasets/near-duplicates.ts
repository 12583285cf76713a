/** Perceptual hashes of images, and which of them are nearly alike. */
import { HASH_BITS, MOST_PAIRS, NEAR_BITS } from '../../../shared/datasets/near-duplicates.ts'
import type { BackgroundContract } from '../../../shared/processes/background.ts'
import type { RgbImage } from '../../decode/decode.ts'
import { withImage } from '../../decode/image-file.ts'
import { resizeBilinear } from '../../decode/resize.ts'
import { inParallel, type WorkOptions } from '../../files/in-parallel.ts'

type Contract = BackgroundContract['nearDuplicates']

/** Places across and down. */
const SIDE = 16

/** A difference hash: it does not change with size, format, brightness and contrast. */
export function perceptualHash({ width, height, data }: RgbImage): Uint32Array {
  const small = resizeBilinear(data, width, height, 3, SIDE + 1, SIDE)
  const grey = (place: number) =>
    2 * small[3 * place]! + 5 * small[3 * place + 1]! + small[3 * place + 2]!
  const hash = new Uint32Array(HASH_BITS / 32)
  for (let y = 0, bit = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++, bit++) {
      const at = y * (SIDE + 1) + x
      if (grey(at) < grey(at + 1)) hash[bit >> 5]! |= 1 << (bit & 31)
    }
  }
  return hash
}

export function differingBits(a: Uint32Array, b: Uint32Array): number {
  let bits = 0
  for (let i = 0; i < a.length; i++) {
    let word = a[i]! ^ b[i]!
    word -= (word >>> 1) & 0x55555555
    word = (word & 0x33333333) + ((word >>> 2) & 0x33333333)
    bits += Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
  }
  return bits
}

/**
 * The nearest training image of each test image, where one is nearly alike.
 *
 * @throws DdadError CANCELLED; NOT_FOUND or BAD_FILE naming the file.
 */
export async function nearDuplicates(
  { images }: Contract['input'],
  options: WorkOptions,
): Promise<Contract['output']> {
  const hashes = await inParallel(images, options, 'The search was cancelled.', ({ file }) =>
    withImage(file, perceptualHash),
  )
  const trained = Map.groupBy(
    images.flatMap((image, place) => (image.trained ? [{ ...image, place }] : [])),
    ({ category }) => category,
  )
  const pairs = images.flatMap(({ trained: learned, category }, test) => {
    if (learned) return []
    let nearest: Contract['output']['pairs'][number] | null = null
    for (const { place: train } of trained.get(category) ?? []) {
      const distance = differingBits(hashes[test]!, hashes[train]!)
      if (distance <= NEAR_BITS && distance < (nearest?.distance ?? Infinity))
        nearest = { test, train, distance }
    }
    return nearest ? [nearest] : []
  })
  return {
    total: pairs.length,
    pairs: pairs.sort((a, b) => a.distance - b.distance).slice(0, MOST_PAIRS),
  }
}
