/**
 * TensorFlow graphs as data, and their encoding as a SavedModel
 * (field numbers: tensorflow/core/framework/{graph,node_def,attr_value,tensor,tensor_shape}.proto).
 */
import * as proto from './proto.ts'

export type GraphDtype = 'float32' | 'int32' | 'bool'

/** What is known of a tensor before it is computed. */
export interface TensorSpec {
  readonly shape: readonly number[]
  readonly dtype: GraphDtype
}

/** One operation. Inputs are `node:output`, or `^node` for "only after that node". */
export interface GraphNode {
  readonly name: string
  readonly op: string
  readonly inputs: readonly string[]
  readonly attributes: Readonly<Record<string, AttributeValue>>
}

/** An encoded AttrValue message; made with {@link attribute}. */
export type AttributeValue = Uint8Array

/** TensorFlow's DataType numbers. */
export const dataTypes: Readonly<Record<GraphDtype, number>> = { float32: 1, int32: 3, bool: 10 }

/** The tag under which a graph is stored and loaded. */
export const graphTag = 'serve'

/** Attribute values by kind. */
export const attribute = {
  text: (value: string) => proto.bytesField(2, value),
  int: (value: number) => proto.varintField(3, value),
  float: (value: number) => proto.floatField(4, value),
  bool: (value: boolean) => proto.varintField(5, value),
  /** @param value a DataType number */
  type: (value: number) => proto.varintField(6, value),
  dtype: (value: GraphDtype) => proto.varintField(6, dataTypes[value]),
  shape: (value: readonly number[]) => proto.bytesField(7, shapeMessage(value)),
  ints: (values: readonly number[]) => proto.messageField(1, proto.packedVarints(3, values)),
  floats: (values: readonly number[]) => proto.messageField(1, proto.packedFloats(4, values)),
  bools: (values: readonly boolean[]) => proto.messageField(1, proto.packedVarints(5, values)),
  /** @param content the elements in row-major order, little endian */
  tensor: (spec: TensorSpec, content: Uint8Array) =>
    proto.messageField(
      8,
      proto.varintField(1, dataTypes[spec.dtype]),
      proto.bytesField(2, shapeMessage(spec.shape)),
      proto.bytesField(4, content),
    ),
}

/** The bytes of a `saved_model.pb` with this graph and nothing else: no signatures, no stored variables. */
export function encodeSavedModel(nodes: readonly GraphNode[]): Buffer {
  const graph = Buffer.concat([
    ...nodes.map((node) => proto.bytesField(1, encodeNode(node))),
    proto.messageField(4, proto.varintField(1, graphProducer)),
  ])
  const metaGraph = Buffer.concat([
    proto.messageField(1, proto.bytesField(4, graphTag)),
    proto.bytesField(2, graph),
  ])
  return Buffer.concat([proto.varintField(1, 1), proto.bytesField(2, metaGraph)])
}

/** The graph version of TensorFlow 2.9: old enough for every library in use, new enough for today's semantics. */
const graphProducer = 1087

function encodeNode(node: GraphNode): Buffer {
  return Buffer.concat([
    proto.bytesField(1, node.name),
    proto.bytesField(2, node.op),
    ...node.inputs.map((input) => proto.bytesField(3, input)),
    ...Object.entries(node.attributes).map(([name, value]) =>
      proto.messageField(5, proto.bytesField(1, name), proto.bytesField(2, value)),
    ),
  ])
}

function shapeMessage(shape: readonly number[]): Buffer {
  return Buffer.concat(shape.map((size) => proto.messageField(2, proto.varintField(1, size))))
}
