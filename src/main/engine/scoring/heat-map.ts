/**
 * The two parts of DDAD's anomaly map A = blur(f + v · ratio · i), eq. 9. Blurring is linear, so they are
 * blurred apart and combined later, for any v.
 */
import type { Extractor } from '../features/extractor.ts'
import { tf, type Tensor4D } from '../tf.ts'
import { gaussianBlur } from './blur.ts'
import { featureDistance } from './feature-distance.ts'
import { pixelDistance } from './pixel-distance.ts'

/** Feature and pixel distance of a batch: [N, S, S, 1] each. */
export interface Distances {
  readonly feature: Tensor4D
  readonly pixel: Tensor4D
}

/** Both distances between images and their reconstructions [N, S, S, 3] in −1 … 1, before the blur. */
export function distances(
  extractor: Extractor,
  images: Tensor4D,
  reconstructions: Tensor4D,
): Distances {
  return tf.tidy(() => {
    const image = extractor.stages(extractor.normalise(images))
    const reconstruction = extractor.stages(extractor.normalise(reconstructions))
    return {
      feature: featureDistance(image, reconstruction, images.shape[1]),
      pixel: pixelDistance(images, reconstructions),
    }
  })
}

/** The largest values of both distances over a batch. */
export interface Maxima {
  readonly feature: number
  readonly pixel: number
}

export function maxima({ feature, pixel }: Distances): Maxima {
  return tf.tidy(() => ({
    feature: tf.max(feature).dataSync()[0] as number,
    pixel: tf.max(pixel).dataSync()[0] as number,
  }))
}

/** The factor that brings pixel distances to the scale of feature distances; 0 when all pixels are equal. */
export function scaleRatio({ feature, pixel }: Maxima): number {
  return pixel > 0 ? feature / pixel : 0
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
    return blurred.map((maps) => maps.dataSync<'float32'>() as Float32Array)
  } finally {
    tf.dispose(blurred)
  }
}
