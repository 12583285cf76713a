/** How far an image and its reconstruction are apart, DDAD eq. 7. */
import { tf, type Tensor4D } from '../tf.ts'

/** Mean over RGB of |x̂ − x|: [N, S, S, 3] in −1 … 1 → [N, S, S, 1]. */
export function pixelDistance(image: Tensor4D, reconstruction: Tensor4D): Tensor4D {
  return tf.tidy(() => tf.mean(tf.abs(tf.sub(reconstruction, image)), 3, true))
}
