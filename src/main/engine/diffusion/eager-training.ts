import type { ModelConfig } from '../../../shared/config/run-config.ts'
import { Adam } from '../nn/adam.ts'
import { dropoutSeeds, type DropoutKey } from '../nn/dropout.ts'
import { Ema } from '../nn/ema.ts'
import { Tape } from '../nn/tape.ts'
import { Unet } from '../nn/unet.ts'
import { op, tf, valuesOf, type Tensor } from '../tf.ts'
import { addLossGradients, type NoisyBatch } from './loss.ts'
import type { TrainingOptions, TrainingState, TrainingStep } from './training-step.ts'

/** The training step operation by operation, for where it cannot be compiled. */
export class EagerTraining implements TrainingStep {
  readonly #unet: Unet
  readonly #adam: Adam
  readonly #ema: Ema | null
  readonly #tape = new Tape(true)

  /** @param state copied */
  constructor(config: ModelConfig, state: TrainingState, options: TrainingOptions) {
    const { weightDecay, emaDecay } = options
    this.#unet = new Unet(config, copied(state.weights))
    this.#adam = new Adam(state.weights, { learningRate: 0, weightDecay, decay: 'coupled' }, state)
    this.#ema = emaDecay === null ? null : new Ema(state.average ?? state.weights, emaDecay)
  }

  get step(): number {
    return this.#adam.step
  }

  accumulate(batch: NoisyBatch, batchSize: number, dropout: DropoutKey): number {
    const seeds = this.#unet.config.dropout > 0 ? dropoutSeeds(dropout) : null
    return addLossGradients(this.#unet, this.#tape, batch, batchSize, seeds)
  }

  apply(learningRate: number): number {
    const { gradients } = this.#tape
    const norm = gradientNorm([...gradients.values()])
    const old = this.#unet.weights
    this.#unet.weights = this.#adam.update(old, gradients, learningRate)
    tf.dispose([...old.values()])
    this.#ema?.update(this.#unet.weights)
    this.#tape.dispose()
    return norm
  }

  forget(): void {
    this.#tape.dispose()
  }

  resize(): void {
    this.forget()
  }

  state(): TrainingState {
    return {
      ...this.#adam.state(),
      weights: copied(this.#unet.weights),
      average: this.#ema?.weights() ?? null,
    }
  }

  dispose(): void {
    this.#tape.dispose()
    this.#unet.dispose()
    this.#adam.dispose()
    this.#ema?.dispose()
  }
}

/** Length of gradients as one vector. */
function gradientNorm(gradients: readonly Tensor[]): number {
  const [half] = valuesOf(() => tf.addN(gradients.map((gradient) => op('L2Loss', [gradient]))))
  return Math.sqrt(2 * half!)
}

function copied(weights: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  return new Map([...weights].map(([name, tensor]) => [name, tf.keep(tensor.clone())]))
}
