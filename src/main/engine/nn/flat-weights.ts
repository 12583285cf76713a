import { tf, type Tensor, type Tensor1D } from '../tf.ts'

/**
 * Tensors by name as one vector, so that an optimiser takes a dozen operations instead of a dozen for each
 * of several hundred tensors.
 */
export class FlatLayout {
  readonly names: readonly string[]
  private readonly shapes: readonly (readonly number[])[]
  private readonly sizes: readonly number[]

  constructor(tensors: ReadonlyMap<string, Tensor>) {
    this.names = [...tensors.keys()]
    this.shapes = this.names.map((name) => tensors.get(name)!.shape)
    this.sizes = this.names.map((name) => tensors.get(name)!.size)
  }

  get size(): number {
    return this.sizes.reduce((sum, size) => sum + size, 0)
  }

  /** Copies tensors of these names into one vector; a tensor that is not there counts as zeros. */
  join(tensors: ReadonlyMap<string, Tensor>): Tensor1D {
    return tf.tidy(() => {
      const parts = this.names.map((name, i) => {
        const tensor = tensors.get(name)
        return tensor ? tf.reshape(tensor, [this.sizes[i]!]) : tf.zeros([this.sizes[i]!])
      })
      return tf.concat(parts as Tensor1D[])
    })
  }

  /** Copies a vector into tensors by name, which the caller owns whatever the enclosing scope is. */
  split(vector: Tensor1D): Map<string, Tensor> {
    const parts = tf.split(vector, [...this.sizes])
    const named = this.names.map((name, i): [string, Tensor] => [
      name,
      tf.keep(tf.reshape(parts[i]!, [...this.shapes[i]!])),
    ])
    tf.dispose(parts)
    return new Map(named)
  }
}
