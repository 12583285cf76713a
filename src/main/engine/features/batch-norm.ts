/** Batch normalisation in training mode with a backward pass that keeps only its input. */
import { op, opOutputs, tf, type Tensor, type Tensor1D, type Tensor4D } from '../tf.ts'

export interface BatchStatistics {
  readonly mean: Tensor1D
  /** Unbiased: divided by count − 1, as the running variance is updated with. */
  readonly variance: Tensor1D
}

/**
 * Normalises `[N, H, W, C]` by the batch's own mean and biased variance, scales and shifts, then applies
 * ReLU where asked. Differentiable in `x`, `scale` and `offset`.
 * @param report is handed the batch's statistics; the receiver disposes of them
 */
export function batchNormTraining(
  x: Tensor4D,
  scale: Tensor1D,
  offset: Tensor1D,
  epsilon: number,
  relu: boolean,
  report: (statistics: BatchStatistics) => void,
): Tensor4D {
  const settings = {
    U: { type: 'float32' },
    epsilon: { float: epsilon },
    is_training: true,
  } as const
  const normalise = tf.customGrad((...args) => {
    const [x, scale, offset] = args as unknown as [Tensor4D, Tensor1D, Tensor1D]
    const save = args[3] as unknown as (tensors: Tensor[]) => void
    const none = tf.zeros([0])
    const [y, mean, variance, ...reserved] = opOutputs(
      'FusedBatchNormV3',
      [x, scale, offset, none, none],
      settings,
      6,
    ) as [Tensor4D, Tensor1D, Tensor1D, ...Tensor[]]
    report({ mean: tf.keep(mean), variance: tf.keep(variance) })
    const value = relu ? tf.relu(y) : y
    // Without ReLU its output is not needed again.
    save(relu ? [x, scale, ...reserved, value] : [x, scale, ...reserved])
    return {
      value,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [x, scale, r1, r2, r3, value] = saved as [
          Tensor,
          Tensor,
          Tensor,
          Tensor,
          Tensor,
          Tensor?,
        ]
        const upstream = value ? op('ReluGrad', [dy, value]) : dy
        return opOutputs(
          'FusedBatchNormGradV3',
          [upstream, x, scale, r1, r2, r3],
          settings,
          5,
        ).slice(0, 3)
      },
    }
  })
  return normalise(x, scale, offset)
}
