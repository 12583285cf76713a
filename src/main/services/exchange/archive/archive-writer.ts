/**
 * Writes a zip archive whose entries are stored, not compressed: weights and maps hardly shrink, and a
 * reader can check sizes before it unpacks anything.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { crc32 } from 'node:zlib'
import { DdadError } from '../../../../shared/errors.ts'
import { hashFile, notAsWritten, unreadable, unwritable, writeAll } from '../../../files/files.ts'
import { temporaryName } from '../../../files/leftovers.ts'
import { centralHeader, endRecords, localHeader, type ZipEntry } from './zip-records.ts'

/** An entry as it was written. */
export interface ArchivedFile {
  readonly path: string
  readonly bytes: number
  readonly sha256: string
}

export class ArchiveWriter {
  readonly #file: string
  readonly #temporary: string
  readonly #handle: FileHandle
  readonly #entries: (ArchivedFile & ZipEntry)[] = []
  #position = 0

  private constructor(file: string, temporary: string, handle: FileHandle) {
    this.#file = file
    this.#temporary = temporary
    this.#handle = handle
  }

  /** Begins an archive under a temporary name beside `file`. */
  static async create(file: string): Promise<ArchiveWriter> {
    const temporary = temporaryName(file)
    try {
      return new ArchiveWriter(file, temporary, await open(temporary, 'w'))
    } catch (error) {
      throw unwritable(file, error)
    }
  }

  /** The entries so far, in order. */
  get files(): readonly ArchivedFile[] {
    return this.#entries.map(({ path, bytes, sha256 }) => ({ path, bytes, sha256 }))
  }

  /**
   * Adds bytes, or the content of a file of any size.
   * @throws {DdadError} CONFLICT when the file grows or shrinks meanwhile, NOT_FOUND or BAD_FILE naming it when it
   *   cannot be read
   */
  async add(path: string, content: Uint8Array | { readonly file: string }): Promise<ArchivedFile> {
    const offset = this.#position
    const bytes = content instanceof Uint8Array ? content.length : await sizeOf(content.file)
    await this.#write(localHeader({ path, bytes, crc: 0 }))
    const begin = this.#position
    const hash = createHash('sha256')
    let crc = 0
    const chunks: AsyncIterable<Buffer> | Iterable<Uint8Array> =
      content instanceof Uint8Array ? [content] : readable(content.file)
    for await (const chunk of chunks) {
      hash.update(chunk)
      crc = crc32(chunk, crc)
      await this.#write(chunk)
    }
    if (this.#position - begin !== bytes)
      throw new DdadError('CONFLICT', `${path} changed while it was exported. Export it again.`)
    await this.#put(localHeader({ path, bytes, crc }), offset)
    const entry = { path, bytes, sha256: hash.digest('hex'), offset, crc }
    this.#entries.push(entry)
    return entry
  }

  /** Ends the archive: only now is there a file of its name. Returns its size in bytes. */
  async finish(): Promise<number> {
    const start = this.#position
    for (const entry of this.#entries) await this.#write(centralHeader(entry))
    await this.#write(endRecords(this.#entries.length, start, this.#position))
    try {
      await this.#handle.sync()
      await this.#handle.close()
      await this.#readBack()
      await rename(this.#temporary, this.#file)
    } catch (error) {
      throw unwritable(this.#file, error)
    }
    return this.#position
  }

  /** Gives the archive up; nothing is left of it. */
  async abandon(): Promise<void> {
    await this.#handle.close().catch(() => {})
    await rm(this.#temporary, { force: true })
  }

  async #write(bytes: Uint8Array): Promise<void> {
    await this.#put(bytes, this.#position)
    this.#position += bytes.length
  }

  /** Holds what is on the disk against what was handed to the system, entry by entry. */
  async #readBack(): Promise<void> {
    if ((await stat(this.#temporary)).size !== this.#position) throw notAsWritten(this.#file)
    for (const { offset, bytes, path, crc, sha256 } of this.#entries) {
      const start = offset + localHeader({ path, bytes, crc }).length
      const part = bytes > 0 ? { start, end: start + bytes - 1 } : null
      if ((await hashFile(this.#temporary, part)) !== sha256) throw notAsWritten(this.#file)
    }
  }

  async #put(bytes: Uint8Array, position: number): Promise<void> {
    try {
      await writeAll(this.#handle, bytes, position)
    } catch (error) {
      throw unwritable(this.#file, error)
    }
  }
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size
  } catch (error) {
    throw unreadable(file, error)
  }
}

async function* readable(file: string): AsyncGenerator<Buffer> {
  const stream = createReadStream(file)[Symbol.asyncIterator]()
  for (;;) {
    // What is thrown while a chunk is used is not about this file.
    const next = await stream.next().catch((error: unknown) => {
      throw unreadable(file, error)
    })
    if (next.done) return
    yield next.value as Buffer
  }
}
