/** PyTorch weight files (`.pth`, `.pt`, official DDAD checkpoints), read without executing anything. */
import { elementCount, itemSize, storedTensor, type ArrayTensor } from './array-tensor.ts'
import { badFile, expectWeights } from './bad-file.ts'
import { sourceOf, type Bytes, type ByteSource } from './byte-source.ts'
import { readTorchLegacy } from './torch-legacy.ts'
import { TensorRef } from './torch-state.ts'
import { isZip, readTorchZip, type TorchContainer } from './torch-zip.ts'

/** Keys under which training scripts nest their state dict. */
const NESTED = ['state_dict', 'model', 'model_state_dict', 'net', 'ema']

export interface TorchOptions {
  /** Drops the `module.` of DataParallel and the `_orig_mod.` of torch.compile before every name; true by default. */
  readonly stripModule?: boolean
}

/**
 * Tensors of a state dict in the zip or the legacy container, by name, whose values are read when they are
 * asked for. Half precision is widened to F32, strides are honoured, and entries that are no tensors are left out.
 * @throws DdadError BAD_FILE naming the key or the byte offset
 */
export function readTorch(
  bytes: Bytes,
  file: string,
  { stripModule = true }: TorchOptions = {},
): Map<string, ArrayTensor> {
  const source = sourceOf(bytes)
  expectWeights(source, file)
  if (isTar(source))
    throw badFile(
      file,
      'it is in the tar form that PyTorch wrote before 0.1.10; load and save it with a newer PyTorch first',
    )
  const container = isZip(source) ? readTorchZip(source, file) : readTorchLegacy(source, file)
  const refs = findTensors(container.value)
  if (refs.size === 0) throw badFile(file, 'it holds no tensors by name')
  const prefix = stripModule ? wrappers([...refs.keys()]) : 0
  return readTensors(source, refs, container, prefix, file)
}

/** Length of what wrappers have put before every name. */
function wrappers(names: readonly string[]): number {
  let length = 0
  for (;;) {
    const found = ['module.', '_orig_mod.'].find((word) =>
      names.every((name) => name.startsWith(word, length)),
    )
    if (found === undefined) return length
    length += found.length
  }
}

function isTar(source: ByteSource): boolean {
  return source.size >= 262 && new TextDecoder().decode(source.read(257, 262)) === 'ustar'
}

/** The tensors of the outermost dict that has any, looking one level down under the usual names. */
function findTensors(value: unknown): Map<string, TensorRef> {
  const found = tensorsOf(value)
  if (found.size > 0 || !(value instanceof Map)) return found
  for (const key of NESTED) {
    const nested = tensorsOf(value.get(key))
    if (nested.size > 0) return nested
  }
  return found
}

function tensorsOf(value: unknown): Map<string, TensorRef> {
  const tensors = new Map<string, TensorRef>()
  if (value instanceof Map)
    for (const [name, entry] of value as Map<unknown, unknown>)
      if (typeof name === 'string' && entry instanceof TensorRef) tensors.set(name, entry)
  return tensors
}

function readTensors(
  source: ByteSource,
  refs: ReadonlyMap<string, TensorRef>,
  { storages }: TorchContainer,
  prefix: number,
  file: string,
): Map<string, ArrayTensor> {
  let stored = 0
  for (const { begin, end } of storages.values()) stored += end - begin
  // Tensors may share storages, but a small file must not unfold into a huge one.
  let budget = 4 * stored + 2 ** 20
  const tensors = new Map<string, ArrayTensor>()
  for (const [name, ref] of refs) {
    const size = itemSize(ref.storage.type)
    const count = elementCount(ref.shape) as number
    budget -= count * size
    if (budget < 0) throw badFile(file, `"${name}" claims more elements than the file has`)
    const storage = storages.get(ref.storage.key)
    if (!storage)
      throw badFile(file, `"${name}" needs storage ${ref.storage.key}, which is missing`)
    if (storage.end - storage.begin !== ref.storage.count * size)
      throw badFile(file, `storage ${ref.storage.key} of "${name}" has not the size it claims`)
    const last = count === 0 ? ref.offset - 1 : lastElement(name, ref, file)
    const begin = storage.begin + ref.offset * size
    tensors.set(
      name.slice(prefix),
      storedTensor(ref.storage.type, ref.shape, () => {
        const bytes = source.read(begin, storage.begin + (last + 1) * size)
        return isContiguous(ref) ? bytes : gather(bytes, ref, count, size)
      }),
    )
  }
  return tensors
}

/** The place of a tensor's last element in its storage, which has it. */
function lastElement(name: string, ref: TensorRef, file: string): number {
  let last = ref.offset
  for (const [axis, side] of ref.shape.entries()) last += (side - 1) * (ref.strides[axis] as number)
  if (!Number.isSafeInteger(last) || last >= ref.storage.count)
    throw badFile(
      file,
      `"${name}" reaches element ${last} of storage ${ref.storage.key}, which has ${ref.storage.count}`,
    )
  return last
}

function isContiguous({ shape, strides }: TensorRef): boolean {
  let expected = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const side = shape[axis] as number
    if (side !== 1 && strides[axis] !== expected) return false
    expected *= side
  }
  return true
}

/**
 * Copies the elements of a strided tensor into C order.
 * @param bytes from its first element to its last
 */
function gather(
  bytes: Uint8Array,
  ref: TensorRef,
  count: number,
  size: number,
): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(count * size)
  const index = ref.shape.map(() => 0)
  let source = 0
  for (let i = 0; i < count; i++) {
    result.set(bytes.subarray(source * size, (source + 1) * size), i * size)
    for (let axis = index.length - 1; axis >= 0; axis--) {
      const stride = ref.strides[axis] as number
      source += stride
      index[axis] = (index[axis] as number) + 1
      if (index[axis] !== ref.shape[axis]) break
      source -= stride * (ref.shape[axis] as number)
      index[axis] = 0
    }
  }
  return result
}
