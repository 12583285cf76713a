import { createHash } from 'node:crypto'
import type { NoiseSource } from '../../diffusion/reconstruct.ts'
import { normalTensor, randomFor } from '../../random-streams.ts'
import type { Tensor4D } from '../../tf.ts'

/**
 * Noise for reconstructions, one sequence per key. With keys that follow from the images alone, a
 * reconstruction does not depend on which images share its batch.
 * @param keys a few 32-bit integers for each sample
 */
export function reconstructionNoise(
  seed: number,
  keys: readonly (readonly number[])[],
  size: number,
): NoiseSource {
  const draw = (sample: number, part: number) =>
    normalTensor(
      [1, size, size, 3],
      randomFor(seed, 'reconstruction', ...keys[sample]!, part),
    ) as Tensor4D
  return { start: (sample) => draw(sample, 0), step: (sample, pass) => draw(sample, pass + 1) }
}

/** A key that depends on an image's pixels only: two 32-bit integers of their SHA-256. */
export function imageKey(pixels: Float32Array): [number, number] {
  const bytes = new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength)
  const digest = createHash('sha256').update(bytes).digest()
  return [digest.readInt32LE(0), digest.readInt32LE(4)]
}
