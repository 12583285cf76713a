/** PyTorch's zip container (since 1.6): a pickle and one uncompressed entry for each storage. */
import { badFile } from './bad-file.ts'
import type { ByteSource } from './byte-source.ts'
import { readPickle, type PickleValue } from './pickle.ts'
import { stateDictRules } from './torch-state.ts'

/** Bytes of the part of a PyTorch file that says what is in it: its pickles, or the archive's directory. */
const PICKLE_LIMIT = 64 * 2 ** 20
const ENTRY_LIMIT = 100_000

/** Where something lies in a file. */
export interface Range {
  readonly begin: number
  readonly end: number
}

/** An unpickled object, and where its storages lie, by key. */
export interface TorchContainer {
  readonly value: PickleValue
  readonly storages: ReadonlyMap<string, Range>
}

export function isZip(source: ByteSource): boolean {
  const [first, second] = source.read(0, Math.min(2, source.size))
  return first === 0x50 && second === 0x4b
}

/** @throws DdadError BAD_FILE naming the entry or the byte offset */
export function readTorchZip(source: ByteSource, file: string): TorchContainer {
  const entries = readZip(source, file)
  const pickles = [...entries.keys()].filter((name) => /^[^/]+\/data\.pkl$/.test(name))
  if (pickles.length !== 1)
    throw badFile(file, 'it is a zip archive without the data.pkl of a PyTorch file')
  const [name] = pickles as [string]
  const root = name.slice(0, -'data.pkl'.length)
  const { begin, end } = entries.get(name)!
  if (end - begin > PICKLE_LIMIT) throw badFile(file, `${name} has ${end - begin} bytes`)
  const pickle = source.read(begin, end)
  const order = entries.get(`${root}byteorder`)
  const text = order && source.read(order.begin, Math.min(order.end, order.begin + 16))
  if (text && new TextDecoder().decode(text) !== 'little')
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
function readZip(source: ByteSource, file: string): Map<string, Range> {
  const directory = findDirectory(source, file)
  const { buffer } = source.read(directory.offset, directory.end)
  const view = new DataView(buffer)
  const entries = new Map<string, Range>()
  let position = 0
  let total = 0
  for (let i = 0; i < directory.count; i++) {
    const place = directory.offset + position
    if (position + 46 > view.byteLength || view.getUint32(position, true) !== 0x02014b50)
      throw badFile(file, `the zip directory has no entry at byte ${place}`)
    const nameEnd = position + 46 + view.getUint16(position + 28, true)
    const extraEnd = nameEnd + view.getUint16(position + 30, true)
    const next = extraEnd + view.getUint16(position + 32, true)
    if (next > view.byteLength)
      throw badFile(file, `the zip entry at byte ${place} leaves the directory`)
    const name = new TextDecoder().decode(buffer.slice(position + 46, nameEnd))
    const flags = view.getUint16(position + 8, true)
    if (view.getUint16(position + 10, true) !== 0 || flags & 1)
      throw badFile(file, `${name} is compressed or encrypted, which PyTorch never writes`)
    const { size, offset } = entrySizes(view, position, nameEnd, extraEnd, name, file)
    const begin = contentStart(source, offset, name, file)
    if (begin + size > directory.offset)
      throw badFile(file, `${name} at byte ${begin} leaves the archive`)
    total += size
    if (entries.has(name) || total > source.size)
      throw badFile(file, `${name} occurs twice or overlaps another entry`)
    entries.set(name, { begin, end: begin + size })
    position = next
  }
  return entries
}

/** The central directory's place, from the end record at the end of the file (with ZIP64's where present). */
function findDirectory(
  source: ByteSource,
  file: string,
): { offset: number; end: number; count: number } {
  const tail = Math.max(0, source.size - 22 - 0xffff - 20)
  const view = new DataView(source.read(tail, source.size).buffer)
  for (let at = view.byteLength - 22; at >= 0; at--) {
    if (view.getUint32(at, true) !== 0x06054b50) continue
    let end = tail + at
    let count = view.getUint16(at + 10, true)
    let size = view.getUint32(at + 12, true)
    let offset = view.getUint32(at + 16, true)
    if (at >= 20 && view.getUint32(at - 20, true) === 0x07064b50) {
      const place = Number(view.getBigUint64(at - 12, true))
      if (place + 56 > end) throw badFile(file, `its zip64 record at byte ${place} is damaged`)
      const record = new DataView(source.read(place, place + 56).buffer)
      if (record.getUint32(0, true) !== 0x06064b50)
        throw badFile(file, `its zip64 record at byte ${place} is damaged`)
      end = place
      count = Number(record.getBigUint64(32, true))
      size = Number(record.getBigUint64(40, true))
      offset = Number(record.getBigUint64(48, true))
    }
    if (offset + size > end || size > PICKLE_LIMIT || count > ENTRY_LIMIT)
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

function contentStart(source: ByteSource, offset: number, name: string, file: string): number {
  if (offset + 30 > source.size) throw badFile(file, `${name} has no header at byte ${offset}`)
  const view = new DataView(source.read(offset, offset + 30).buffer)
  if (view.getUint32(0, true) !== 0x04034b50)
    throw badFile(file, `${name} has no header at byte ${offset}`)
  return offset + 30 + view.getUint16(26, true) + view.getUint16(28, true)
}
