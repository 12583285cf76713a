/**
 * The two parts of DDAD's anomaly map A = blur(f + v · ratio · i), eq. 9. Blurring is linear, so they are
 * blurred apart and combined later, for any v.
 */
import { percentileInterval, type Interval } from '../../../shared/metrics/bootstrap.ts'
import type { Random } from '../../../shared/random.ts'
import type { Extractor } from '../features/extractor.ts'
import type { Stages } from '../features/resnet.ts'
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

/** The largest values of both distances. */
export interface Maxima {
  readonly feature: number
  readonly pixel: number
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
 * max(f) / max(i) over several images: the factor that brings pixel distances to the scale of feature
 * distances. 0 when no image differs from its reconstruction, where the reference code divides by zero.
 */
export function scaleRatio(images: readonly Maxima[]): number {
  const pixel = Math.max(...images.map((image) => image.pixel))
  return pixel > 0 ? Math.max(...images.map((image) => image.feature)) / pixel : 0
}

/**
 * The scale of pixel to feature distances by many nominal images: mean of the largest feature distances over mean
 * of the largest pixel distances. A single image moves it little, unlike {@link scaleRatio}; the spread is that of
 * resampled images.
 */
export function steadyRatio(
  images: readonly Maxima[],
  random: Random,
): { readonly ratio: number; readonly range: Interval } {
  const ratioOf = (some: readonly Maxima[]): number => {
    const pixel = sumOf(some.map((image) => image.pixel))
    return pixel > 0 ? sumOf(some.map((image) => image.feature)) / pixel : 0
  }
  const ratio = ratioOf(images)
  const replicates = Array.from({ length: RESAMPLES }, () =>
    ratioOf(images.map(() => images[random.integer(images.length)]!)),
  )
  return { ratio, range: percentileInterval(replicates) ?? { low: ratio, high: ratio } }
}

const RESAMPLES = 300

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0)
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
