import { Random } from '../../shared/random.ts'
import { op, tf, type Tensor } from './tf.ts'

/** What random numbers are for; each purpose has sequences of its own. The numbers are part of the format. */
const purposes = {
  weights: 1,
  order: 2,
  timestep: 3,
  noise: 4,
  dropout: 5,
  reconstruction: 6,
  adaptation: 7,
  calibration: 8,
} as const
export type Purpose = keyof typeof purposes

/** @param index the steps, epochs, images … that the sequence is for */
export function randomFor(seed: number, purpose: Purpose, ...index: readonly number[]): Random {
  return new Random(seed, purposes[purpose], ...index)
}

/** Standard normal numbers of a sequence: the same on every run, whatever the number of threads. */
export function normalTensor(shape: readonly number[], random: Random): Tensor {
  return tf.tidy(() => {
    const seed = tf.tensor1d(Int32Array.of(random.uint32(), random.uint32()), 'int32')
    return stateless('StatelessRandomNormal', shape, seed)
  })
}

/**
 * Integers of 32 bits, all equally likely: a function of the seed.
 * @param seed int32, [2]
 */
export function uniformIntegers(shape: readonly number[], seed: Tensor): Tensor {
  return stateless('StatelessRandomUniformFullInt', shape, seed, 'int32')
}

/** TensorFlow's stateless generators (Philox). */
function stateless(
  name: string,
  shape: readonly number[],
  seed: Tensor,
  dtype: 'float32' | 'int32' = 'float32',
): Tensor {
  return tf.tidy(() =>
    op(name, [tf.tensor1d([...shape], 'int32'), seed], {
      T: { type: 'int32' },
      dtype: { type: dtype },
      Tseed: { type: 'int32' },
    }),
  )
}
