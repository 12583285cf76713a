import { DdadError } from '../../../shared/errors.ts'
import { tf, type Tensor } from '../tf.ts'
import type { GraphBuilder } from './graph-builder.ts'
import { dataTypes, type AttributeValue, type GraphDtype, type TensorSpec } from './graph-def.ts'
import {
  nodeBackend,
  type DataId,
  type NodeBackend,
  type OpAttribute,
  type TensorMetadata,
  type TensorValues,
} from './node-backend.ts'
import { encodeAttributes } from './op-attributes.ts'
import type { Operand, ShapeProbe } from './shape-probe.ts'

/** Tensors up to this many elements are computed while tracing where all they come from is known. */
const knownLimit = 4096
/** More elements than this in one captured tensor are weights or images, which must be variables or inputs. */
const constantLimit = 4 * 1024 * 1024
/** A result up to this size that was computed before is used again; larger ones are computed anew. */
const sharedBytes = 64 * 1024

/** A tensor of the traced function: where it comes from in the graph. */
interface Traced {
  readonly output: string
  readonly metadata: TensorMetadata
}

/**
 * Turns a function of tensors into graph nodes by running it on tensors that have a shape but no content, and
 * writing down every operation that reaches TensorFlow: gradients and optimiser included.
 *
 * What the function computes a second time from the same operands (a gradient that recomputes an activation
 * instead of keeping it) is computed a second time by the graph too, and not before the operation traced last:
 * merged with the first, it would have to be kept in memory.
 */
export class Tracer {
  readonly #graph: GraphBuilder
  readonly #probe: ShapeProbe
  readonly #backend: NodeBackend = nodeBackend()
  readonly #traced = new WeakMap<DataId, Traced>()
  readonly #computed = new Map<string, string>()
  #last: string | undefined

  constructor(graph: GraphBuilder, probe: ShapeProbe) {
    this.#graph = graph
    this.#probe = probe
  }

  /** A tensor that stands for a graph output, to be given to the traced function. */
  tensor(output: string, spec: TensorSpec): Tensor {
    const metadata = { id: -1, shape: [...spec.shape], dtype: dataTypes[spec.dtype] }
    return this.#make({ output, metadata })
  }

  /** The graph output that holds a tensor's value; a tensor the trace did not make becomes a constant. */
  output(tensor: Tensor): string {
    return this.#traced.get(tensor.dataId)?.output ?? this.#capture(tensor)
  }

  /**
   * Runs the function with its operations recorded instead of executed.
   * Throws DdadError INTERNAL where it reads a tensor's values or draws random numbers.
   */
  record(body: () => void): void {
    const backend = this.#backend
    const original = backend.readSync.bind(backend)
    const replaced: Partial<NodeBackend> = {
      executeSingleOutput: (name, attributes, inputs) => {
        const [output] = this.#execute(name, attributes, inputs, 1)
        if (!output) throw new DdadError('INTERNAL', `${name} has no output`)
        return output
      },
      executeMultipleOutputs: (name, attributes, inputs, count) =>
        this.#execute(name, attributes, inputs, count),
      readSync: (dataId) => {
        if (this.#traced.get(dataId)?.metadata.id === -1)
          throw new DdadError(
            'INTERNAL',
            'A function that is being compiled reads the values of a tensor. ' +
              'Return the tensor as an output and read it after the call.',
          )
        return original(dataId)
      },
    }
    Object.assign(backend, replaced)
    try {
      tf.tidy(body)
    } finally {
      for (const name of Object.keys(replaced)) Reflect.deleteProperty(backend, name)
    }
  }

  #make(traced: Traced): Tensor {
    const tensor = this.#backend.createOutputTensor(traced.metadata)
    this.#traced.set(tensor.dataId, traced)
    return tensor
  }

  #execute(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly Tensor[],
    count: number,
  ): Tensor[] {
    if (/Random|Multinomial|Truncated|Dropout/.test(name) && !name.startsWith('Stateless'))
      throw new DdadError(
        'INTERNAL',
        `A function that is being compiled draws random numbers (${name}). Pass them as an input.`,
      )
    const outputs = inputs.map((input) => this.output(input))
    const operands = inputs.map((input) => this.#operand(input))
    const metadata = this.#metadata(name, attributes, operands, count)
    const encoded = encodeAttributes(
      name,
      attributes,
      operands[0]?.dtype ?? 0,
      this.#backend.binding,
    )
    const node = this.#node(name, encoded, outputs, metadata)
    return metadata.map((each, index) => this.#make({ output: `${node}:${index}`, metadata: each }))
  }

  /** Shapes and types of the results; of small results of known operands, the results themselves. */
  #metadata(
    name: string,
    attributes: readonly OpAttribute[],
    operands: readonly Operand[],
    count: number,
  ): readonly TensorMetadata[] {
    const { binding } = this.#backend
    if (operands.some((operand) => operand.id === undefined))
      return this.#probe.outputs(name, attributes, operands, count)
    const ids = operands.flatMap((operand) => operand.id ?? [])
    return binding.executeOp(name, attributes, ids, count).map((result) => {
      if (elements(result.shape) <= knownLimit) return result
      binding.deleteTensor(result.id)
      return { ...result, id: -1 }
    })
  }

  #node(
    name: string,
    attributes: Readonly<Record<string, AttributeValue>>,
    inputs: readonly string[],
    results: readonly TensorMetadata[],
  ): string {
    const key = JSON.stringify([name, inputs, attributes])
    const computed = this.#computed.get(key)
    const bytes = results.reduce((sum, { shape }) => sum + 4 * elements(shape), 0)
    if (computed && bytes <= sharedBytes) return computed
    const after = computed && this.#last ? [`^${this.#last}`] : []
    const node = this.#graph.add(name, [...inputs, ...after], attributes)
    this.#computed.set(key, node)
    this.#last = node
    return node
  }

  #operand(tensor: Tensor): Operand {
    const traced = this.#traced.get(tensor.dataId)
    const dtype = traced?.metadata.dtype ?? dataTypes[tensor.dtype as GraphDtype]
    const { shape } = tensor
    if (traced?.metadata.id === -1 || elements(shape) > knownLimit)
      return { id: undefined, shape, dtype, key: `${dtype} ${shape.join()}` }
    const values = this.#backend.readSync(tensor.dataId)
    const [id] = this.#backend.getInputTensorIds([tensor])
    return { id, shape, dtype, key: `${dtype} ${shape.join()} ${values.join()}` }
  }

  #capture(tensor: Tensor): string {
    const { dtype, shape } = tensor
    if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool')
      throw new DdadError('INTERNAL', `A compiled function cannot hold a tensor of type ${dtype}`)
    const content: TensorValues = this.#backend.readSync(tensor.dataId)
    const output = this.#graph.constant({ shape, dtype }, content)
    if (content.length > constantLimit && !output.includes('Fill'))
      throw new DdadError(
        'INTERNAL',
        `A function that is being compiled uses a tensor of shape [${shape.join()}] that is neither ` +
          'an input nor a variable; it is too large for a constant.',
      )
    return output
  }
}

function elements(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1)
}
