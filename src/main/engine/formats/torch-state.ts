/** What a PyTorch state dict may consist of: dicts, numbers, text, and tensors over named storages. */
import { elementCount, isSize, type StoredType } from './array-tensor.ts'
import { badFile } from './bad-file.ts'
import { Unread, type PickleRules, type PickleValue } from './pickle.ts'

const storageTypes: Readonly<Record<string, StoredType>> = {
  FloatStorage: 'F32',
  HalfStorage: 'F16',
  BFloat16Storage: 'BF16',
  DoubleStorage: 'F64',
  LongStorage: 'I64',
  IntStorage: 'I32',
  ShortStorage: 'I16',
  CharStorage: 'I8',
  ByteStorage: 'U8',
  BoolStorage: 'BOOL',
}

/** Of NumPy's numbers and arrays, and of the bytes in them: made without being looked at. */
const unreadGlobals = [
  ...['numpy.core.multiarray', 'numpy._core.multiarray'].flatMap((module) => [
    `${module}.scalar`,
    `${module}._reconstruct`,
  ]),
  'numpy.core.numeric._frombuffer',
  'numpy._core.numeric._frombuffer',
  'numpy.dtype',
  'numpy.ndarray',
  '_codecs.encode',
]

/** A storage, or a view of `count` elements of one, as the pickle names it. */
export class StorageRef {
  readonly key: string
  readonly type: StoredType
  /** Elements of the whole storage. */
  readonly count: number
  readonly offset: number

  constructor(key: string, type: StoredType, count: number, offset: number) {
    this.key = key
    this.type = type
    this.count = count
    this.offset = offset
  }
}

/** A tensor that has not been read from its storage yet; strides in elements. */
export class TensorRef {
  readonly storage: StorageRef
  readonly offset: number
  readonly shape: readonly number[]
  readonly strides: readonly number[]

  constructor(
    storage: StorageRef,
    offset: number,
    shape: readonly number[],
    strides: readonly number[],
  ) {
    this.storage = storage
    this.offset = offset
    this.shape = shape
    this.strides = strides
  }
}

/** The rules by which a state dict is unpickled: nothing but these globals exists. */
export function stateDictRules(file: string): PickleRules {
  const fail = (detail: string): never => {
    throw badFile(file, detail)
  }

  const rebuildTensor = (args: readonly PickleValue[]): TensorRef => {
    const [storage, offset, shape, strides] = args
    if (!(storage instanceof StorageRef)) return fail('a tensor has no storage')
    if (!isSize(offset)) return fail(`a tensor of storage ${storage.key} has no offset`)
    if (elementCount(shape) === null || !Array.isArray(strides) || !strides.every(isSize))
      return fail(`a tensor of storage ${storage.key} has no valid shape`)
    const [sides, steps] = [shape as number[], strides as number[]]
    if (sides.length !== steps.length || sides.length > 16)
      return fail(`a tensor of storage ${storage.key} has shape and strides of different rank`)
    return new TensorRef(storage, storage.offset + offset, sides, steps)
  }

  const rebuildParameter = ([tensor]: readonly PickleValue[]): TensorRef =>
    tensor instanceof TensorRef ? tensor : fail('a parameter holds no tensor')

  const orderedDict = (args: readonly PickleValue[]): Map<PickleValue, PickleValue> => {
    const [pairs = []] = args
    if (!Array.isArray(pairs) || !pairs.every((pair) => Array.isArray(pair) && pair.length === 2))
      return fail('an OrderedDict is not built from pairs')
    return new Map(
      (pairs as [PickleValue, PickleValue][]).filter(([key]) => typeof key === 'string'),
    )
  }

  const globals = new Map<string, PickleValue>([
    ['collections.OrderedDict', orderedDict],
    ['torch._utils._rebuild_tensor', rebuildTensor],
    ['torch._utils._rebuild_tensor_v2', rebuildTensor],
    ['torch._utils._rebuild_parameter', rebuildParameter],
    ...unreadGlobals.map((name) => [name, () => new Unread()] as const),
    ...Object.entries(storageTypes).map(([name, type]) => [`torch.${name}`, { type }] as const),
  ])

  return {
    file,
    global: (name) =>
      globals.get(name) ??
      fail(`it asks for the Python object "${name}", which a weights file has no need of`),
    persistent: (id) => {
      if (!Array.isArray(id) || id[0] !== 'storage')
        return fail('a storage is named in an unknown way')
      const [, kind, key, , count, view] = id as PickleValue[]
      const type = storageType(kind)
      if (type === null || typeof key !== 'string' || !isSize(count))
        return fail('a storage is named in an unknown way')
      const offset = viewOffset(view)
      if (offset === null) return fail(`the view of storage ${key} is not understood`)
      return new StorageRef(key, type, count, offset)
    },
  }
}

function storageType(kind: PickleValue): StoredType | null {
  if (typeof kind !== 'object' || kind === null || !('type' in kind)) return null
  return kind.type as StoredType
}

/** Old files name a view of a storage as (key, offset, size). */
function viewOffset(view: PickleValue): number | null {
  if (view === undefined || view === null) return 0
  if (!Array.isArray(view) || !isSize(view[1])) return null
  return view[1]
}
