import { DdadError } from '../../../shared/errors.ts'
import type { Weights } from '../nn/layers.ts'
import { Unet } from '../nn/unet.ts'
import { tf, type Tensor2D, type Tensor4D } from '../tf.ts'
import { compileProgram, type Program } from './compile.ts'
import { imagesSpec, paddedImages, specsOf, waves, wavesSpec } from './unet-inputs.ts'

/**
 * A U-Net compiled for batches up to one size, with weights of its own. It takes the place of a {@link Unet}
 * for prediction: smaller batches are filled up, larger ones go through in parts.
 */
export class CompiledUnet {
  readonly config: Unet['config']
  #batch: number
  #program: Program

  /**
   * @param unet copied
   * @param batch samples of one pass; memory and the time of any smaller batch grow with it
   */
  constructor({ config, weights }: Pick<Unet, 'config' | 'weights'>, batch: number) {
    this.config = config
    this.#batch = batch
    this.#program = compilePrediction(config, weights, batch)
  }

  /** Operations of one pass. */
  get operations(): number {
    return this.#program.operations('predict')
  }

  /**
   * As {@link Unet.predict}. When memory runs out, it goes on with half as many samples at a time.
   * @throws DdadError OUT_OF_MEMORY when not even one sample fits
   */
  predict(x: Tensor4D, steps: readonly number[]): Tensor4D {
    for (;;) {
      try {
        return this.#predict(x, steps)
      } catch (error) {
        const tooLarge = error instanceof DdadError && error.code === 'OUT_OF_MEMORY'
        if (!tooLarge || this.#batch === 1) throw error
        this.#halve()
      }
    }
  }

  dispose(): void {
    this.#program.dispose()
  }

  #predict(x: Tensor4D, steps: readonly number[]): Tensor4D {
    return tf.tidy(() => {
      const parts: Tensor4D[] = []
      for (let first = 0; first < steps.length; first += this.#batch) {
        const some = steps.slice(first, first + this.#batch)
        const images = tf.slice(x, [first, 0, 0, 0], [some.length, -1, -1, -1])
        const { noise } = this.#program.call('predict', {
          x: paddedImages(images, this.#batch),
          waves: waves(this.config, some, this.#batch),
        })
        parts.push(tf.slice(noise as Tensor4D, [0, 0, 0, 0], [some.length, -1, -1, -1]))
      }
      return tf.concat(parts, 0)
    })
  }

  #halve(): void {
    const weights = this.#program.variables()
    this.#program.dispose()
    this.#batch = Math.floor(this.#batch / 2)
    this.#program = compilePrediction(this.config, new Map(Object.entries(weights)), this.#batch)
    tf.dispose(weights)
  }
}

function compilePrediction(config: Unet['config'], weights: Weights, batch: number): Program {
  const program = compileProgram({
    variables: specsOf(weights),
    functions: {
      predict: {
        inputs: { x: imagesSpec(config, batch), waves: wavesSpec(config, batch) },
        run: ({ x, waves }, variables) => {
          const traced = new Unet(config, new Map(Object.entries(variables)))
          return { outputs: { noise: traced.predict(x as Tensor4D, waves as Tensor2D) } }
        },
      },
    },
  })
  program.setVariables(Object.fromEntries(weights))
  return program
}
