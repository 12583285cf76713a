import { toFloat32 } from '../formats/array-tensor.ts'
import { fromTorch, toTorch } from '../nn/layout.ts'
import type { Tape } from '../nn/tape.ts'
import { tf, type Tensor, type Tensor1D, type Tensor4D } from '../tf.ts'
import { normaliseImages } from './normalise.ts'
import { normOf, type ResNetWeights } from './resnet-weights.ts'
import { runResNet, type Stages } from './resnet.ts'
import { trainedJoin, trainedPool, trainedUnit, type BatchStatistics } from './training-layers.ts'

/** Share of the newest batch in the running statistics; torch.nn.BatchNorm2d's default, for both forms. */
const MOMENTUM = 0.1

interface Report extends BatchStatistics {
  readonly norm: string
}

/**
 * A ResNet in training mode: batch normalisation takes each batch's own statistics and follows them with its
 * running ones. Keras' own momentum would be 0.01; DDAD's behaviour is kept for both forms.
 */
export class TrainableResNet {
  /** Kernels [kh, kw, in, out], scales and offsets by torchvision's names. Owned by the network. */
  weights: Map<string, Tensor>
  private readonly source: ResNetWeights
  private readonly running: Map<string, Float32Array>
  private reports: Report[] = []

  constructor(source: ResNetWeights) {
    this.source = source
    this.weights = new Map()
    this.running = new Map()
    for (const [name, tensor] of source.tensors)
      if (name.includes('.running_')) this.running.set(name, toFloat32(tensor).slice())
      else this.weights.set(name, fromTorch(tensor))
  }

  /**
   * Runs the network on RGB images [N, S, S, 3] in −1 … 1; the tape can go back to its weights.
   * Call {@link updateStatistics} once afterwards.
   */
  stages(tape: Tape, images: Tensor4D): Stages {
    const { form, epsilon, blocks } = this.source
    const named = <T extends Tensor>(name: string) => [name, this.weights.get(name) as T] as const
    return runResNet(normaliseImages(images, form), form, blocks, {
      unit: (x, conv, stride, relu) => {
        const norm = normOf(conv)
        return trainedUnit(
          tape,
          x,
          {
            kernel: named(`${conv}.weight`),
            scale: named(`${norm}.weight`),
            offset: named(`${norm}.bias`),
          },
          { stride, relu, epsilon, ofImages: conv === 'conv1' },
          (statistics) => this.reports.push({ norm, ...statistics }),
        )
      },
      pool: (x) => trainedPool(tape, x),
      join: (a, b) => trainedJoin(tape, a, b),
    })
  }

  /** Takes the statistics of all passes since the last call into the running ones, in their order. */
  updateStatistics(): void {
    for (const { norm, mean, variance } of this.reports) {
      follow(this.running.get(`${norm}.running_mean`)!, mean)
      follow(this.running.get(`${norm}.running_var`)!, variance)
    }
    this.discardStatistics()
  }

  /** Forgets the statistics of passes that came to nothing. */
  discardStatistics(): void {
    for (const { mean, variance } of this.reports) tf.dispose([mean, variance])
    this.reports = []
  }

  /** A copy of the weights with the running statistics. */
  toWeights(): ResNetWeights {
    const tensors = new Map(
      [...this.source.tensors].map(([name, { shape }]) => {
        const statistic = this.running.get(name)
        if (statistic) return [name, { dtype: 'F32' as const, shape, data: statistic.slice() }]
        return [name, toTorch(this.weights.get(name)!, shape)]
      }),
    )
    return { ...this.source, tensors }
  }

  dispose(): void {
    this.discardStatistics()
    tf.dispose([...this.weights.values()])
  }
}

function follow(running: Float32Array, batch: Tensor1D): void {
  for (const [i, value] of batch.dataSync<'float32'>().entries())
    running[i] = (1 - MOMENTUM) * running[i]! + MOMENTUM * value
}
