/** PyTorch's layouts to TensorFlow's and back: OIHW ↔ HWIO, [O,I,1] ↔ [I,O], [O,I] ↔ [I,O]. */
import { toFloat32, withValues, type ArrayTensor } from '../formats/array-tensor.ts'
import { tf, valuesOf, type Tensor } from '../tf.ts'

/** A weight in TensorFlow's layout. The caller disposes of it. */
export function fromTorch(tensor: ArrayTensor): Tensor {
  const { dtype, shape } = tensor
  // TensorFlow takes the values of what is not changed when they are first used.
  if (shape.length < 2 || shape.length > 4) return tf.tensor(toFloat32(tensor), [...shape])
  return withValues(tensor, (data) =>
    tf.tidy(() => {
      const values = toFloat32({ dtype, shape, data })
      if (shape.length === 4) return tf.transpose(tf.tensor(values, [...shape]), [2, 3, 1, 0])
      const [output, input] = shape as [number, number]
      return tf.transpose(tf.tensor2d(values, [output, input]))
    }),
  )
}

/** @param shape PyTorch's shape of the weight */
export function toTorch(weight: Tensor, shape: readonly number[]): ArrayTensor {
  const values = valuesOf(() => {
    if (weight.rank === 4) return tf.transpose(weight, [3, 2, 0, 1])
    return weight.rank === 2 ? tf.transpose(weight) : tf.clone(weight)
  })
  // An unchanged tensor that no operation has used yet gives the array that was read from a file, which is given back.
  return {
    dtype: 'F32',
    shape,
    data: weight.rank === 2 || weight.rank === 4 ? values : values.slice(),
  }
}

/** The shape that a weight has in TensorFlow's layout. */
export function tensorflowShape(shape: readonly number[]): number[] {
  if (shape.length === 4) return [2, 3, 1, 0].map((axis) => shape[axis]!)
  if (shape.length === 3 || shape.length === 2) return [shape[1]!, shape[0]!]
  return [...shape]
}
