/** φ of an image at a grid of places, as images and patches are compared by. */
import { gridSide } from '../../../shared/maps/nearest.ts'
import { neighbourhoodMean } from '../scoring/feature-distance.ts'
import { tf, valuesOf, type Tensor, type Tensor2D, type Tensor4D } from '../tf.ts'
import type { Stages } from './resnet.ts'

const EPSILON = 1e-8

/** Float32 [side, side, channels] of one image, layer2's channels before layer3's. */
export interface FeatureGrid {
  readonly side: number
  readonly channels: number
  readonly values: Float32Array
}

/**
 * 3×3 means of layer2 and layer3, as the heat map takes them, brought to one grid: averaged where a layer is finer,
 * interpolated where it is coarser.
 * @param stages φ of one image of side `size`
 */
export function featureGrid(stages: Stages, size: number): FeatureGrid {
  const side = gridSide(size)
  const channels = stages[1].shape[3] + stages[2].shape[3]
  const values = valuesOf(() =>
    tf.concat(
      [stages[1], stages[2]].map((layer) => toGrid(neighbourhoodMean(layer), side)),
      3,
    ),
  )
  return { side, channels, values }
}

function toGrid(features: Tensor4D, side: number): Tensor4D {
  const factor = features.shape[1] / side
  if (factor < 1) return tf.image.resizeBilinear(features, [side, side], false, true)
  return factor === 1 ? features : tf.avgPool(features, factor, factor, 'valid')
}

/**
 * Vectors [n, channels] with each layer's part at length 1, so that a product of two is cos of layer2 plus cos
 * of layer3. In a bottleneck ResNet layer3 has twice layer2's channels.
 */
export function unitLayers(vectors: Tensor2D): Tensor2D {
  const channels = vectors.shape[1]
  return tf.tidy(() => {
    const layers = tf.split(vectors, [channels / 3, (2 * channels) / 3], 1)
    const units = layers.map((layer) => {
      const length: Tensor = tf.sqrt(tf.sum(tf.square(layer), 1, true))
      return tf.div<Tensor2D>(layer, tf.maximum(length, EPSILON))
    })
    return tf.concat(units, 1)
  })
}
