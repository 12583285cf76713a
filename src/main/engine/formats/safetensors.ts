/** The safetensors format: u64 header length, JSON header, raw little-endian tensors without gaps. */
import type { FileParts } from '../../files/files.ts'
import {
  elementCount,
  isSize,
  isStoredType,
  itemSize,
  storedTensor,
  type ArrayTensor,
  type StoredType,
} from './array-tensor.ts'
import { badFile, expectWeights } from './bad-file.ts'
import { sourceOf, type Bytes, type ByteSource } from './byte-source.ts'
import { duplicateKey } from './json-keys.ts'

const HEADER_LIMIT = 100_000_000

export interface Safetensors {
  readonly tensors: Map<string, ArrayTensor>
  readonly metadata: Record<string, string>
}

interface Entry {
  readonly name: string
  readonly type: StoredType
  readonly shape: readonly number[]
  readonly begin: number
  readonly end: number
}

/**
 * Reads the header of a safetensors file; values are read when they are asked for. F16 and BF16 are widened
 * to F32. The payload must be covered by the tensors exactly once: no overlap, no hole, no rest.
 * @param file what errors call the data
 * @throws DdadError BAD_FILE naming the key or the byte offset
 */
export function readSafetensors(bytes: Bytes, file = 'The safetensors data'): Safetensors {
  const source = sourceOf(bytes)
  expectWeights(source, file)
  const { header, start } = readHeader(source, file)
  const metadata = readMetadata(header['__metadata__'], file)
  const entries = Object.entries(header)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, value]) => readEntry(name, value, file))
  checkCoverage(entries, source.size - start, file)
  const tensors = new Map<string, ArrayTensor>()
  for (const { name, type, shape, begin, end } of entries)
    tensors.set(
      name,
      storedTensor(type, shape, () => source.read(start + begin, start + end)),
    )
  return { tensors, metadata }
}

/**
 * Tensors and string metadata as a safetensors file. Tensors are ordered by descending item size, then by
 * name, so that each is aligned and equal inputs give equal bytes. Each is asked for its values when its
 * turn has come.
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, ArrayTensor>,
  metadata: Readonly<Record<string, string>> = {},
): FileParts {
  const ordered = [...tensors].sort(
    ([a, x], [b, y]) => itemSize(y.dtype) - itemSize(x.dtype) || (a < b ? -1 : 1),
  )
  const header: [string, unknown][] = []
  if (Object.keys(metadata).length > 0) header.push(['__metadata__', metadata])
  let offset = 0
  for (const [name, { dtype, shape }] of ordered) {
    const count = elementCount(shape)
    if (count === null) throw new RangeError(`${name}: [${shape.join(', ')}] is no shape.`)
    const end = offset + count * itemSize(dtype)
    header.push([name, { dtype, shape, data_offsets: [offset, end] }])
    offset = end
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)))
  const padded = Math.ceil(json.length / 8) * 8
  const head = new Uint8Array(8 + padded).fill(0x20)
  new DataView(head.buffer).setBigUint64(0, BigInt(padded), true)
  head.set(json, 8)
  return { bytes: head.length + offset, parts: partsOf(head, ordered) }
}

function* partsOf(
  head: Uint8Array,
  ordered: readonly (readonly [string, ArrayTensor])[],
): Generator<Uint8Array> {
  yield head
  for (const [name, tensor] of ordered) {
    const { shape, data } = tensor
    if (elementCount(shape) !== data.length)
      throw new RangeError(`${name}: ${data.length} values do not fill [${shape.join(', ')}].`)
    yield new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  }
}

function readHeader(
  source: ByteSource,
  file: string,
): { header: Record<string, unknown>; start: number } {
  const { size } = source
  if (size < 8) throw badFile(file, `it has ${size} bytes and no header`)
  const length = new DataView(source.read(0, 8).buffer).getBigUint64(0, true)
  if (length > HEADER_LIMIT)
    throw badFile(file, `its header claims ${length} bytes, more than ${HEADER_LIMIT}`)
  const start = 8 + Number(length)
  if (start > size)
    throw badFile(file, `its header ends at byte ${start}, after the file's end at ${size}`)
  const bytes = source.read(8, start)
  if (bytes[0] !== 0x7b) throw badFile(file, 'byte 8 does not open a JSON object')
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    const header = JSON.parse(text) as Record<string, unknown>
    const twice = duplicateKey(text)
    if (twice !== null) throw badFile(file, `the key "${twice}" occurs twice in its header`)
    return { header, start }
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError)
      throw badFile(file, `the header at bytes 8 to ${start} is not valid JSON: ${error.message}`)
    throw error
  }
}

function readMetadata(value: unknown, file: string): Record<string, string> {
  if (value === undefined) return {}
  if (!isRecord(value)) throw badFile(file, '"__metadata__" is not an object')
  for (const [key, text] of Object.entries(value))
    if (typeof text !== 'string') throw badFile(file, `the metadata "${key}" is not a string`)
  return value as Record<string, string>
}

function readEntry(name: string, value: unknown, file: string): Entry {
  if (!isRecord(value)) throw badFile(file, `the entry of tensor "${name}" is not an object`)
  const { dtype, shape, data_offsets: offsets } = value
  if (!isStoredType(dtype))
    throw badFile(file, `tensor "${name}" has the unknown type ${String(dtype)}`)
  const count = elementCount(shape)
  if (count === null) throw badFile(file, `tensor "${name}" has no valid shape`)
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize))
    throw badFile(file, `tensor "${name}" has no valid data_offsets`)
  const [begin, end] = offsets as [number, number]
  if (end - begin !== count * itemSize(dtype))
    throw badFile(file, `tensor "${name}" has ${end - begin} bytes, its shape needs another number`)
  return { name, type: dtype, shape: shape as number[], begin, end }
}

function checkCoverage(entries: readonly Entry[], length: number, file: string): void {
  const ordered = [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)
  let position = 0
  for (const { name, begin, end } of ordered) {
    if (begin !== position) {
      const what = begin < position ? 'overlaps another one' : 'leaves a hole before it'
      throw badFile(file, `tensor "${name}" at data offset ${begin} ${what}`)
    }
    position = end
  }
  if (position !== length)
    throw badFile(file, `its tensors end at data offset ${position}, its data at ${length}`)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
