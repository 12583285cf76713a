/**
 * Group normalisation (Wu and He, 2018) with an optional SiLU, and its gradient by recomputation. Statistics
 * are taken per channel first and grouped on the small result, which avoids reducing over a split axis.
 */
import { tf, op, type Tensor, type Tensor4D } from '../tf.ts'

const EPSILON = 1e-5

export interface NormWeights {
  /** [C] */
  readonly scale: Tensor
  /** [C] */
  readonly shift: Tensor
  readonly groups: number
}

/** Statistics of each sample, repeated for every channel of a group: [N,1,1,C]. */
interface Statistics {
  readonly mean: Tensor4D
  /** 1/√(variance + ε) */
  readonly inverse: Tensor4D
}

/**
 * @param x [N,H,W,C]
 * @param silu whether z·σ(z) follows
 * @returns the output and, for the gradient, the statistics
 */
export function groupNorm(
  x: Tensor4D,
  weights: NormWeights,
  silu: boolean,
): { output: Tensor4D; statistics: Statistics } {
  const mean = groupMean(channelMean(x), weights.groups)
  const centred = tf.sub(x, mean) as Tensor4D
  const variance = groupMean(channelMean(tf.square(centred)), weights.groups)
  const inverse = tf.rsqrt(tf.add(variance, EPSILON)) as Tensor4D
  const z = affine(centred, inverse, weights)
  const output = silu ? (tf.mul(z, tf.sigmoid(z)) as Tensor4D) : z
  return { output, statistics: { mean, inverse } }
}

export interface NormRecomputed {
  /** The output of {@link groupNorm} again. */
  readonly output: Tensor4D
  /** From the output's gradient to those of the input, the scale and the shift. */
  backward(dy: Tensor4D): { dx: Tensor4D; scale: Tensor; shift: Tensor }
}

/** Recomputes the output from the input and its statistics and offers the gradient. */
export function groupNormAgain(
  x: Tensor4D,
  { mean, inverse }: Statistics,
  weights: NormWeights,
  silu: boolean,
): NormRecomputed {
  const centred = tf.sub(x, mean) as Tensor4D
  const z = affine(centred, inverse, weights)
  const sigma = silu ? tf.sigmoid(z) : null
  return {
    output: sigma ? tf.mul(z, sigma) : z,
    backward(dy) {
      // d(zσ)/dz = σ + zσ(1−σ); SigmoidGrad(y, dy) is dy·y(1−y) in one pass.
      const dz = sigma
        ? tf.tidy(() => tf.mul(dy, tf.add(sigma, op('SigmoidGrad', [sigma, z]))) as Tensor4D)
        : dy
      const meanDz = channelMean(dz)
      const meanDzCentred = channelMean(tf.mul(dz, centred))
      const gain = tf.mul(inverse, weights.scale)
      const spread = groupMean(tf.mul(meanDzCentred, weights.scale), weights.groups)
      const offset = groupMean(tf.mul(meanDz, weights.scale), weights.groups)
      const cubed = tf.mul(tf.mul(inverse, tf.square(inverse)), spread)
      const dx = tf.tidy(() => {
        const along = tf.add(tf.mul(centred, cubed), tf.mul(inverse, offset))
        return tf.sub(tf.mul(dz, gain), along) as Tensor4D
      })
      const count = x.shape[1] * x.shape[2]
      return {
        dx,
        scale: tf.mul(tf.sum(tf.mul(meanDzCentred, inverse), [0, 1, 2]), count),
        shift: tf.mul(tf.sum(meanDz, [0, 1, 2]), count),
      }
    },
  }
}

function affine(centred: Tensor4D, inverse: Tensor4D, { scale, shift }: NormWeights): Tensor4D {
  return tf.tidy(() => tf.add(tf.mul(centred, tf.mul(inverse, scale)), shift) as Tensor4D)
}

/** Mean over height and width: [N,H,W,C] → [N,1,1,C]. A product with 1/HW is the quickest reduction. */
export function channelMean(x: Tensor4D): Tensor4D {
  const [n, h, w, c] = x.shape
  return tf.tidy(() => {
    const row = tf.fill([n, 1, h * w], 1 / (h * w))
    return tf.reshape(tf.matMul(row, tf.reshape(x, [n, h * w, c])), [n, 1, 1, c])
  })
}

/** Mean over the channels of each group, repeated for every channel: [N,1,1,C] → [N,1,1,C]. */
function groupMean(x: Tensor, groups: number): Tensor4D {
  const [n, , , c] = x.shape as [number, number, number, number]
  if (groups === c) return x.clone() as Tensor4D
  return tf.tidy(() => {
    const mean = tf.mean(tf.reshape(x, [n, groups, c / groups]), 2, true)
    return tf.reshape(tf.tile(mean, [1, 1, c / groups]), [n, 1, 1, c])
  })
}
