import { decodeAtom, encodeAtom } from './atom.ts'
import type { Size } from '../box.ts'
import { ByteReader, ByteWriter, damaged } from './bytes.ts'
import { crc32 } from './crc32.ts'
import type { HistoryItem } from '../history.ts'
import { sameSize, type Mask } from '../mask.ts'
import { readSize } from './rle.ts'

/** Longest piece of a journal in one request; longer records come in several. */
export const JOURNAL_PIECE = 64 * 1024

/** One fact of an editing session, in the order in which it happened. */
export type JournalRecord =
  | { readonly kind: 'commit'; readonly item: HistoryItem }
  | { readonly kind: 'undo' | 'redo' | 'saved' }

const kinds = ['base', 'commit', 'undo', 'redo', 'saved'] as const
const FORMAT = 1
const HEADER_BYTES = 8

/**
 * How a journal's bytes end: whole; torn, when the last record was not written completely; damaged,
 * when a record with others after it cannot be read. What comes before is good in every case.
 */
export type JournalTail = 'complete' | 'torn' | 'damaged'

export interface JournalContents {
  readonly records: readonly JournalRecord[]
  /** Length of the readable part; a writer that goes on cuts the file to it first. */
  readonly keptBytes: number
  readonly tail: JournalTail
}

/** The first record of a journal: which mask it starts from (size and CRC-32 of its pixels). */
export function encodeJournalBase(mask: Mask): Uint8Array {
  const writer = startRecord('base')
  writer.varint(FORMAT)
  writer.varint(mask.width)
  writer.varint(mask.height)
  writer.uint32(crc32(mask.data))
  return frame(writer.finish())
}

/** One record, ready to be appended: payload length and CRC-32 (4 bytes each, little-endian), payload. */
export function encodeJournalRecord(record: JournalRecord): Uint8Array {
  const writer = startRecord(record.kind)
  if (record.kind === 'commit') {
    writer.block(new TextEncoder().encode(record.item.label))
    writer.varint(record.item.atoms.length)
    for (const atom of record.item.atoms) encodeAtom(writer, atom)
  }
  return frame(writer.finish())
}

/**
 * Reads a journal that was begun on `base`. A torn or damaged tail is left out and reported.
 * Throws BAD_FILE when the beginning is unreadable or belongs to another mask.
 */
export function readJournal(bytes: Uint8Array, base: Mask): JournalContents {
  const first = readFrame(bytes, 0)
  if (!first) throw damaged('the journal has no readable beginning')
  checkBase(new ByteReader(first), base)
  const records: JournalRecord[] = []
  let keptBytes = HEADER_BYTES + first.length
  while (keptBytes < bytes.length) {
    const payload = readFrame(bytes, keptBytes)
    if (!payload) return { records, keptBytes, tail: tailKind(bytes, keptBytes) }
    records.push(decodeRecord(new ByteReader(payload), base))
    keptBytes += HEADER_BYTES + payload.length
  }
  return { records, keptBytes, tail: 'complete' }
}

function startRecord(kind: (typeof kinds)[number]): ByteWriter {
  const writer = new ByteWriter()
  writer.byte(kinds.indexOf(kind))
  return writer
}

function frame(payload: Uint8Array): Uint8Array {
  const writer = new ByteWriter()
  writer.uint32(payload.length)
  writer.uint32(crc32(payload))
  writer.raw(payload)
  return writer.finish()
}

/** The payload of the record at `start`, or null when it is incomplete or its checksum is wrong. */
function readFrame(bytes: Uint8Array, start: number): Uint8Array | null {
  if (start + HEADER_BYTES > bytes.length) return null
  const reader = new ByteReader(bytes.subarray(start))
  const length = reader.uint32()
  const checksum = reader.uint32()
  const from = start + HEADER_BYTES
  if (length === 0 || from + length > bytes.length) return null
  const payload = bytes.subarray(from, from + length)
  return crc32(payload) === checksum ? payload : null
}

function tailKind(bytes: Uint8Array, start: number): JournalTail {
  const tail = bytes.subarray(start)
  // A file system may keep the new length but not the bytes of an append that power loss cut off.
  if (tail.length < HEADER_BYTES || tail.every((byte) => byte === 0)) return 'torn'
  return HEADER_BYTES + new ByteReader(tail).uint32() >= tail.length ? 'torn' : 'damaged'
}

function checkBase(reader: ByteReader, base: Mask): void {
  if (kinds[reader.byte()] !== 'base') throw damaged('the journal has no readable beginning')
  const format = reader.varint()
  if (format !== FORMAT)
    throw damaged(`the journal has format ${format}, this version reads ${FORMAT}`)
  const sizeFits = sameSize(readSize(reader), base)
  if (!sizeFits || reader.uint32() !== crc32(base.data))
    throw damaged('the journal belongs to another mask')
  reader.expectEnd()
}

function decodeRecord(reader: ByteReader, size: Size): JournalRecord {
  const kind = kinds[reader.byte()]
  if (kind === undefined || kind === 'base') throw damaged('the journal has an unknown record')
  if (kind !== 'commit') {
    reader.expectEnd()
    return { kind }
  }
  const label = new TextDecoder().decode(reader.block())
  const count = reader.varint()
  const atoms = []
  for (let i = 0; i < count; i++) atoms.push(decodeAtom(reader, size))
  reader.expectEnd()
  return { kind, item: { label, atoms } }
}
