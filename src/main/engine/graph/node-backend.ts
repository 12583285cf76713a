import { tf, type Tensor } from '../tf.ts'

/** An operation's attribute as tfjs-node's kernels pass it; `type` is one of the binding's TF_ATTR numbers. */
export interface OpAttribute {
  readonly name: string
  readonly type: number
  readonly value: unknown
}

/** What TensorFlow says of a tensor it made; `dtype` is a DataType number. */
export interface TensorMetadata {
  readonly id: number
  readonly shape: number[]
  readonly dtype: number
}

export type TensorValues = Float32Array | Int32Array | Uint8Array

/** The identity of a tensor's content, shared by clones. */
export type DataId = Tensor['dataId']

/** The part of tfjs-node's backend through which every operation and every saved graph passes. */
export interface NodeBackend {
  readonly binding: {
    readonly TF_ATTR_STRING: number
    readonly TF_ATTR_INT: number
    readonly TF_ATTR_FLOAT: number
    readonly TF_ATTR_BOOL: number
    readonly TF_ATTR_TYPE: number
    readonly TF_ATTR_SHAPE: number
    createTensor(shape: readonly number[], dtype: number, values: TensorValues): number
    deleteTensor(id: number): void
    executeOp(
      name: string,
      attributes: readonly OpAttribute[],
      inputs: readonly number[],
      outputs: number,
    ): TensorMetadata[]
    loadSavedModel(folder: string, tags: string): number
  }
  createOutputTensor(metadata: TensorMetadata): Tensor
  getInputTensorIds(tensors: readonly Tensor[]): number[]
  executeSingleOutput(name: string, attributes: OpAttribute[], inputs: Tensor[]): Tensor
  executeMultipleOutputs(
    name: string,
    attributes: OpAttribute[],
    inputs: Tensor[],
    outputs: number,
  ): Tensor[]
  readSync(dataId: DataId): TensorValues
  read(dataId: DataId): Promise<TensorValues>
  runSavedModel(
    session: number,
    inputs: readonly Tensor[],
    inputInfos: readonly { readonly name: string }[],
    outputs: readonly string[],
  ): Tensor[]
  deleteSavedModel(session: number): void
}

export function nodeBackend(): NodeBackend {
  return tf.backend() as unknown as NodeBackend
}
