import { tf, type Tensor4D } from '../tf.ts'

/** Mean of each 2×2 block: [N,2H,2W,C] → [N,H,W,C]. */
export function averagePool2(x: Tensor4D): Tensor4D {
  return tf.avgPool(x, 2, 2, 'valid')
}

/** Every pixel twice in each direction: [N,H,W,C] → [N,2H,2W,C]. Joining copies is plain copying of memory. */
export function repeatPixels2(x: Tensor4D): Tensor4D {
  const [n, h, w, c] = x.shape
  return tf.tidy(() => {
    const wide = tf.reshape(tf.concat([x, x], 3), [n, h, 1, 2 * w * c])
    return tf.reshape(tf.concat([wide, wide], 2), [n, 2 * h, 2 * w, c])
  })
}
