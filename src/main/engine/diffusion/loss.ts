import type { DropoutSeeds } from '../nn/dropout.ts'
import type { Tape } from '../nn/tape.ts'
import type { Unet } from '../nn/unet.ts'
import { tf, type Tensor4D } from '../tf.ts'
import { addNoise } from './add-noise.ts'

/** Images with what training draws for them. */
export interface NoisyBatch {
  /** [N,S,S,3] in −1 … 1 */
  readonly images: Tensor4D
  /** ε, of the same shape */
  readonly noise: Tensor4D
  /** t of each image, 0 … 999 */
  readonly steps: readonly number[]
}

/**
 * The loss of noise prediction (Ho et al., 2020, eq. 14), Σ(ε−ε̂)² over pixels and channels, divided by the batch size, and its gradients, which
 * are added to the tape's. Micro-batches of one batch add up exactly to the whole batch's loss and gradients.
 *
 * @param batchSize images of the whole batch, of which `batch` may be a part
 * @returns this part's contribution to the batch's mean loss
 */
export function addLossGradients(
  unet: Unet,
  tape: Tape,
  batch: NoisyBatch,
  batchSize: number,
  dropout: DropoutSeeds | null,
): number {
  return tf.tidy(() => {
    const { images, noise, steps } = batch
    const predicted = unet.predictRecorded(tape, addNoise(images, noise, steps), steps, dropout)
    const difference = tf.sub(predicted, noise)
    tape.backward(predicted, tf.mul(difference, 2 / batchSize))
    const values = tf.square(difference).dataSync<'float32'>()
    let sum = 0
    for (const value of values) sum += value
    return sum / batchSize
  })
}
