import { float32Tensor, toFloat32, type ArrayTensor } from '../formats/array-tensor.ts'
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

  /** NCHW in the file, NHWC in memory. The caller disposes of it. */
  images(name: string): Tensor4D {
    const array = this.array(name, 4)
    const shape = array.shape as [number, number, number, number]
    return tf.tidy(() => tf.transpose(tf.tensor4d(toFloat32(array), shape), [0, 2, 3, 1]))
  }

  /** As {@link images}, from 0 … 1 to −1 … 1. */
  photographs(name: string): Tensor4D {
    return tf.tidy(() => tf.sub(tf.mul(this.images(name), 2), 1))
  }
}

/** NHWC in memory, NCHW in the file. */
export function inTorchOrder(images: Tensor4D): ArrayTensor {
  const [count, height, width, channels] = images.shape
  const data = valuesOf(() => tf.transpose(images, [0, 3, 1, 2]))
  return float32Tensor([count, channels, height, width], data)
}
