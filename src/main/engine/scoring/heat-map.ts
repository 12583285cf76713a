/**
 * The two parts of DDAD's anomaly map A = blur(f + v · ratio · i), eq. 9. Blurring is linear, so they are
 * blurred apart and combined later, for any v.
 */
import type { Extractor } from '../features/extractor.ts'
import type { Stages } from '../features/resnet.ts'
import type { Maxima } from '../../../shared/metrics/scale-ratio.ts'
import { tf, type Tensor4D } from '../tf.ts'
import { gaussianBlur } from './blur.ts'
import { featureDistance } from './feature-distance.ts'
import { pixelDistance } from './pixel-distance.ts'

/** Feature and pixel distance of a batch: [N, S, S, 1] each. */
export interface Distances {
  readonly feature: Tensor4D
  readonly pixel: Tensor4D
}

/**
 * Both distances between images and their reconstructions [N, S, S, 3] in −1 … 1, before the blur.
 * @param stages φ of the images, where it is known already
 */
export function distances(
  extractor: Extractor,
  images: Tensor4D,
  reconstructions: Tensor4D,
  stages: Stages | null = null,
): Distances {
  return tf.tidy(() => {
    const image = stages ?? extractor.stages(extractor.normalise(images))
    const reconstruction = extractor.stages(extractor.normalise(reconstructions))
    return {
      feature: featureDistance(image, reconstruction, images.shape[1]),
      pixel: pixelDistance(images, reconstructions),
    }
  })
}

/** The largest values of each image of a batch. */
export function maxima({ feature, pixel }: Distances): Maxima[] {
  return tf.tidy(() => {
    const features = tf.max(feature, [1, 2, 3]).dataSync()
    const pixels = tf.max(pixel, [1, 2, 3]).dataSync()
    return Array.from(features, (value, i) => ({ feature: value, pixel: pixels[i]! }))
  })
}

/**
 * Blurred distances of each image as the studio stores them: [2, S, S], feature then pixel.
 * @returns one array per image
 */
export function blurredMaps({ feature, pixel }: Distances, sigma: number): Float32Array[] {
  const blurred = tf.tidy(() =>
    tf.unstack(
      tf
        .concat([gaussianBlur(feature, sigma), gaussianBlur(pixel, sigma)], 3)
        .transpose([0, 3, 1, 2]),
    ),
  )
  try {
    return blurred.map((maps) => maps.dataSync<'float32'>())
  } finally {
    tf.dispose(blurred)
  }
}
