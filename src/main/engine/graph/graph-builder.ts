import { attribute, type AttributeValue, type GraphNode, type TensorSpec } from './graph-def.ts'

/** Constants above this size whose elements are all equal are made in the graph instead of stored in it. */
const storedUniform = 1024

/** Collects the operations of a graph. Constants with the same content are one node. */
export class GraphBuilder {
  readonly nodes: GraphNode[] = []
  readonly #constants = new Map<string, string>()

  /** Adds an operation and returns its node's name; an output of it is named `name:index`. */
  add(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
  ): string {
    const name = `n${this.nodes.length}_${op}`
    this.nodes.push({ name, op, inputs, attributes })
    return name
  }

  /**
   * Adds a constant and returns its output.
   * @param content the elements in row-major order
   */
  constant(spec: TensorSpec, content: Float32Array | Int32Array | Uint8Array): string {
    const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength)
    const key = `${spec.dtype} ${spec.shape.join()} ${bytes.toString('latin1')}`
    const known = this.#constants.get(key)
    if (known) return known
    const first = content[0]
    const uniform =
      content.length > storedUniform && content.every((value) => Object.is(value, first))
    const output = uniform
      ? this.#fill(spec, content.subarray(0, 1))
      : `${this.add('Const', [], {
          dtype: attribute.dtype(spec.dtype),
          value: attribute.tensor(spec, bytes),
        })}:0`
    this.#constants.set(key, output)
    return output
  }

  #fill(spec: TensorSpec, value: Float32Array | Int32Array | Uint8Array): string {
    const rank = { shape: [spec.shape.length], dtype: 'int32' } as const
    const dimensions = this.constant(rank, Int32Array.from(spec.shape))
    const scalar = this.constant({ shape: [], dtype: spec.dtype }, value)
    return `${this.add('Fill', [dimensions, scalar], {
      T: attribute.dtype(spec.dtype),
      index_type: attribute.dtype('int32'),
    })}:0`
  }
}
