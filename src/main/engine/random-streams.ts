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
} as const
export type Purpose = keyof typeof purposes

/** @param index the steps, epochs, images … that the sequence is for */
export function randomFor(seed: number, purpose: Purpose, ...index: readonly number[]): Random {
  return new Random(seed, purposes[purpose], ...index)
}

/** Two 32-bit seeds for TensorFlow's stateless generators (Philox). */
function seedPair(random: Random): Tensor {
  return tf.tensor1d(Int32Array.of(random.uint32(), random.uint32()), 'int32')
}

/** Standard normal numbers of a sequence: the same on every run, whatever the number of threads. */
export function normalTensor(shape: readonly number[], random: Random): Tensor {
  return stateless('StatelessRandomNormal', shape, random)
}

/** Uniform numbers in [0, 1) of a sequence. */
export function uniformTensor(shape: readonly number[], random: Random): Tensor {
  return stateless('StatelessRandomUniform', shape, random)
}

function stateless(name: string, shape: readonly number[], random: Random): Tensor {
  return tf.tidy(() =>
    op(name, [tf.tensor1d([...shape], 'int32'), seedPair(random)], {
      T: { type: 'int32' },
      dtype: { type: 'float32' },
      Tseed: { type: 'int32' },
    }),
  )
}
