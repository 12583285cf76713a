/** Layers of a ResNet in training mode on a tape: what a gradient needs is kept once, and freed as it goes back. */
import type { Tape } from '../nn/tape.ts'
import { op, opOutputs, tf, type Tensor, type Tensor1D, type Tensor4D } from '../tf.ts'
import { convolve, join, padSides, pool } from './resnet.ts'

export interface BatchStatistics {
  readonly mean: Tensor1D
  /** Unbiased: divided by count − 1, as the running variance is updated with. */
  readonly variance: Tensor1D
}

export interface UnitWeights {
  /** [kh, kw, in, out], and its name. */
  readonly kernel: readonly [string, Tensor4D]
  readonly scale: readonly [string, Tensor1D]
  readonly offset: readonly [string, Tensor1D]
}

/**
 * Convolves `[N, H, W, C]`, normalises by the batch's own mean and biased variance, scales and shifts, then
 * applies ReLU where asked.
 * @param ofImages whether `x` is the network's input, which needs no gradient
 * @param report is handed the batch's statistics; the receiver disposes of them
 */
export function trainedUnit(
  tape: Tape,
  x: Tensor4D,
  {
    kernel: [kernelName, kernel],
    scale: [scaleName, scale],
    offset: [offsetName, offset],
  }: UnitWeights,
  {
    stride,
    relu,
    epsilon,
    ofImages,
  }: {
    readonly stride: number
    readonly relu: boolean
    readonly epsilon: number
    readonly ofImages: boolean
  },
  report: (statistics: BatchStatistics) => void,
): Tensor4D {
  const settings = {
    U: { type: 'float32' },
    epsilon: { float: epsilon },
    is_training: true,
  } as const
  const forward = () => {
    const convolved = convolve(x, kernel, stride)
    const none = tf.zeros([0])
    const [y, mean, variance, ...reserved] = opOutputs(
      'FusedBatchNormV3',
      [convolved, scale, offset, none, none],
      settings,
      6,
    ) as [Tensor4D, Tensor1D, Tensor1D, ...Tensor[]]
    report({ mean: tf.keep(mean), variance: tf.keep(variance) })
    const output = relu ? tf.relu(y) : y
    return { output, saved: [x, convolved, ...reserved, ...(relu ? [output] : [])] }
  }
  const backward = (dy: Tensor, saved: readonly Tensor[]) => {
    const [input, convolved, r1, r2, r3, output] = saved as [
      ...[Tensor4D, Tensor, Tensor, Tensor, Tensor],
      Tensor?,
    ]
    const dNormalised = output ? op('ReluGrad', [dy, output]) : dy
    const [dConvolved, dScale, dOffset] = opOutputs(
      'FusedBatchNormGradV3',
      [dNormalised, convolved, scale, r1, r2, r3],
      settings,
      5,
    ) as [Tensor, Tensor, Tensor]
    tape.addGradient(scaleName, dScale)
    tape.addGradient(offsetName, dOffset)
    const side = stride === 1 ? 0 : (kernel.shape[0] - 1) / 2
    const padded = padSides(input, side)
    const attributes = {
      strides: [1, stride, stride, 1],
      padding: stride === 1 ? 'SAME' : 'VALID',
      data_format: 'NHWC',
    }
    const shapeOf = ({ shape }: Tensor) => tf.tensor1d(shape, 'int32')
    tape.addGradient(
      kernelName,
      op('Conv2DBackpropFilter', [padded, shapeOf(kernel), dConvolved], attributes),
    )
    if (ofImages) return []
    const dPadded = op<Tensor4D>('Conv2DBackpropInput', [shapeOf(padded), kernel, dConvolved], {
      ...attributes,
      T: { type: 'float32' },
    })
    return [inner(dPadded, input, side)]
  }
  return tape.apply(ofImages ? [] : [x], forward, backward)
}

export function trainedPool(tape: Tape, x: Tensor4D): Tensor4D {
  return tape.apply(
    [x],
    () => {
      const output = pool(x)
      return { output, saved: [x, output] }
    },
    (dy, saved) => {
      const [input, output] = saved as [Tensor4D, Tensor4D]
      const dPadded = op<Tensor4D>('MaxPoolGrad', [padSides(input, 1), output, dy], {
        ksize: [1, 3, 3, 1],
        strides: [1, 2, 2, 1],
        padding: 'VALID',
        data_format: 'NHWC',
      })
      return [inner(dPadded, input, 1)]
    },
  )
}

export function trainedJoin(tape: Tape, a: Tensor4D, b: Tensor4D): Tensor4D {
  return tape.apply(
    [a, b],
    () => {
      const output = join(a, b)
      return { output, saved: [output] }
    },
    (dy, [output]) => {
      const gradient = op('ReluGrad', [dy, output!])
      return [gradient, gradient]
    },
  )
}

/** What belongs to an image, without the sides that were added to it. */
function inner(padded: Tensor4D, { shape }: Tensor4D, side: number): Tensor4D {
  return side === 0 ? padded : tf.slice(padded, [0, side, side, 0], shape)
}
