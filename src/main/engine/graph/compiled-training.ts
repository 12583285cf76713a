import type { ModelConfig } from '../../../shared/config/run-config.ts'
import type { NoisyBatch } from '../diffusion/loss.ts'
import { alphaBarAt } from '../../../shared/diffusion/schedule.ts'
import type { TrainingOptions, TrainingState, TrainingStep } from '../diffusion/training-step.ts'
import { dropoutBlocks, dropoutSeed, type DropoutKey } from '../nn/dropout.ts'
import type { Weights } from '../nn/layers.ts'
import { Tape } from '../nn/tape.ts'
import { Unet } from '../nn/unet.ts'
import { op, tf, type Tensor, type Tensor2D, type Tensor4D } from '../tf.ts'
import { adamScalars, adamUpdate, adamValues } from './adam-step.ts'
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

const groups = ['m', 'v', 'gradient', 'average'] as const
type Group = (typeof groups)[number]

/**
 * The training step, compiled. Weights, moments, average and sums of gradients live inside TensorFlow.
 * Throws what {@link compileProgram} does; TensorFlow's error when memory runs out.
 */
export class CompiledTraining implements TrainingStep {
  readonly #config: ModelConfig
  readonly #options: TrainingOptions
  readonly #names: readonly string[]
  readonly #groups: readonly Group[]
  /** Blocks that need a mask. */
  readonly #dropping: readonly string[]
  #microBatch: number
  #program: Program
  #step: number

  /**
   * @param state copied
   * @param microBatch images of one pass; fewer are filled up
   */
  constructor(
    config: ModelConfig,
    state: TrainingState,
    options: TrainingOptions,
    microBatch: number,
  ) {
    this.#config = config
    this.#options = options
    this.#names = [...state.weights.keys()]
    this.#groups = groups.filter((group) => group !== 'average' || options.emaDecay !== null)
    this.#dropping = config.dropout > 0 ? dropoutBlocks(config) : []
    this.#microBatch = microBatch
    this.#step = state.step
    this.#program = this.#compile(state)
  }

  get step(): number {
    return this.#step
  }

  /** Operations of a step with one micro-batch. */
  get operations(): number {
    return this.#program.operations('accumulate') + this.#program.operations('apply')
  }

  accumulate({ images, noise, steps }: NoisyBatch, batchSize: number, dropout: DropoutKey): number {
    const batch = this.#microBatch
    const numbers = (of: (step: number) => number) =>
      Float32Array.from(padded(steps.map(of), batch))
    const dropping = this.#dropping
    return tf.tidy(() => {
      const { loss } = this.#program.call('accumulate', {
        images: paddedImages(images, batch),
        noise: paddedImages(noise, batch),
        signal: numbers((t) => Math.sqrt(alphaBarAt(t))),
        spread: numbers((t) => Math.sqrt(1 - alphaBarAt(t))),
        share: numbers(() => 2 / batchSize),
        waves: waves(this.#config, steps, batch),
        ...(dropping.length > 0 && {
          masks: Int32Array.from(dropping.flatMap((block) => dropoutSeed(dropout, block))),
        }),
      })
      const rows = loss!.dataSync<'float32'>()
      return rows.reduce((sum, row) => sum + row, 0) / 2
    })
  }

  apply(learningRate: number): number {
    this.#step += 1
    return tf.tidy(() => {
      const { norm } = this.#program.call('apply', adamValues(this.#step, learningRate))
      if (this.#options.emaDecay !== null) this.#program.call('average')
      return norm!.dataSync()[0]!
    })
  }

  forget(): void {
    this.#program.call('forget')
  }

  resize(microBatch: number): void {
    const state = this.state()
    try {
      this.#program.dispose()
      this.#microBatch = microBatch
      this.#program = this.#compile(state)
    } finally {
      for (const values of [state.weights, state.m, state.v, state.average])
        if (values) tf.dispose([...values.values()])
    }
  }

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

  dispose(): void {
    this.#program.dispose()
  }

  #compile(state: TrainingState): Program {
    const specs = specsOf(state.weights)
    const variables = this.#groups.flatMap((group) =>
      this.#names.map((name) => [`${group}/${name}`, specs[name]!] as const),
    )
    const program = compileProgram({
      variables: { ...specs, ...Object.fromEntries(variables) },
      functions: {
        accumulate: this.#accumulation(),
        apply: this.#application(),
        forget: this.#forgetting(),
        ...(this.#options.emaDecay !== null && {
          average: this.#averaging(this.#options.emaDecay),
        }),
      },
    })
    const start: Record<Group, Weights | null> = {
      ...state,
      gradient: null,
      average: state.average ?? state.weights,
    }
    try {
      tf.tidy(() => {
        const values = this.#groups.flatMap((group) =>
          Object.entries(valuesOfGroup(group, start[group], state.weights)),
        )
        // Each set of variables that is given together is prepared anew by TensorFlow: so all at once.
        program.setVariables(Object.fromEntries([...state.weights, ...values]))
      })
    } catch (error) {
      program.dispose()
      throw error
    }
    return program
  }

  #accumulation(): GraphFunction {
    const config = this.#config
    const names = this.#names
    const dropping = this.#dropping
    const batch = this.#microBatch
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
        ...(dropping.length > 0 && {
          masks: { shape: [dropping.length, 2], dtype: 'int32' } as const,
        }),
      },
      run: (inputs, variables) => {
        const { images, noise, signal, spread, share, waves } = inputs as Record<string, Tensor4D>
        const masks = inputs['masks'] as Tensor2D | undefined
        const seed = (block: string) =>
          tf.reshape(tf.slice2d(masks!, [dropping.indexOf(block), 0], [1, 2]), [2])
        const weights = new Map(names.map((name) => [name, variables[name]!]))
        const tape = new Tape(true)
        const noisy = tf.add(tf.mul(images!, signal!), tf.mul(noise!, spread!)) as Tensor4D
        const steps = waves as unknown as Tensor2D
        const unet = new Unet(config, weights)
        const predicted = unet.predictRecorded(tape, noisy, steps, masks ? seed : null)
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
    const { weightDecay } = this.#options
    return {
      inputs: adamScalars,
      run: (scalars, variables) => {
        const gradients = names.map((name) => variables[`gradient/${name}`]!)
        const halves = gradients.map((gradient) => op('L2Loss', [gradient]))
        return {
          outputs: { norm: tf.sqrt(tf.mul(tf.addN(halves), 2)) },
          assignments: Object.fromEntries(
            names.map((name, i) => [`gradient/${name}`, tf.zerosLike(gradients[i]!)]),
          ),
          updates: names.map((name, i) =>
            adamUpdate(
              { weight: name, m: `m/${name}`, v: `v/${name}` },
              tf.add(gradients[i]!, tf.mul(variables[name]!, weightDecay)),
              scalars,
            ),
          ),
        }
      },
    }
  }

  #averaging(decay: number): GraphFunction {
    const names = this.#names
    return {
      inputs: {},
      run: (_, variables) => ({
        outputs: {},
        additions: Object.fromEntries(
          names.map((name) => {
            const average = `average/${name}`
            return [average, tf.mul(tf.sub(variables[name]!, variables[average]!), 1 - decay)]
          }),
        ),
      }),
    }
  }
}

/** Variables of a group from tensors by weight name; zeros where there is none. */
function valuesOfGroup(
  group: Group,
  values: Weights | null,
  shapes: Weights,
): Record<string, Tensor> {
  return Object.fromEntries(
    [...shapes].map(([name, { shape }]) => [
      `${group}/${name}`,
      values?.get(name) ?? tf.zeros(shape),
    ]),
  )
}
