import { setImmediate } from 'node:timers/promises'
import type { RunConfig } from '../../../shared/config/run-config.ts'
import { DdadError } from '../../../shared/errors.ts'
import { EagerTraining } from '../diffusion/eager-training.ts'
import type { TrainingState, TrainingStep } from '../diffusion/training-step.ts'
import type { ArrayTensor } from '../formats/array-tensor.ts'
import { eagerWanted } from '../graph/compile.ts'
import { CompiledTraining } from '../graph/compiled-training.ts'
import { toTorch } from '../nn/layout.ts'
import { unetParameters } from '../nn/unet-parameters.ts'
import { normalTensor, randomFor } from '../random-streams.ts'
import { tf, type Tensor, type Tensor4D } from '../tf.ts'
import type { Checkpoint } from './checkpoint.ts'
import { isOutOfMemory } from '../out-of-memory.ts'
import { startOf, stateOf } from './training-state.ts'

type Arrays = ReadonlyMap<string, ArrayTensor>

export interface TrainerOptions {
  /** What errors call the checkpoint. */
  readonly file?: string
  /** Operation by operation from the start. */
  readonly eager?: boolean
  /** Told of what is done in another way than asked for. */
  readonly warn?: (text: string) => void
}

/** What one optimiser step tells. */
export interface StepReport {
  /** Before the step. */
  readonly loss: number
  /** Length of the gradient of all weights as one vector. */
  readonly gradientNorm: number
}

/** The network in training: weights, optimiser and average, and how to take one step. */
export class Trainer {
  private readonly config: RunConfig
  private readonly training: TrainingStep
  private readonly warn: (text: string) => void
  private microBatch: number

  /**
   * @param checkpoint what is continued; null starts from new weights
   * @throws DdadError BAD_FILE when the checkpoint does not fit, OUT_OF_MEMORY when not even one image fits
   */
  constructor(config: RunConfig, checkpoint: Checkpoint | null, options: TrainerOptions = {}) {
    const { training } = config
    this.config = config
    this.warn = options.warn ?? (() => {})
    this.microBatch = evenPart(training.batchSize, training.microBatch)
    const state = checkpoint ? stateOf(checkpoint, config, options.file) : startOf(config)
    try {
      this.training = this.open(state, options.eager ?? eagerWanted())
    } finally {
      for (const tensors of [state.weights, state.m, state.v, state.average])
        if (tensors) tf.dispose([...tensors.values()])
    }
  }

  /** Optimiser steps done. */
  get step(): number {
    return this.training.step
  }

  /** Operations of a step; null where it is not compiled. */
  get operations(): number | null {
    return this.training instanceof CompiledTraining ? this.training.operations : null
  }

  /**
   * Takes one optimiser step. When memory runs out, the micro-batch is halved and the step taken again.
   * Between micro-batches other work goes on: at full size a step takes minutes on a processor.
   *
   * @param images [B,S,S,3] in −1 … 1
   * @param timesteps t of each image
   * @param signal once aborted, the step is given up before its next micro-batch: null, and nothing has changed
   * @throws DdadError OUT_OF_MEMORY when not even one image fits, INVALID_INPUT when the loss is not finite
   */
  async advance(
    images: Float32Array,
    timesteps: readonly number[],
    signal?: AbortSignal,
  ): Promise<StepReport | null> {
    const loss = await this.accumulateWithinMemory(images, timesteps, signal)
    if (loss === null) {
      this.training.forget()
      return null
    }
    if (!Number.isFinite(loss)) throw diverged(this.step, loss)
    try {
      return { loss, gradientNorm: this.training.apply(this.config.training.learningRate) }
    } catch (error) {
      // Some weights may have changed already; smaller micro-batches would not help either.
      throw isOutOfMemory(error) ? tooLarge(error) : error
    }
  }

  /** A copy of everything that is needed to continue. */
  checkpoint(): Checkpoint {
    const { step, weights, m, v, average } = this.training.state()
    try {
      return {
        config: this.config,
        step,
        weights: this.moved(weights),
        m: this.moved(m),
        v: this.moved(v),
        ema: average && this.moved(average),
      }
    } finally {
      // Those are left that something has failed before.
      for (const tensors of [weights, m, v, average]) if (tensors) tf.dispose([...tensors.values()])
    }
  }

  dispose(): void {
    this.training.dispose()
  }

  /** Compiled where that is possible. */
  private open(state: TrainingState, eager: boolean): TrainingStep {
    const { model, training } = this.config
    if (eager) return new EagerTraining(model, state, training)
    for (;;) {
      try {
        return new CompiledTraining(model, state, training, this.microBatch)
      } catch (error) {
        if (isOutOfMemory(error)) {
          this.halve(error)
          continue
        }
        this.warn(
          `The training step could not be compiled and runs operation by operation, more slowly: ${reason(error)}`,
        )
        return new EagerTraining(model, state, training)
      }
    }
  }

  /** Halves the micro-batch after a failure for lack of memory; throws any other. */
  private halve(error: unknown): void {
    if (!isOutOfMemory(error)) throw error
    if (this.microBatch === 1) throw tooLarge(error)
    this.microBatch = Math.floor(this.microBatch / 2)
    this.warn(`Memory ran out; training goes on with ${this.microBatch} images at a time.`)
  }

  private async accumulateWithinMemory(
    images: Float32Array,
    timesteps: readonly number[],
    signal?: AbortSignal,
  ): Promise<number | null> {
    for (;;) {
      try {
        return await this.accumulate(images, timesteps, signal)
      } catch (error) {
        this.halve(error)
        this.training.resize(this.microBatch)
      }
    }
  }

  /** Gradients of the whole batch, micro-batch by micro-batch; returns the loss, or null when given up. */
  private async accumulate(
    images: Float32Array,
    timesteps: readonly number[],
    signal?: AbortSignal,
  ): Promise<number | null> {
    const { seed, model } = this.config
    const side = model.imageSize
    const pixels = side * side * 3
    let loss = 0
    for (let first = 0; first < timesteps.length; first += this.microBatch) {
      // Lets messages in, which is how an abort arrives.
      await setImmediate()
      if (signal?.aborted) return null
      const steps = timesteps.slice(first, first + this.microBatch)
      const count = steps.length
      loss += tf.tidy(() => {
        const values = images.slice(first * pixels, (first + count) * pixels)
        const batch = {
          images: tf.tensor4d(values, [count, side, side, 3]),
          noise: this.noise(first, count),
          steps,
        }
        return this.training.accumulate(batch, timesteps.length, {
          seed,
          step: this.step,
          part: first,
        })
      })
    }
    return loss
  }

  /** ε of images of this step, each from a sequence of its own, so that micro-batches do not matter. */
  private noise(first: number, count: number): Tensor4D {
    const { seed, model } = this.config
    const shape = [1, model.imageSize, model.imageSize, 3]
    return tf.tidy(() =>
      tf.concat(
        Array.from(
          { length: count },
          (_, i) => normalTensor(shape, randomFor(seed, 'noise', this.step, first + i)) as Tensor4D,
        ),
      ),
    )
  }

  /** Tensors as arrays, one after the other: each is given back before the next is copied. */
  private moved(tensors: ReadonlyMap<string, Tensor>): Arrays {
    return new Map(
      unetParameters(this.config.model).map(({ name, shape }) => {
        const tensor = tensors.get(name)!
        const array = toTorch(tensor, shape)
        tensor.dispose()
        return [name, array]
      }),
    )
  }
}

/** The largest micro-batch up to the wanted one that leaves the last part of a batch as full as can be. */
function evenPart(batchSize: number, wanted: number): number {
  return Math.ceil(batchSize / Math.ceil(batchSize / Math.min(wanted, batchSize)))
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function diverged(step: number, loss: number): DdadError {
  return new DdadError(
    'INVALID_INPUT',
    `Training diverged: the loss of step ${step + 1} is ${loss}. The last checkpoint is kept. ` +
      'Start a run with a lower learning rate.',
  )
}

function tooLarge(cause: unknown): DdadError {
  return new DdadError(
    'OUT_OF_MEMORY',
    'There is not enough memory for a single image. The last checkpoint is kept. ' +
      'Choose a smaller image size or fewer base channels, or close other programs that use the device. ' +
      'Without a GPU, TF_ONEDNN_USE_SYSTEM_ALLOCATOR=1 in the environment lets TensorFlow use more ' +
      'than 3 GB, more slowly.',
    { cause },
  )
}
