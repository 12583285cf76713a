/** PyTorch's zip container (since 1.6): a pickle and one uncompressed entry for each storage. */
import { badFile } from './bad-file.ts'
import { readPickle, type PickleValue } from './pickle.ts'
import { stateDictRules } from './torch-state.ts'

const PICKLE_LIMIT = 64 * 2 ** 20
const ENTRY_LIMIT = 100_000

/** An unpickled object and the raw bytes of its storages by key. */
export interface TorchContainer {
  readonly value: PickleValue
  readonly storages: ReadonlyMap<string, Uint8Array>
}

export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b
}

/** @throws DdadError BAD_FILE naming the entry or the byte offset */
export function readTorchZip(bytes: Uint8Array, file: string): TorchContainer {
  const entries = readZip(bytes, file)
  const pickles = [...entries.keys()].filter((name) => /^[^/]+\/data\.pkl$/.test(name))
  if (pickles.length !== 1)
    throw badFile(file, 'it is a zip archive without the data.pkl of a PyTorch file')
  const [name] = pickles as [string]
  const root = name.slice(0, -'data.pkl'.length)
  const pickle = entries.get(name) as Uint8Array
  if (pickle.length > PICKLE_LIMIT) throw badFile(file, `${name} has ${pickle.length} bytes`)
  const order = entries.get(`${root}byteorder`)
  if (order && new TextDecoder().decode(order.subarray(0, 16)) !== 'little')
    throw badFile(file, 'it was written in big-endian order')
  const prefix = `${root}data/`
  const storages = new Map(
    [...entries]
      .filter(([entry]) => entry.startsWith(prefix))
      .map(([entry, content]) => [entry.slice(prefix.length), content]),
  )
  return { value: readPickle(pickle, 0, stateDictRules(file)).value, storages }
}

/** Contents of all entries by name, taken from the central directory; they must be stored uncompressed. */
function readZip(bytes: Uint8Array, file: string): Map<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const directory = findDirectory(view, file)
  const entries = new Map<string, Uint8Array>()
  let position = directory.offset
  let total = 0
  for (let i = 0; i < directory.count; i++) {
    if (position + 46 > directory.end || view.getUint32(position, true) !== 0x02014b50)
      throw badFile(file, `the zip directory has no entry at byte ${position}`)
    const nameEnd = position + 46 + view.getUint16(position + 28, true)
    const extraEnd = nameEnd + view.getUint16(position + 30, true)
    const next = extraEnd + view.getUint16(position + 32, true)
    if (next > directory.end)
      throw badFile(file, `the zip entry at byte ${position} leaves the directory`)
    const name = new TextDecoder().decode(bytes.subarray(position + 46, nameEnd))
    const flags = view.getUint16(position + 8, true)
    if (view.getUint16(position + 10, true) !== 0 || flags & 1)
      throw badFile(file, `${name} is compressed or encrypted, which PyTorch never writes`)
    const { size, offset } = entrySizes(view, position, nameEnd, extraEnd, name, file)
    const start = contentStart(view, offset, name, file)
    if (start + size > directory.offset)
      throw badFile(file, `${name} at byte ${start} leaves the archive`)
    total += size
    if (entries.has(name) || total > bytes.length)
      throw badFile(file, `${name} occurs twice or overlaps another entry`)
    entries.set(name, bytes.subarray(start, start + size))
    position = next
  }
  return entries
}

/** The central directory's place, from the end record at the end of the file (with ZIP64's where present). */
function findDirectory(
  view: DataView,
  file: string,
): { offset: number; end: number; count: number } {
  const lowest = Math.max(0, view.byteLength - 22 - 0xffff)
  for (let at = view.byteLength - 22; at >= lowest; at--) {
    if (view.getUint32(at, true) !== 0x06054b50) continue
    let count = view.getUint16(at + 10, true)
    let size = view.getUint32(at + 12, true)
    let offset = view.getUint32(at + 16, true)
    if (at >= 20 && view.getUint32(at - 20, true) === 0x07064b50) {
      const record = Number(view.getBigUint64(at - 12, true))
      if (record + 56 > at || view.getUint32(record, true) !== 0x06064b50)
        throw badFile(file, `its zip64 record at byte ${record} is damaged`)
      count = Number(view.getBigUint64(record + 32, true))
      size = Number(view.getBigUint64(record + 40, true))
      offset = Number(view.getBigUint64(record + 48, true))
    }
    if (offset + size > at || count > ENTRY_LIMIT)
      throw badFile(file, `its zip directory at byte ${offset} is damaged`)
    return { offset, end: offset + size, count }
  }
  throw badFile(file, 'it is a zip archive whose end is missing; it may be cut off')
}

/** Size and local header offset; 0xffffffff refers to the ZIP64 extra field. */
function entrySizes(
  view: DataView,
  entry: number,
  extraStart: number,
  extraEnd: number,
  name: string,
  file: string,
): { size: number; offset: number } {
  const compressed = view.getUint32(entry + 20, true)
  const fields = [view.getUint32(entry + 24, true), compressed, view.getUint32(entry + 42, true)]
  if (fields.includes(0xffffffff)) {
    let at = zip64Field(view, extraStart, extraEnd)
    for (const [i, value] of fields.entries()) {
      if (value !== 0xffffffff) continue
      if (at === null || at + 8 > extraEnd)
        throw badFile(file, `${name} has no zip64 sizes in the directory`)
      fields[i] = Number(view.getBigUint64(at, true))
      at += 8
    }
  }
  const [size, stored, offset] = fields as [number, number, number]
  if (size !== stored) throw badFile(file, `${name} has two different sizes`)
  return { size, offset }
}

function zip64Field(view: DataView, start: number, end: number): number | null {
  for (let at = start; at + 4 <= end; at += 4 + view.getUint16(at + 2, true))
    if (view.getUint16(at, true) === 1) return at + 4
  return null
}

function contentStart(view: DataView, offset: number, name: string, file: string): number {
  if (offset + 30 > view.byteLength || view.getUint32(offset, true) !== 0x04034b50)
    throw badFile(file, `${name} has no header at byte ${offset}`)
  return offset + 30 + view.getUint16(offset + 26, true) + view.getUint16(offset + 28, true)
}
