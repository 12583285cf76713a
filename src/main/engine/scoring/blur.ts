/** Gaussian smoothing of maps. */
import { tf, type Tensor4D } from '../tf.ts'

/**
 * Smooths [N, S, S, 1] by a separable Gaussian of `sigma` pixels: 2·⌊4σ + ½⌋ + 1 taps, edges reflected
 * without repeating the edge pixel. Taps that would reach beyond the reflection of a small map are cut.
 */
export function gaussianBlur(maps: Tensor4D, sigma: number): Tensor4D {
  if (sigma === 0) return tf.clone(maps)
  const radius = Math.min(Math.floor(4 * sigma + 0.5), maps.shape[1] - 1)
  const taps = gaussianTaps(sigma, radius)
  return tf.tidy(() => {
    const padded = tf.mirrorPad(
      maps,
      [
        [0, 0],
        [radius, radius],
        [radius, radius],
        [0, 0],
      ],
      'reflect',
    )
    const columns = tf.conv2d(padded, tf.tensor4d(taps, [taps.length, 1, 1, 1]), 1, 'valid')
    return tf.conv2d(columns, tf.tensor4d(taps, [1, taps.length, 1, 1]), 1, 'valid')
  })
}

/** Gaussian weights at −radius … radius that sum to 1. */
function gaussianTaps(sigma: number, radius: number): Float32Array {
  const taps = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma * sigma)),
  )
  const sum = taps.reduce((total, tap) => total + tap, 0)
  return Float32Array.from(taps, (tap) => tap / sum)
}
