/** DDAD's anomaly map A = blur(f + v · ratio · i) and its score (eq. 9), from blurred distances. */
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

/** maps[0] + weight · maps[1] with weight = v · ratio: the combined map [S, S] of stored maps [2, S, S]. */
export function combinedMap(maps: Float32Array, weight: number): Float32Array {
  const pixels = maps.length / 2
  return maps
    .subarray(0, pixels)
    .map((feature, i) => feature + weight * (maps[pixels + i] as number))
}

/** An image's score: the map's maximum, without the outer 1/16 of the side where `crop` is set. */
export function mapScore(map: Float32Array, size: number, crop: boolean): number {
  const margin = crop ? Math.floor(size / 16) : 0
  let score = -Infinity
  for (let y = margin; y < size - margin; y++)
    for (let x = margin; x < size - margin; x++)
      score = Math.max(score, map[y * size + x] as number)
  return score
}
