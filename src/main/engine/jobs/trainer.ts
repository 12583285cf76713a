import type { RunConfig } from '../../../shared/config/run-config.ts'
import { DdadError } from '../../../shared/errors.ts'
import { addLossGradients } from '../diffusion/loss.ts'
import type { ArrayTensor } from '../formats/array-tensor.ts'
import { Adam } from '../nn/adam.ts'
import { Ema } from '../nn/ema.ts'
import { initialWeights } from '../nn/initialise.ts'
import { fromTorch, toTorch } from '../nn/layout.ts'
import { unetFromTensors } from '../nn/load-unet.ts'
import { Tape } from '../nn/tape.ts'
import { Unet } from '../nn/unet.ts'
import { unetParameters } from '../nn/unet-parameters.ts'
import { normalTensor, randomFor } from '../random-streams.ts'
import { tf, type Tensor, type Tensor4D } from '../tf.ts'
import type { Checkpoint } from './checkpoint.ts'
import { isOutOfMemory } from './out-of-memory.ts'

type Arrays = ReadonlyMap<string, ArrayTensor>
type Tensors = Map<string, Tensor>

/** The network in training: weights, optimiser and average, and how to take one step. */
export class Trainer {
  private readonly config: RunConfig
  private readonly unet: Unet
  private readonly adam: Adam
  private readonly ema: Ema | null
  private microBatch: number

  /** @param checkpoint what is continued; null starts from new weights */
  constructor(config: RunConfig, checkpoint: Checkpoint | null, file: string) {
    const { training } = config
    this.config = config
    this.microBatch = Math.min(training.microBatch, training.batchSize)
    this.unet = checkpoint
      ? unetFromTensors(checkpoint.weights, config.model, file)
      : new Unet(config.model, initialWeights(config.model, config.seed))
    const moments = checkpoint && { m: tensorsOf(checkpoint.m), v: tensorsOf(checkpoint.v) }
    this.adam = new Adam(
      this.unet.weights,
      { learningRate: training.learningRate, weightDecay: training.weightDecay, decay: 'coupled' },
      moments ? { step: checkpoint.step, ...moments } : undefined,
    )
    const average = checkpoint?.ema ? tensorsOf(checkpoint.ema) : null
    this.ema =
      training.emaDecay === null ? null : new Ema(average ?? this.unet.weights, training.emaDecay)
    disposeAll(moments?.m, moments?.v, average)
  }

  /** Optimiser steps done. */
  get step(): number {
    return this.adam.step
  }

  /**
   * Takes one optimiser step. When memory runs out, the micro-batch is halved and the step taken again.
   *
   * @param images [B,S,S,3] in −1 … 1
   * @param timesteps t of each image
   * @returns the loss before the step
   * @throws DdadError OUT_OF_MEMORY when not even one image fits, INVALID_INPUT when the loss is not finite
   */
  advance(
    images: Float32Array,
    timesteps: readonly number[],
    onSmaller: (microBatch: number) => void,
  ): number {
    for (;;) {
      const tape = new Tape(true)
      try {
        const loss = this.accumulate(tape, images, timesteps)
        if (!Number.isFinite(loss)) throw diverged(this.step, loss)
        const old = this.unet.weights
        this.unet.weights = this.adam.update(old, tape.gradients)
        tf.dispose([...old.values()])
        this.ema?.update(this.unet.weights)
        return loss
      } catch (error) {
        if (!isOutOfMemory(error)) throw error
        if (this.microBatch === 1) throw tooLarge(error)
        this.microBatch = Math.floor(this.microBatch / 2)
        onSmaller(this.microBatch)
      } finally {
        tape.dispose()
      }
    }
  }

  /** A copy of everything that is needed to continue. */
  checkpoint(): Checkpoint {
    const { m, v } = this.adam.state()
    const ema = this.ema?.weights() ?? null
    try {
      return {
        config: this.config,
        step: this.step,
        weights: this.arraysOf(this.unet.weights),
        m: this.arraysOf(m),
        v: this.arraysOf(v),
        ema: ema && this.arraysOf(ema),
      }
    } finally {
      disposeAll(m, v, ema)
    }
  }

  dispose(): void {
    this.unet.dispose()
    this.adam.dispose()
    this.ema?.dispose()
  }

  /** Gradients of the whole batch, micro-batch by micro-batch; returns the loss. */
  private accumulate(tape: Tape, images: Float32Array, timesteps: readonly number[]): number {
    const { seed, model } = this.config
    const side = model.imageSize
    const pixels = side * side * 3
    let loss = 0
    for (let first = 0; first < timesteps.length; first += this.microBatch) {
      const steps = timesteps.slice(first, first + this.microBatch)
      const count = steps.length
      loss += tf.tidy(() => {
        const values = images.slice(first * pixels, (first + count) * pixels)
        const batch = {
          images: tf.tensor4d(values, [count, side, side, 3]),
          noise: this.noise(first, count),
          steps,
        }
        const dropout = model.dropout > 0 ? { seed, step: this.step, part: first } : null
        return addLossGradients(this.unet, tape, batch, timesteps.length, dropout)
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

  private arraysOf(tensors: ReadonlyMap<string, Tensor>): Arrays {
    return new Map(
      unetParameters(this.config.model).map(({ name, shape }) => [
        name,
        toTorch(tensors.get(name)!, shape),
      ]),
    )
  }
}

function tensorsOf(arrays: Arrays): Tensors {
  return new Map([...arrays].map(([name, array]) => [name, fromTorch(array)]))
}

function disposeAll(...maps: readonly (ReadonlyMap<string, Tensor> | null | undefined)[]): void {
  for (const map of maps) if (map) tf.dispose([...map.values()])
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
