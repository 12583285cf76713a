/** PyTorch's layouts to TensorFlow's and back: OIHW ↔ HWIO, [O,I,1] ↔ [I,O], [O,I] ↔ [I,O]. */
import { toFloat32, type ArrayTensor } from '../formats/array-tensor.ts'
import { tf, valuesOf, type Tensor } from '../tf.ts'

/** A weight in TensorFlow's layout. The caller disposes of it. */
export function fromTorch(tensor: ArrayTensor): Tensor {
  return tf.tidy(() => {
    const stored = tf.tensor(toFloat32(tensor), [...tensor.shape])
    if (stored.rank === 4) return tf.transpose(stored, [2, 3, 1, 0])
    if (stored.rank === 3 || stored.rank === 2) {
      const [output, input] = stored.shape as [number, number]
      return tf.transpose(tf.reshape(stored, [output, input]))
    }
    return stored.clone()
  })
}

/** @param shape PyTorch's shape of the weight */
export function toTorch(weight: Tensor, shape: readonly number[]): ArrayTensor {
  const data = valuesOf(() => {
    if (weight.rank === 4) return tf.transpose(weight, [3, 2, 0, 1])
    return weight.rank === 2 ? tf.transpose(weight) : tf.clone(weight)
  })
  return { dtype: 'F32', shape, data }
}

/** The shape that a weight has in TensorFlow's layout. */
export function tensorflowShape(shape: readonly number[]): number[] {
  if (shape.length === 4) return [2, 3, 1, 0].map((axis) => shape[axis]!)
  if (shape.length === 3 || shape.length === 2) return [shape[1]!, shape[0]!]
  return [...shape]
}
