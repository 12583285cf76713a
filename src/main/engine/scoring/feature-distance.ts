/** How far the features of an image and of its reconstruction are apart, DDAD eq. 8. */
import type { Stages } from '../features/resnet.ts'
import { tf, type Tensor4D } from '../tf.ts'

const EPSILON = 1e-8

/**
 * Sum over layer2 and layer3 of 1 − cos over the channels of 3×3 means, each brought to the image's size.
 * @param size side S of the result
 * @returns [N, S, S, 1] in 0 … 4
 */
export function featureDistance(image: Stages, reconstruction: Stages, size: number): Tensor4D {
  return tf.tidy(() => {
    const layers = [1, 2].map((layer) => {
      const distance = cosineDistance(
        neighbourhoodMean(image[layer] as Tensor4D),
        neighbourhoodMean(reconstruction[layer] as Tensor4D),
      )
      return tf.image.resizeBilinear(distance, [size, size], true)
    })
    return tf.addN<Tensor4D>(layers)
  })
}

/** 3×3 mean with stride 1; outside the map counts as zero, so borders are damped (count_include_pad). */
export function neighbourhoodMean(features: Tensor4D): Tensor4D {
  const padded = tf.pad(features, [
    [0, 0],
    [1, 1],
    [1, 1],
    [0, 0],
  ])
  return tf.avgPool(padded, 3, 1, 'valid')
}

/** 1 − cosine over the channels: [N, H, W, C] → [N, H, W, 1]. */
function cosineDistance(a: Tensor4D, b: Tensor4D): Tensor4D {
  const norm = (x: Tensor4D) => tf.maximum(tf.sqrt(tf.sum(tf.square(x), 3, true)), EPSILON)
  const dot = tf.sum(tf.mul(a, b), 3, true)
  return tf.sub(1, tf.div(dot, tf.mul(norm(a), norm(b))))
}
