/**
 * Group normalisation (Wu and He, 2018) with an optional SiLU, and its gradient by recomputation. Statistics
 * are taken per channel first and grouped on the small result, which avoids reducing over a split axis. What is
 * left is one product and one sum for each channel, as PyTorch computes it too.
 */
import { op, opOutputs, tf, type Tensor, type Tensor4D } from '../tf.ts'

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
  const squares = tf.squaredDifference(x, mean) as Tensor4D
  const variance = groupMean(channelMean(squares), weights.groups)
  const inverse = tf.rsqrt(tf.add(variance, EPSILON)) as Tensor4D
  const z = normalised(x, { mean, inverse }, weights)
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
  statistics: Statistics,
  weights: NormWeights,
  silu: boolean,
): NormRecomputed {
  const { mean, inverse } = statistics
  const z = normalised(x, statistics, weights)
  const sigma = silu ? tf.sigmoid(z) : null
  return {
    output: sigma ? tf.mul(z, sigma) : z,
    backward(dy) {
      // d(zσ)/dz = σ + zσ(1−σ); SigmoidGrad(y, dy) is dy·y(1−y) in one pass.
      const dz = sigma
        ? tf.tidy(() => tf.mul(dy, tf.add(sigma, op('SigmoidGrad', [sigma, z]))) as Tensor4D)
        : dy
      const meanDz = channelMean(dz)
      const meanDzCentred = tf.sub(channelMean(tf.mul(dz, x)), tf.mul(meanDz, mean)) as Tensor4D
      const gain = tf.mul(inverse, weights.scale) as Tensor4D
      const spread = groupMean(tf.mul(meanDzCentred, weights.scale), weights.groups)
      const offset = groupMean(tf.mul(meanDz, weights.scale), weights.groups)
      const cubed = tf.mul(tf.mul(inverse, tf.square(inverse)), spread)
      const dx = tf.tidy(() => {
        const constant = tf.sub(tf.mul(cubed, mean), tf.mul(inverse, offset)) as Tensor4D
        return tf.sub(affine(dz, gain, constant), tf.mul(x, cubed)) as Tensor4D
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

function normalised(x: Tensor4D, { mean, inverse }: Statistics, weights: NormWeights): Tensor4D {
  return tf.tidy(() => {
    const gain = tf.mul(inverse, weights.scale) as Tensor4D
    return affine(x, gain, tf.sub(weights.shift, tf.mul(mean, gain)) as Tensor4D)
  })
}

/**
 * x·gain + offset with a factor and a summand for each channel of each sample, [N,1,1,C]. For a single sample it
 * is batch normalisation with a mean of 0 and a variance of 1, which takes one pass over the memory and not two.
 */
function affine(x: Tensor4D, gain: Tensor4D, offset: Tensor4D): Tensor4D {
  const [n, , , c] = x.shape
  if (n > 1) return tf.add(tf.mul(x, gain), offset)
  const rows = [gain, offset, tf.zeros([c]), tf.fill([c], 1 - EPSILON)]
  const [output] = opOutputs(
    'FusedBatchNormV3',
    [x, ...rows.map((row) => tf.reshape(row, [c]))],
    {
      U: { type: 'float32' },
      epsilon: { float: EPSILON },
      data_format: 'NHWC',
      is_training: false,
    },
    6,
  )
  return output as Tensor4D
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
