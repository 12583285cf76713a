import type { ModelConfig } from '../../../shared/config/run-config.ts'
import { DdadError } from '../../../shared/errors.ts'
import type { NoisyBatch } from '../diffusion/loss.ts'
import { alphaBarAt } from '../../../shared/diffusion/schedule.ts'
import { Tape } from '../nn/tape.ts'
import type { Weights } from '../nn/layers.ts'
import { Unet } from '../nn/unet.ts'
import { tf, type Tensor, type Tensor2D, type Tensor4D } from '../tf.ts'
import { ADAM_BETA1, ADAM_BETA2, adamStep } from './adam-step.ts'
import { compileProgram, type Program } from './compile.ts'
import type { GraphFunction } from './program-definition.ts'
import {
  imagesSpec,
  padded,
  paddedImages,
  perSampleSpec,
  specsOf,
  waves,
  wavesSpec,
} from './unet-inputs.ts'

export interface CompiledTrainingOptions {
  /** Images of one pass; fewer are filled up. */
  readonly microBatch: number
  readonly weightDecay: number
  /** Of an exponential moving average of the weights; null keeps none. */
  readonly emaDecay: number | null
}

/** What is continued; tensors by weight name. */
export interface TrainingState {
  readonly step: number
  readonly weights: Weights
  readonly m: Weights
  readonly v: Weights
  readonly average: Weights | null
}

const groups = ['m', 'v', 'gradient', 'average'] as const
type Group = (typeof groups)[number]

/**
 * DDAD's training step, compiled: gradients of micro-batches are summed in place, then Adam takes its step.
 * Weights, moments, average and sums live inside TensorFlow. Models with dropout cannot be compiled, as a
 * graph would repeat its masks.
 */
export class CompiledTraining {
  readonly #config: ModelConfig
  readonly #options: CompiledTrainingOptions
  readonly #names: readonly string[]
  readonly #groups: readonly Group[]
  readonly #program: Program
  #step: number

  /** @param state copied; moments that are not there (empty maps) start at zero */
  constructor(config: ModelConfig, state: TrainingState, options: CompiledTrainingOptions) {
    if (config.dropout > 0)
      throw new DdadError('INTERNAL', 'Training with dropout cannot be compiled')
    this.#config = config
    this.#options = options
    this.#names = [...state.weights.keys()]
    this.#step = state.step
    const specs = specsOf(state.weights)
    this.#groups = groups.filter((group) => group !== 'average' || options.emaDecay !== null)
    const variables = this.#groups.flatMap((group) =>
      this.#names.map((name) => [`${group}/${name}`, specs[name]!] as const),
    )
    this.#program = compileProgram({
      variables: { ...specs, ...Object.fromEntries(variables) },
      functions: {
        accumulate: this.#accumulation(),
        apply: this.#application(),
        forget: this.#forgetting(),
      },
    })
    const start: Record<Group, Weights | null> = {
      ...state,
      gradient: null,
      average: state.average ?? state.weights,
    }
    tf.tidy(() => {
      const values = this.#groups.flatMap((group) =>
        Object.entries(this.#values(group, start[group], state.weights)),
      )
      // Each set of variables that is given together is prepared anew by TensorFlow: so all at once.
      this.#program.setVariables(Object.fromEntries([...state.weights, ...values]))
    })
  }

  /** Optimiser steps done. */
  get step(): number {
    return this.#step
  }

  /**
   * Adds the gradients of a part of a batch to the sums; as {@link addLossGradients}.
   * @returns this part's contribution to the batch's mean loss
   */
  accumulate({ images, noise, steps }: NoisyBatch, batchSize: number): number {
    const batch = this.#options.microBatch
    const numbers = (of: (step: number) => number) =>
      Float32Array.from(padded(steps.map(of), batch))
    return tf.tidy(() => {
      const { loss } = this.#program.call('accumulate', {
        images: paddedImages(images, batch),
        noise: paddedImages(noise, batch),
        signal: numbers((t) => Math.sqrt(alphaBarAt(t))),
        spread: numbers((t) => Math.sqrt(1 - alphaBarAt(t))),
        share: numbers(() => 2 / batchSize),
        waves: waves(this.#config, steps, batch),
      })
      const rows = loss!.dataSync<'float32'>()
      return rows.reduce((sum, row) => sum + row, 0) / 2
    })
  }

  /** Takes Adam's step with the summed gradients and sets the sums to zero. */
  apply(learningRate: number): void {
    this.#step += 1
    const correction1 = 1 - ADAM_BETA1 ** this.#step
    const correction2 = Math.sqrt(1 - ADAM_BETA2 ** this.#step)
    this.#program.call('apply', {
      rate: Float32Array.of(learningRate / correction1),
      correction: Float32Array.of(correction2),
    })
  }

  /** Copies of everything that is needed to continue, owned by the caller. */
  state(): TrainingState {
    const kept = this.#groups.filter((group) => group !== 'gradient')
    const names = ['', ...kept.map((group) => `${group}/`)].flatMap((prefix) =>
      this.#names.map((name) => `${prefix}${name}`),
    )
    const values = this.#program.variables(names)
    const group = (prefix: string) =>
      new Map(this.#names.map((name) => [name, values[`${prefix}${name}`]!]))
    return {
      step: this.#step,
      weights: group(''),
      m: group('m/'),
      v: group('v/'),
      average: kept.includes('average') ? group('average/') : null,
    }
  }

  /** Sets the sums of gradients to zero, as after a failed pass. */
  forget(): void {
    this.#program.call('forget')
  }

  dispose(): void {
    this.#program.dispose()
  }

  #accumulation(): GraphFunction {
    const config = this.#config
    const names = this.#names
    const batch = this.#options.microBatch
    const one = perSampleSpec(batch)
    const images = imagesSpec(config, batch)
    return {
      inputs: {
        images,
        noise: images,
        signal: one,
        spread: one,
        share: one,
        waves: wavesSpec(config, batch),
      },
      run: (inputs, variables) => {
        const { images, noise, signal, spread, share, waves } = inputs as Record<string, Tensor4D>
        const weights = new Map(names.map((name) => [name, variables[name]!]))
        const tape = new Tape(true)
        const noisy = tf.add(tf.mul(images!, signal!), tf.mul(noise!, spread!)) as Tensor4D
        const steps = waves as unknown as Tensor2D
        const predicted = new Unet(config, weights).predictRecorded(tape, noisy, steps, null)
        const difference = tf.sub(predicted, noise!)
        tape.backward(predicted, tf.mul(difference, share!))
        const gradients = [...tape.gradients].map(([name, gradient]): [string, Tensor] => [
          `gradient/${name}`,
          gradient.clone(),
        ])
        tape.dispose()
        const loss = tf.sum(tf.mul(tf.square(difference), share!), [2, 3])
        return { outputs: { loss }, additions: Object.fromEntries(gradients) }
      },
    }
  }

  #forgetting(): GraphFunction {
    const sums = this.#names.map((name) => `gradient/${name}`)
    return {
      inputs: {},
      run: (_, variables) => ({
        outputs: {},
        assignments: Object.fromEntries(sums.map((sum) => [sum, tf.zerosLike(variables[sum]!)])),
      }),
    }
  }

  #application(): GraphFunction {
    const names = this.#names
    const { weightDecay, emaDecay } = this.#options
    const scalar = { shape: [1], dtype: 'float32' } as const
    return {
      inputs: { rate: scalar, correction: scalar },
      run: ({ rate, correction }, variables) => {
        const assignments: Record<string, Tensor> = {}
        for (const name of names) {
          const old = (group: Group) => variables[`${group}/${name}`]!
          const gradient = old('gradient')
          const { weight, m, v } = adamStep(
            { weight: variables[name]!, m: old('m'), v: old('v') },
            gradient,
            { rate: rate!, correction: correction!, weightDecay },
          )
          assignments[name] = weight
          assignments[`m/${name}`] = m
          assignments[`v/${name}`] = v
          assignments[`gradient/${name}`] = tf.zerosLike(gradient)
          if (emaDecay === null) continue
          const average = old('average')
          const change = tf.mul(tf.sub(weight, average), 1 - emaDecay)
          assignments[`average/${name}`] = tf.add(average, change)
        }
        return { outputs: {}, assignments }
      },
    }
  }

  /** Variables of a group from tensors by weight name; zeros where there is none. */
  #values(group: Group, values: Weights | null, shapes: Weights): Record<string, Tensor> {
    return Object.fromEntries(
      [...shapes].map(([name, { shape }]) => [
        `${group}/${name}`,
        values?.get(name) ?? tf.zeros(shape),
      ]),
    )
  }
}
