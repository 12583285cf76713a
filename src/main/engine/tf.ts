/**
 * The one door to TensorFlow. It prepares the process, loads tfjs-node's addon and offers the raw operations
 * that tfjs has no function for. Without the addon the engine still starts; every use then says what is missing.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import util from 'node:util'
import type * as TensorFlow from '@tensorflow/tfjs-node-gpu'
import { DdadError } from '../../shared/errors.ts'
import { setupCommand } from '../files/setup-command.ts'
import type { EngineInfo } from '../../shared/processes/engine.ts'
import { cardQuery, gpuEnvironment, parseCards, whyNoGpu, type Card } from './gpu-policy.ts'

export type {
  Tensor,
  Tensor1D,
  Tensor2D,
  Tensor3D,
  Tensor4D,
  TensorLike,
} from '@tensorflow/tfjs-node-gpu'

/** The part of tfjs-node's backend that has no public type. */
interface NodeBackend {
  readonly isUsingGpuDevice: boolean
  readonly binding: {
    readonly TF_Version: string
    readonly TF_ATTR_INT: number
    readonly TF_ATTR_FLOAT: number
    readonly TF_ATTR_BOOL: number
    readonly TF_ATTR_STRING: number
    readonly TF_ATTR_TYPE: number
    readonly TF_FLOAT: number
    readonly TF_INT32: number
    getNumOfTensors(): number
  }
  executeSingleOutput(
    name: string,
    attributes: Attribute[],
    inputs: TensorFlow.Tensor[],
  ): TensorFlow.Tensor
  executeMultipleOutputs(
    name: string,
    attributes: Attribute[],
    inputs: TensorFlow.Tensor[],
    outputs: number,
  ): TensorFlow.Tensor[]
}

interface Attribute {
  readonly name: string
  readonly type: number
  readonly value: unknown
}

/** Attribute values by name; a number stands for an int, `{ float }` for a float, `{ type }` for a dtype. */
export type OpAttributes = Readonly<
  Record<
    string,
    | string
    | number
    | boolean
    | readonly number[]
    | { readonly float: number }
    | { readonly type: 'float32' | 'int32' }
  >
>

const environment: Readonly<Record<string, string>> = {
  TF_CPP_MIN_LOG_LEVEL: '2',
  ...gpuEnvironment(process.env),
  TF_NUM_INTEROP_THREADS: '1',
}

export const tf = load()

function load(): typeof TensorFlow {
  // tfjs-node 4.22 calls two functions that Node 23 removed.
  const legacy = util as unknown as Record<string, unknown>
  legacy['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined
  legacy['isArray'] = Array.isArray
  // TensorFlow reads its environment once, when its library is loaded.
  for (const [name, value] of Object.entries(environment)) process.env[name] ??= value
  keepKernels(process.env['CUDA_CACHE_PATH'])
  try {
    const require = createRequire(import.meta.url)
    return require('@tensorflow/tfjs-node-gpu') as typeof TensorFlow
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause)
    const missing = new DdadError(
      'TENSORFLOW_MISSING',
      `TensorFlow could not be loaded (${reason}). Browsing, masks and stored results still work. ` +
        `Run \`${setupCommand()}\` and start again.`,
      { cause },
    )
    return new Proxy({} as typeof TensorFlow, {
      get() {
        throw missing
      },
    })
  }
}

/** Makes the folder that the driver keeps compiled kernels in; without it they are compiled again at each start. */
function keepKernels(folder: string | undefined): void {
  try {
    if (folder) mkdirSync(folder, { recursive: true })
  } catch {
    // A cache that cannot be kept costs time, nothing else.
  }
}

function backend(): NodeBackend {
  return tf.backend() as unknown as NodeBackend
}

/**
 * Runs one TensorFlow operation by its registered name.
 * @param inputs tensors in the operation's order
 * @param attributes without `T`, which is taken from the first input unless it is given
 */
export function op<T extends TensorFlow.Tensor>(
  name: string,
  inputs: readonly TensorFlow.Tensor[],
  attributes: OpAttributes = {},
): T {
  return backend().executeSingleOutput(name, encode(inputs, attributes), [...inputs]) as T
}

/** As {@link op}, for operations with several outputs. */
export function opOutputs(
  name: string,
  inputs: readonly TensorFlow.Tensor[],
  attributes: OpAttributes,
  outputs: number,
): TensorFlow.Tensor[] {
  return backend().executeMultipleOutputs(name, encode(inputs, attributes), [...inputs], outputs)
}

function encode(inputs: readonly TensorFlow.Tensor[], attributes: OpAttributes): Attribute[] {
  const { binding } = backend()
  const typeOf = (dtype: string | undefined) =>
    dtype === 'int32' ? binding.TF_INT32 : binding.TF_FLOAT
  const encoded: Attribute[] = []
  if (!('T' in attributes))
    encoded.push({ name: 'T', type: binding.TF_ATTR_TYPE, value: typeOf(inputs[0]?.dtype) })
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'string') encoded.push({ name, type: binding.TF_ATTR_STRING, value })
    else if (typeof value === 'boolean') encoded.push({ name, type: binding.TF_ATTR_BOOL, value })
    else if (typeof value === 'object' && 'float' in value)
      encoded.push({ name, type: binding.TF_ATTR_FLOAT, value: value.float })
    else if (typeof value === 'object' && 'type' in value)
      encoded.push({ name, type: binding.TF_ATTR_TYPE, value: typeOf(value.type) })
    else encoded.push({ name, type: binding.TF_ATTR_INT, value })
  }
  return encoded
}

/**
 * The values of what `compute` returns, in a `tf.tidy` of its own. Never return a typed array from `tf.tidy`:
 * it looks for tensors in every element, which takes a microsecond each.
 */
export function valuesOf(compute: () => TensorFlow.Tensor): Float32Array {
  const tensor = tf.tidy(compute)
  const values = tensor.dataSync<'float32'>()
  tensor.dispose()
  return values
}

/** Tensors that TensorFlow itself holds: the honest leak counter, where `tf.memory()` is not. */
export function tensorCount(): number {
  return backend().binding.getNumOfTensors()
}

/** Whether operations run on a GPU. */
export function usesGpu(): boolean {
  return backend().isUsingGpuDevice
}

/** Version, library and device of the loaded TensorFlow. Throws DdadError TENSORFLOW_MISSING. */
export function engineInfo(): EngineInfo {
  const { binding, isUsingGpuDevice: gpu } = backend()
  const library = loadedLibrary()
  const cards = listCards()
  return {
    tensorflow: binding.TF_Version,
    library,
    node: process.version,
    // tfjs-node computes on the last GPU that is listed.
    device: gpu ? (cards.at(-1)?.name ?? 'GPU') : 'cpu',
    gpu,
    remark: gpu ? null : whyNoGpu(cards, library, process.env),
  }
}

/** The library file that this process has mapped; the addon itself where the system has no list of them. */
function loadedLibrary(): string {
  try {
    const maps = readFileSync('/proc/self/maps', 'utf8')
    const line = /\/\S*libtensorflow(?:_cc)?\.so\S*/.exec(maps)
    if (line) return line[0]
  } catch {
    // Only Linux has this file.
  }
  const require = createRequire(import.meta.url)
  return realpathSync(require.resolve('@tensorflow/tfjs-node-gpu'))
}

/** NVIDIA's cards in this machine, whether or not TensorFlow uses them. */
function listCards(): Card[] {
  try {
    return parseCards(execFileSync('nvidia-smi', cardQuery, { encoding: 'utf8', timeout: 5000 }))
  } catch {
    return []
  }
}
