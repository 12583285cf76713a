/**
 * Writes a zip archive whose entries are stored, not compressed: weights and maps hardly shrink, and a
 * reader can check sizes before it unpacks anything. Zip64 where counts or offsets need it
 * (PKWARE APPNOTE 6.3.10).
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rename, rm, type FileHandle } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { DdadError } from '../../../../shared/errors.ts'

/** An entry as it was written. */
export interface ArchivedFile {
  readonly path: string
  readonly bytes: number
  readonly sha256: string
}

interface Entry extends ArchivedFile {
  readonly offset: number
  readonly crc: number
}

const LIMIT_32 = 0xffffffff
const LIMIT_16 = 0xffff
/** 1 January 1980: an archive of the same files is the same, whenever it is written. */
const DATE = 0x21
/** Bit 11: names are UTF-8. */
const FLAGS = 0x800

export class ArchiveWriter {
  readonly #file: string
  readonly #temporary: string
  readonly #handle: FileHandle
  readonly #entries: Entry[] = []
  #position = 0

  private constructor(file: string, temporary: string, handle: FileHandle) {
    this.#file = file
    this.#temporary = temporary
    this.#handle = handle
  }

  /** Begins an archive under a temporary name beside `file`. */
  static async create(file: string): Promise<ArchiveWriter> {
    const temporary = `${file}.${process.pid}.tmp`
    return new ArchiveWriter(file, temporary, await open(temporary, 'w'))
  }

  /** The entries so far, in order. */
  get files(): readonly ArchivedFile[] {
    return this.#entries.map(({ path, bytes, sha256 }) => ({ path, bytes, sha256 }))
  }

  /** Adds bytes, or the content of a file of any size below 4 GiB. */
  async add(path: string, content: Uint8Array | { readonly file: string }): Promise<ArchivedFile> {
    const offset = this.#position
    const name = Buffer.from(path, 'utf8')
    await this.#write(localHeader(name, 0, 0))
    const hash = createHash('sha256')
    let crc = 0
    let bytes = 0
    const chunks: AsyncIterable<Buffer> | Iterable<Uint8Array> =
      content instanceof Uint8Array ? [content] : createReadStream(content.file)
    for await (const chunk of chunks) {
      hash.update(chunk)
      crc = crc32(chunk, crc)
      bytes += chunk.length
      await this.#write(chunk)
    }
    if (bytes >= LIMIT_32) {
      throw new DdadError('INVALID_INPUT', `${path} is too large for an archive: over 4 GiB.`)
    }
    const header = localHeader(name, crc, bytes)
    await this.#handle.write(header, 0, header.length, offset)
    const entry = { path, bytes, sha256: hash.digest('hex'), offset, crc }
    this.#entries.push(entry)
    return entry
  }

  /** Ends the archive: only now is there a file of its name. Returns its size in bytes. */
  async finish(): Promise<number> {
    const start = this.#position
    for (const entry of this.#entries) await this.#write(centralHeader(entry))
    await this.#write(endRecords(this.#entries.length, start, this.#position))
    await this.#handle.sync()
    await this.#handle.close()
    await rename(this.#temporary, this.#file)
    return this.#position
  }

  /** Gives the archive up; nothing is left of it. */
  async abandon(): Promise<void> {
    await this.#handle.close().catch(() => {})
    await rm(this.#temporary, { force: true })
  }

  async #write(bytes: Uint8Array): Promise<void> {
    await this.#handle.write(bytes, 0, bytes.length, this.#position)
    this.#position += bytes.length
  }
}

function localHeader(name: Buffer, crc: number, bytes: number): Buffer {
  const header = Buffer.alloc(30)
  header.writeUInt32LE(0x04034b50, 0)
  header.writeUInt16LE(20, 4)
  header.writeUInt16LE(FLAGS, 6)
  header.writeUInt16LE(DATE, 12)
  header.writeUInt32LE(crc, 14)
  header.writeUInt32LE(bytes, 18)
  header.writeUInt32LE(bytes, 22)
  header.writeUInt16LE(name.length, 26)
  return Buffer.concat([header, name])
}

function centralHeader({ path, crc, bytes, offset }: Entry): Buffer {
  const name = Buffer.from(path, 'utf8')
  const far = offset >= LIMIT_32
  const extra = Buffer.alloc(far ? 12 : 0)
  if (far) {
    extra.writeUInt16LE(1, 0)
    extra.writeUInt16LE(8, 2)
    extra.writeBigUInt64LE(BigInt(offset), 4)
  }
  const header = Buffer.alloc(46)
  header.writeUInt32LE(0x02014b50, 0)
  header.writeUInt16LE(45, 4)
  header.writeUInt16LE(far ? 45 : 20, 6)
  header.writeUInt16LE(FLAGS, 8)
  header.writeUInt16LE(DATE, 14)
  header.writeUInt32LE(crc, 16)
  header.writeUInt32LE(bytes, 20)
  header.writeUInt32LE(bytes, 24)
  header.writeUInt16LE(name.length, 28)
  header.writeUInt16LE(extra.length, 30)
  header.writeUInt32LE(far ? LIMIT_32 : offset, 42)
  return Buffer.concat([header, name, extra])
}

function endRecords(count: number, start: number, end: number): Buffer {
  const far = count >= LIMIT_16 || start >= LIMIT_32
  const zip64 = Buffer.alloc(far ? 76 : 0)
  if (far) {
    zip64.writeUInt32LE(0x06064b50, 0)
    zip64.writeBigUInt64LE(44n, 4)
    zip64.writeUInt16LE(45, 12)
    zip64.writeUInt16LE(45, 14)
    zip64.writeBigUInt64LE(BigInt(count), 24)
    zip64.writeBigUInt64LE(BigInt(count), 32)
    zip64.writeBigUInt64LE(BigInt(end - start), 40)
    zip64.writeBigUInt64LE(BigInt(start), 48)
    zip64.writeUInt32LE(0x07064b50, 56)
    zip64.writeBigUInt64LE(BigInt(end), 64)
    zip64.writeUInt32LE(1, 72)
  }
  const record = Buffer.alloc(22)
  record.writeUInt32LE(0x06054b50, 0)
  record.writeUInt16LE(far ? LIMIT_16 : count, 8)
  record.writeUInt16LE(far ? LIMIT_16 : count, 10)
  record.writeUInt32LE(Math.min(LIMIT_32, end - start), 12)
  record.writeUInt32LE(far ? LIMIT_32 : start, 16)
  return Buffer.concat([zip64, record])
}
