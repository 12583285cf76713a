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
  readonly #batch: number
  readonly #program: Program

  /** @param batch samples of one pass; memory and the time of any smaller batch grow with it */
  constructor(unet: Unet, batch: number) {
    const { config } = unet
    this.config = config
    this.#batch = batch
    this.#program = compileProgram({
      variables: specsOf(unet.weights),
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
    this.#program.setVariables(Object.fromEntries(unet.weights))
  }

  /** As {@link Unet.predict}. */
  predict(x: Tensor4D, steps: readonly number[]): Tensor4D {
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

  dispose(): void {
    this.#program.dispose()
  }
}
