import type { NodeBackend, OpAttribute, TensorMetadata } from './node-backend.ts'

/** An operand of an operation: known, with TensorFlow's number for it, or known by shape and type only. */
export interface Operand {
  readonly id: number | undefined
  readonly shape: readonly number[]
  readonly dtype: number
  /** Identifies the content where it is known. */
  readonly key: string
}

/**
 * Finds what an operation returns by running it once with zeros for what is not known. TensorFlow has the
 * rule for every operation and tells it no other way through this addon; one operation's memory is all it takes.
 */
export class ShapeProbe {
  readonly #known = new Map<string, readonly TensorMetadata[]>()
  readonly #backend: NodeBackend

  constructor(backend: NodeBackend) {
    this.#backend = backend
  }

  outputs(
    name: string,
    attributes: readonly OpAttribute[],
    operands: readonly Operand[],
    count: number,
  ): readonly TensorMetadata[] {
    const key = JSON.stringify([name, attributes, operands.map((operand) => operand.key), count])
    const known = this.#known.get(key)
    if (known) return known
    const { binding } = this.#backend
    const made: number[] = []
    try {
      const ids = operands.map((operand) => {
        if (operand.id !== undefined) return operand.id
        const id = binding.createTensor(operand.shape, operand.dtype, zeros(operand))
        made.push(id)
        return id
      })
      const outputs = binding.executeOp(name, attributes, ids, count)
      made.push(...outputs.map((output) => output.id))
      const found = outputs.map(({ shape, dtype }) => ({ id: -1, shape, dtype }))
      this.#known.set(key, found)
      return found
    } finally {
      for (const id of made) binding.deleteTensor(id)
    }
  }
}

function zeros({ shape, dtype }: Operand): Float32Array | Int32Array | Uint8Array {
  const size = shape.reduce((product, length) => product * length, 1)
  if (dtype === 1) return new Float32Array(size)
  return dtype === 3 ? new Int32Array(size) : new Uint8Array(size)
}
