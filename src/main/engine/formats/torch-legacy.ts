/** PyTorch's container before 1.6: five pickles and then the raw storages, one after the other. */
import { itemSize } from './array-tensor.ts'
import { badFile } from './bad-file.ts'
import type { ByteSource } from './byte-source.ts'
import { readPickle, type PickleRules, type PickleValue } from './pickle.ts'
import type { StorageRef } from './torch-state.ts'
import { stateDictRules } from './torch-state.ts'
import type { Range, TorchContainer } from './torch-zip.ts'

const MAGIC = 0x1950a86a20f9469cfc6cn
const PROTOCOL = 1001
/** The pickles, which say what is in the file, have some hundred kilobytes. */
const HEAD_LIMIT = 16 * 2 ** 20

/** @throws DdadError BAD_FILE naming the storage or the byte offset */
export function readTorchLegacy(source: ByteSource, file: string): TorchContainer {
  const bytes = source.read(0, Math.min(source.size, HEAD_LIMIT))
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

  const storages = new Map<string, Range>()
  for (const key of keys as PickleValue[]) {
    const storage = typeof key === 'string' ? types.get(key) : undefined
    if (!storage || storages.has(storage.key))
      throw badFile(file, `the storage at byte ${position} belongs to no tensor`)
    const begin = position + 8
    if (begin > source.size) throw badFile(file, `it is cut off at byte ${position}`)
    const count = new DataView(source.read(position, begin).buffer).getBigInt64(0, true)
    const end = begin + Number(count) * itemSize(storage.type)
    if (count < 0n || end > source.size)
      throw badFile(file, `storage ${storage.key} ends at byte ${end}, the file at ${source.size}`)
    storages.set(storage.key, { begin, end })
    position = end
  }
  return { value, storages }
}
