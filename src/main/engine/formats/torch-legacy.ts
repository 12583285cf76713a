/** PyTorch's container before 1.6: five pickles and then the raw storages, one after the other. */
import { itemSize } from './array-tensor.ts'
import { badFile } from './bad-file.ts'
import { readPickle, type PickleRules, type PickleValue } from './pickle.ts'
import type { StorageRef } from './torch-state.ts'
import { stateDictRules } from './torch-state.ts'
import type { TorchContainer } from './torch-zip.ts'

const MAGIC = 0x1950a86a20f9469cfc6cn
const PROTOCOL = 1001

/** @throws DdadError BAD_FILE naming the storage or the byte offset */
export function readTorchLegacy(bytes: Uint8Array, file: string): TorchContainer {
  let position = 0
  const next = (rules: PickleRules): PickleValue => {
    const { value, end } = readPickle(bytes, position, rules)
    position = end
    return value
  }
  const rules = stateDictRules(file)
  if (next(rules) !== MAGIC) throw badFile(file, 'it does not begin as a PyTorch file does')
  if (next(rules) !== PROTOCOL) throw badFile(file, 'its PyTorch protocol is unknown')
  const system = next(rules)
  if (!(system instanceof Map) || system.get('little_endian') !== true)
    throw badFile(file, 'it was not written in little-endian order')

  const types = new Map<string, StorageRef>()
  const value = next({
    ...rules,
    persistent: (id) => {
      const storage = rules.persistent(id) as StorageRef
      const known = types.get(storage.key)
      if (known && known.type !== storage.type)
        throw badFile(file, `storage ${storage.key} is used with two types`)
      types.set(storage.key, storage)
      return storage
    },
  })
  const keys = next(rules)
  if (!Array.isArray(keys)) throw badFile(file, 'its list of storages is missing')

  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const storages = new Map<string, Uint8Array>()
  for (const key of keys as PickleValue[]) {
    const storage = typeof key === 'string' ? types.get(key) : undefined
    if (!storage || storages.has(storage.key))
      throw badFile(file, `the storage at byte ${position} belongs to no tensor`)
    if (position + 8 > bytes.length) throw badFile(file, `it is cut off at byte ${position}`)
    const size = Number(view.getBigInt64(position, true)) * itemSize(storage.type)
    const end = position + 8 + size
    if (size < 0 || end > bytes.length)
      throw badFile(file, `storage ${storage.key} ends at byte ${end}, the file at ${bytes.length}`)
    storages.set(storage.key, bytes.subarray(position + 8, end))
    position = end
  }
  return { value, storages }
}
