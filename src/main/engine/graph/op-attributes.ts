import { DdadError } from '../../../shared/errors.ts'
import { attribute, type AttributeValue } from './graph-def.ts'
import type { NodeBackend, OpAttribute } from './node-backend.ts'

/** Attributes that eager TensorFlow takes from the first input and a graph must state. */
const inferred: Readonly<Record<string, readonly string[]>> = {
  ExpandDims: ['T'],
  FusedBatchNormV3: ['U'],
  FusedBatchNormGradV3: ['U'],
}

/**
 * Encodes what a tfjs-node kernel passes to an eager operation for the same operation in a graph.
 * @param firstType DataType number of the first input
 */
export function encodeAttributes(
  op: string,
  attributes: readonly OpAttribute[],
  firstType: number,
  binding: NodeBackend['binding'],
): Record<string, AttributeValue> {
  return {
    ...Object.fromEntries((inferred[op] ?? []).map((name) => [name, attribute.type(firstType)])),
    ...Object.fromEntries(
      attributes.map((each) => [each.name, encodeAttribute(op, each, binding)]),
    ),
  }
}

function encodeAttribute(
  op: string,
  { name, type, value }: OpAttribute,
  binding: NodeBackend['binding'],
): AttributeValue {
  const numbers = Array.isArray(value) && value.every((each) => typeof each === 'number')
  if (type === binding.TF_ATTR_STRING && typeof value === 'string') return attribute.text(value)
  if (type === binding.TF_ATTR_BOOL && typeof value === 'boolean') return attribute.bool(value)
  if (type === binding.TF_ATTR_TYPE && typeof value === 'number') return attribute.type(value)
  if (type === binding.TF_ATTR_SHAPE && numbers) return attribute.shape(value)
  if (type === binding.TF_ATTR_INT) {
    if (numbers) return attribute.ints(value)
    if (typeof value === 'number') return attribute.int(value)
  }
  if (type === binding.TF_ATTR_FLOAT) {
    if (numbers) return attribute.floats(value)
    if (typeof value === 'number') return attribute.float(value)
  }
  throw new DdadError('INTERNAL', `${op}: attribute ${name} cannot be written into a graph`)
}
