import { tf, type Tensor4D } from '../tf.ts'

/** One number for each sample of a batch, ready to be multiplied with images: [N,1,1,1]. */
export function perSample(values: readonly number[]): Tensor4D {
  return tf.tensor4d([...values], [values.length, 1, 1, 1])
}
