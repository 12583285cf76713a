/** Domain adaptation of the feature extractor, DDAD section 3.4. */
import type { AdaptationConfig } from '../../../shared/config/run-config.ts'
import { Adam } from '../nn/adam.ts'
import { Tape } from '../nn/tape.ts'
import { tf, type Tensor, type Tensor4D } from '../tf.ts'
import { createExtractor, type Extractor } from './extractor.ts'
import type { ResNetWeights } from './resnet-weights.ts'
import type { Stages } from './resnet.ts'
import { TrainableResNet } from './trainable-resnet.ts'

const EPSILON = 1e-8

/** The extractor φ̂ in adaptation, beside the frozen one φ* that it must not leave too far. */
export class Adaptation {
  private readonly distillationWeight: number
  private readonly frozen: Extractor
  private readonly network: TrainableResNet
  private readonly adam: Adam

  constructor(
    weights: ResNetWeights,
    {
      learningRate,
      weightDecay,
      distillationWeight,
    }: Pick<AdaptationConfig, 'learningRate' | 'weightDecay' | 'distillationWeight'>,
  ) {
    this.distillationWeight = distillationWeight
    this.frozen = createExtractor(weights)
    this.network = new TrainableResNet(weights)
    const options = { learningRate, weightDecay, decay: 'decoupled' } as const
    this.adam = new Adam(this.network.weights, options)
  }

  /**
   * One optimiser step on reconstructions x̂ and their targets y, [N, S, S, 3] in −1 … 1. Summed over the three
   * layers: d(φ̂(x̂), φ̂(y)) + λ·d(φ̂(y), φ*(y)) + λ·d(φ̂(x̂), φ*(x̂)), d the mean of 1 − cosine over whole feature
   * maps. The reconstructions pass first, which the running statistics depend on.
   * @returns the loss before the step
   */
  step(reconstructions: Tensor4D, targets: Tensor4D): number {
    const tape = new Tape(true)
    try {
      const loss = tf.tidy(() => {
        const frozen = [...this.frozenStages(reconstructions), ...this.frozenStages(targets)]
        const adapted = [
          ...this.network.stages(tape, reconstructions),
          ...this.network.stages(tape, targets),
        ]
        const value = tape.apply(
          adapted,
          () => ({ output: this.loss(adapted, frozen), saved: adapted }),
          (dy, saved) => tf.grads((...stages) => this.loss(stages, frozen))([...saved], dy),
        )
        tape.backward(value, tf.scalar(1))
        return value.dataSync()[0]!
      })
      const old = this.network.weights
      this.network.weights = this.adam.update(old, tape.gradients)
      tf.dispose([...old.values()])
      this.network.updateStatistics()
      return loss
    } finally {
      tape.dispose()
      this.network.discardStatistics()
    }
  }

  /** Of the stages of the reconstructions, then of their targets. */
  private loss(adapted: readonly Tensor[], frozen: readonly Tensor[]): Tensor {
    const [reconstructions, targets] = [adapted.slice(0, 3), adapted.slice(3)]
    return tf.add(
      distance(reconstructions, targets),
      tf.mul(
        tf.add(distance(targets, frozen.slice(3)), distance(reconstructions, frozen.slice(0, 3))),
        this.distillationWeight,
      ),
    )
  }

  /** The adapted weights with their running statistics, a copy. */
  toWeights(): ResNetWeights {
    return this.network.toWeights()
  }

  dispose(): void {
    this.frozen.dispose()
    this.network.dispose()
    this.adam.dispose()
  }

  private frozenStages(images: Tensor4D): Stages {
    return this.frozen.stages(this.frozen.normalise(images))
  }
}

/** Sum over the layers of the mean over images of 1 − cosine between whole feature maps. */
function distance(a: readonly Tensor[], b: readonly Tensor[]): Tensor {
  const layers = a.map((features, layer) => {
    const [x, y] = [flat(features), flat(b[layer]!)]
    const norm = (values: Tensor) => tf.maximum(tf.sqrt(tf.sum(tf.square(values), 1)), EPSILON)
    const cosine = tf.div(tf.sum(tf.mul(x, y), 1), tf.mul(norm(x), norm(y)))
    return tf.sub(1, tf.mean(cosine))
  })
  return tf.addN(layers)
}

function flat(features: Tensor): Tensor {
  return tf.reshape(features, [features.shape[0]!, -1])
}
