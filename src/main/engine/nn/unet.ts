import type { ModelConfig } from '../../../shared/config/run-config.ts'
import { tf, type Tensor2D, type Tensor4D } from '../tf.ts'
import { attention } from './attention.ts'
import type { DropoutSeeds } from './dropout.ts'
import {
  inputConvolution,
  joinChannels,
  linear,
  normConvolution,
  resample,
  silu,
  type LayerContext,
  type Weights,
} from './layers.ts'
import { Tape } from './tape.ts'
import { timestepEmbedding } from './timestep-embedding.ts'
import { planUnet, type BlockPlan, type ResidualPlan, type UnetPlan } from './unet-plan.ts'

/** t of each image, 0 … 999, or its {@link timestepEmbedding}, [N,base channels]. */
export type Timesteps = readonly number[] | Tensor2D

/** DDAD's noise predictor ε_θ(x_t, t). It owns its weights. */
export class Unet {
  readonly config: ModelConfig
  /** By state-dict name, in TensorFlow's layouts. */
  weights: Weights
  private readonly plan: UnetPlan

  constructor(config: ModelConfig, weights: Weights) {
    this.config = config
    this.weights = weights
    this.plan = planUnet(config)
  }

  /**
   * Predicts the noise. Runs inside or outside a `tf.tidy`; the result belongs to the caller.
   * @param x [N,S,S,3] noisy images
   * @param steps t of each image, 0 … 999
   */
  predict(x: Tensor4D, steps: Timesteps): Tensor4D {
    return this.run(new Tape(false), x, steps, null)
  }

  /**
   * As {@link predict}, recorded for gradients and with dropout when the model has one. Call it inside a
   * `tf.tidy` that also encloses `tape.backward`.
   */
  predictRecorded(
    tape: Tape,
    x: Tensor4D,
    steps: Timesteps,
    dropout: DropoutSeeds | null,
  ): Tensor4D {
    return this.run(tape, x, steps, dropout)
  }

  dispose(): void {
    tf.dispose([...this.weights.values()])
  }

  private run(tape: Tape, x: Tensor4D, steps: Timesteps, dropout: DropoutSeeds | null): Tensor4D {
    const context: LayerContext = { tape, weights: this.weights, groups: this.config.groups }
    return tf.tidy(() => {
      const embedding = this.embedSteps(context, steps)
      const pass: Pass = {
        context,
        embedding,
        dropout,
        heads: this.config.heads,
        rate: this.config.dropout,
      }
      let h = inputConvolution(context, 'down.0.0', x)
      const skips = [h]
      for (const blocks of this.plan.down) {
        h = runBlocks(pass, blocks, h)
        skips.push(h)
      }
      h = runBlocks(pass, this.plan.middle, h)
      for (const blocks of this.plan.up) {
        const skip = skips.pop()!
        const next = tf.tidy(() => runBlocks(pass, blocks, joinChannels(context, h, skip)))
        tf.dispose([h, skip])
        h = next
      }
      return normConvolution(context, 'out.0', 'out.2', h)
    })
  }

  private embedSteps(context: LayerContext, steps: Timesteps): Tensor2D {
    const base = this.plan.base
    const waves =
      steps instanceof tf.Tensor
        ? steps
        : tf.tensor2d(timestepEmbedding(steps, base), [steps.length, base])
    const hidden = linear(context, 'time_embedding.1', waves)
    // Every block takes the SiLU of the embedding first.
    return silu(context, linear(context, 'time_embedding.3', silu(context, hidden)))
  }
}

interface Pass {
  readonly context: LayerContext
  readonly embedding: Tensor2D
  readonly dropout: DropoutSeeds | null
  readonly heads: number
  readonly rate: number
}

function runBlocks(pass: Pass, blocks: readonly BlockPlan[], x: Tensor4D): Tensor4D {
  return tf.tidy(() => {
    let h = x
    for (const block of blocks) {
      h =
        block.kind === 'attention'
          ? attention(pass.context, block.name, h, pass.heads)
          : residualBlock(pass, block, h)
    }
    return h
  })
}

function residualBlock(pass: Pass, block: ResidualPlan, x: Tensor4D): Tensor4D {
  const { context, dropout, rate } = pass
  const { name } = block
  return tf.tidy(() => {
    const embedding = linear(context, `${name}.embed_layers.1`, pass.embedding)
    const h = normConvolution(context, `${name}.in_layers.0`, `${name}.in_layers.2`, x, {
      resample: block.resample,
      embedding,
    })
    const same = resample(context, x, block.resample)
    const residual =
      block.input === block.output ? same : linear(context, `${name}.skip_connection`, same)
    return normConvolution(context, `${name}.out_layers.0`, `${name}.out_layers.3`, h, {
      residual,
      dropout: dropout ? { rate, seed: () => dropout(name) } : undefined,
    })
  })
}
