import { toFloat32, type ArrayTensor } from '../formats/array-tensor.ts'
import { badFile } from '../formats/bad-file.ts'
import { tf, valuesOf, type Tensor4D } from '../tf.ts'

/** Tensors of the input file, with errors that name what is missing. */
export class TensorSource {
  readonly arrays: ReadonlyMap<string, ArrayTensor>
  readonly file: string

  constructor(arrays: ReadonlyMap<string, ArrayTensor>, file: string) {
    this.arrays = arrays
    this.file = file
  }

  array(name: string, rank?: number): ArrayTensor {
    const found = this.arrays.get(name)
    if (!found) throw badFile(this.file, `it has no tensor "${name}"`)
    if (rank !== undefined && found.shape.length !== rank)
      throw badFile(this.file, `"${name}" has ${found.shape.length} dimensions instead of ${rank}`)
    return found
  }

  values(name: string): number[] {
    return Array.from(toFloat32(this.array(name)))
  }

  /** Images [N, C, H, W], with more dimensions before them for rank 5. */
  images(name: string, rank: 4 | 5 = 4): Images {
    return imagesIn(this.array(name, rank))
  }

  /** As {@link images}, from 0 … 1 to −1 … 1. */
  photographs(name: string): Images {
    const { count, at } = this.images(name)
    return { count, at: (n) => tf.tidy(() => tf.sub(tf.mul(at(n), 2), 1)) }
  }
}

/** Images of a file, which TensorFlow need not hold all together: they may have gigabytes. */
export interface Images {
  readonly count: number
  /** [1, H, W, C], owned by the caller. */
  readonly at: (n: number) => Tensor4D
}

function imagesIn(array: ArrayTensor): Images {
  const [channels, height, width] = array.shape.slice(-3) as [number, number, number]
  const length = channels * height * width
  const values = toFloat32(array)
  return {
    count: array.shape.slice(0, -3).reduce((product, side) => product * side, 1),
    at: (n) => {
      const image = values.subarray(n * length, (n + 1) * length)
      return tf.tidy(() =>
        tf.transpose(tf.tensor4d(image, [1, channels, height, width]), [0, 2, 3, 1]),
      )
    },
  }
}

/** Results of one image after the other as one tensor of the file: NHWC in memory, NCHW there. */
export class Results {
  readonly #count: number
  readonly #tensors = new Map<string, ArrayTensor & { readonly data: Float32Array }>()

  /** @param count of images */
  constructor(count: number) {
    this.#count = count
  }

  /** @param image [1, H, W, C], which stays the caller's */
  put(name: string, n: number, image: Tensor4D): void {
    const [, height, width, channels] = image.shape
    const length = channels * height * width
    if (!this.#tensors.has(name)) {
      const data = new Float32Array(this.#count * length)
      const shape = [this.#count, channels, height, width]
      this.#tensors.set(name, { dtype: 'F32', shape, data })
    }
    this.#tensors.get(name)!.data.set(
      valuesOf(() => tf.transpose(image, [0, 3, 1, 2])),
      n * length,
    )
  }

  /** What has been put under a name. */
  images(name: string): Images {
    return imagesIn(this.#tensors.get(name)!)
  }

  get tensors(): ReadonlyMap<string, ArrayTensor> {
    return this.#tensors
  }
}
