/** The layers of the U-Net with their gradients. Images are NHWC; weights are found by name. */
import { op, tf, type Tensor, type Tensor2D, type Tensor4D } from '../tf.ts'
import { dropoutMask } from './dropout.ts'
import { channelMean, groupNorm, groupNormAgain, type NormWeights } from './group-norm.ts'
import { averagePool2, repeatPixels2 } from './resample.ts'
import type { Tape } from './tape.ts'

export type Weights = ReadonlyMap<string, Tensor>

/** What layers share: where weights are, where gradients go, and how to normalise. */
export interface LayerContext {
  readonly tape: Tape
  readonly weights: Weights
  readonly groups: number
}

export function weight(weights: Weights, name: string): Tensor {
  const tensor = weights.get(name)
  if (!tensor) throw new Error(`The network has no weight ${name}.`)
  return tensor
}

export function normWeights({ weights, groups }: LayerContext, name: string): NormWeights {
  return {
    scale: weight(weights, `${name}.weight`),
    shift: weight(weights, `${name}.bias`),
    groups,
  }
}

/** SAME convolution with bias, stride 1; for the input image, which needs no gradient. */
export function inputConvolution(context: LayerContext, name: string, x: Tensor4D): Tensor4D {
  const { tape, weights } = context
  const kernel = weight(weights, `${name}.weight`) as Tensor4D
  const bias = weight(weights, `${name}.bias`)
  return tape.apply(
    [],
    () => ({ output: addBias(tf.conv2d(x, kernel, 1, 'same'), bias), saved: [x] }),
    (dy, [input]) => {
      tape.addGradient(`${name}.weight`, kernelGradient(input as Tensor4D, kernel, dy))
      tape.addGradient(`${name}.bias`, tf.sum(pixelSum(dy as Tensor4D), 0))
      return []
    },
  )
}

export interface NormConvolutionOptions {
  readonly resample?: 'none' | 'down' | 'up'
  /** Added to every pixel: [N,C]. */
  readonly embedding?: Tensor2D
  /** Added to the output. */
  readonly residual?: Tensor4D
  /** Drops each value with this probability before the convolution; the seed makes it repeatable. */
  readonly dropout?: { readonly rate: number; readonly seed: () => Tensor } | undefined
}

/**
 * GroupNorm → SiLU → (resample) → (dropout) → 3×3 convolution, then bias, embedding and residual are added.
 * The input and what dropout keeps are remembered for the gradient; the rest is computed again.
 */
export function normConvolution(
  context: LayerContext,
  normName: string,
  convolutionName: string,
  x: Tensor4D,
  { resample = 'none', embedding, residual, dropout }: NormConvolutionOptions = {},
): Tensor4D {
  const { tape, weights } = context
  const norm = normWeights(context, normName)
  const stored = weight(weights, `${convolutionName}.weight`) as Tensor4D
  const bias = weight(weights, `${convolutionName}.bias`)
  const rate = dropout?.rate ?? 0
  // Dropout's factor is taken to the kernel, which is smaller than the images.
  const scaled = <T extends Tensor>(tensor: T): T =>
    rate > 0 ? tf.mul(tensor, 1 / (1 - rate)) : tensor
  const masked = (values: Tensor4D, mask: Tensor | undefined) =>
    mask ? (tf.mul(values, tf.cast(mask, 'float32')) as Tensor4D) : values

  const forward = () => {
    const { output, statistics } = groupNorm(x, norm, true)
    const activated = resampled(output, resample)
    const mask =
      dropout && rate > 0 ? dropoutMask(activated.shape, rate, dropout.seed()) : undefined
    const convolved = tf.conv2d(masked(activated, mask), scaled(stored), 1, 'same')
    // One image has one embedding, which is a bias.
    const single = embedding?.shape[0] === 1
    const one = single ? (tf.reshape(tf.add(embedding, bias), [-1]) as Tensor) : bias
    const biased = addBias(convolved, one)
    const shifted =
      embedding && !single ? tf.add(biased, embedding.expandDims(1).expandDims(1)) : biased
    return {
      output: residual ? tf.add(shifted, residual) : shifted,
      saved: [x, statistics.mean, statistics.inverse, ...(mask ? [mask] : [])],
    }
  }
  const backward = (gradient: Tensor, saved: readonly Tensor[]) => {
    const dy = gradient as Tensor4D
    const [input, mean, inverse, mask] = saved as [Tensor4D, Tensor4D, Tensor4D, Tensor?]
    const again = groupNormAgain(input, { mean, inverse }, norm, true)
    tf.tidy(() => {
      const prepared = masked(resampled(again.output, resample), mask)
      tape.addGradient(`${convolutionName}.weight`, scaled(kernelGradient(prepared, stored, dy)))
    })
    const dEmbedding = pixelSum(dy)
    tape.addGradient(`${convolutionName}.bias`, tf.sum(dEmbedding, 0))
    const dx = tf.tidy(() => {
      const [n, h, w] = dy.shape
      const shape = tf.tensor1d([n, h, w, stored.shape[2]], 'int32')
      const dPrepared = op<Tensor4D>('Conv2DBackpropInput', [shape, scaled(stored), dy], {
        ...convolutionAttributes,
        T: { type: 'float32' },
      })
      const dActivated = resampledGradient(masked(dPrepared, mask), resample)
      const { dx, scale, shift } = again.backward(dActivated)
      tape.addGradient(`${normName}.weight`, scale)
      tape.addGradient(`${normName}.bias`, shift)
      return dx
    })
    return [dx, ...(embedding ? [dEmbedding] : []), ...(residual ? [dy] : [])]
  }
  const inputs = [x, ...(embedding ? [embedding] : []), ...(residual ? [residual] : [])]
  return tape.apply(inputs, forward, backward)
}

/** Product with a [I,O] matrix plus bias over the last axis; 1×1 convolutions too. */
export function linear<T extends Tensor>({ tape, weights }: LayerContext, name: string, x: T): T {
  const stored = weight(weights, `${name}.weight`)
  const bias = weight(weights, `${name}.bias`)
  const [input, output] = stored.shape.slice(-2) as [number, number]
  const rows = (tensor: Tensor, columns: number) => tf.reshape(tensor, [-1, columns]) as Tensor2D
  return tape.apply(
    [x],
    () => {
      const product = tf.matMul(rows(x, input), rows(stored, output))
      const shape = [...x.shape.slice(0, -1), output]
      return { output: tf.reshape(addBias(product, bias), shape), saved: [x] }
    },
    (dy, [saved]) => {
      const gradient = rows(dy, output)
      const product = tf.matMul(rows(saved!, input), gradient, true)
      tape.addGradient(`${name}.weight`, tf.reshape(product, stored.shape))
      tape.addGradient(`${name}.bias`, tf.sum(gradient, 0))
      return [tf.reshape(tf.matMul(gradient, rows(stored, output), false, true), x.shape)]
    },
  )
}

/** x·σ(x) */
export function silu<T extends Tensor>({ tape }: LayerContext, x: T): T {
  return tape.apply(
    [x],
    () => ({ output: tf.mul(x, tf.sigmoid(x)), saved: [x] }),
    (dy, [saved]) => {
      const sigma = tf.sigmoid(saved!)
      return [tf.mul(dy, tf.add(sigma, op('SigmoidGrad', [sigma, saved!])))]
    },
  )
}

/** Joins two feature maps on their channels. */
export function joinChannels({ tape }: LayerContext, a: Tensor4D, b: Tensor4D): Tensor4D {
  const channels = [a.shape[3], b.shape[3]]
  return tape.apply(
    [a, b],
    () => ({ output: tf.concat([a, b], 3) }),
    (dy) => tf.split(dy, channels, 3),
  )
}

/** Halves or doubles the sides without weights. */
export function resample(
  { tape }: LayerContext,
  x: Tensor4D,
  way: 'none' | 'down' | 'up',
): Tensor4D {
  if (way === 'none') return x
  return tape.apply(
    [x],
    () => ({ output: resampled(x, way) }),
    (dy) => [resampledGradient(dy as Tensor4D, way)],
  )
}

function resampled(x: Tensor4D, way: 'none' | 'down' | 'up'): Tensor4D {
  if (way === 'none') return x
  return way === 'down' ? averagePool2(x) : repeatPixels2(x)
}

function resampledGradient(dy: Tensor4D, way: 'none' | 'down' | 'up'): Tensor4D {
  if (way === 'none') return dy
  return tf.tidy(() =>
    way === 'down' ? tf.mul(repeatPixels2(dy), 0.25) : tf.mul(averagePool2(dy), 4),
  )
}

const convolutionAttributes = { strides: [1, 1, 1, 1], padding: 'SAME', data_format: 'NHWC' }

/** Adds a bias over the last axis. TensorFlow computes this operation together with the product before it. */
function addBias<T extends Tensor>(x: T, bias: Tensor): T {
  return op('BiasAdd', [x, bias], { data_format: 'NHWC' })
}

/** Sum over height and width: [N,H,W,C] → [N,C]. */
function pixelSum(x: Tensor4D): Tensor2D {
  const [n, h, w, c] = x.shape
  return tf.reshape(tf.mul(channelMean(x), h * w), [n, c])
}

function kernelGradient(x: Tensor4D, kernel: Tensor4D, dy: Tensor): Tensor {
  const shape = tf.tensor1d(kernel.shape, 'int32')
  return op('Conv2DBackpropFilter', [x, shape, dy], convolutionAttributes)
}
