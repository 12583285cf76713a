/** Bytes of a file or of memory, taken piece by piece: a file of weights may be larger than memory. */
import fs from 'node:fs'
import { DdadError } from '../../../shared/errors.ts'
import { unreadable } from '../../files/files.ts'
import { badFile } from './bad-file.ts'

/** Node reads less than 2³¹ bytes at a time. */
const READ_LIMIT = 2 ** 30

export interface ByteSource {
  /** Bytes in all. */
  readonly size: number
  /** A copy of the bytes from `begin` to before `end`, in a buffer of its own. */
  read(begin: number, end: number): Uint8Array<ArrayBuffer>
}

/** What readers take; bytes are in memory already. */
export type Bytes = Uint8Array | ByteSource

export function sourceOf(bytes: Bytes): ByteSource {
  if (!(bytes instanceof Uint8Array)) return bytes
  return {
    size: bytes.length,
    read: (begin, end) => new Uint8Array(bytes.subarray(begin, end)),
  }
}

/**
 * A file that is opened for each piece, so that nobody has to close it.
 * @throws DdadError NOT_FOUND or BAD_FILE; also later, when it has become another file since
 */
export function fileBytes(file: string): ByteSource {
  const opened = <T>(use: (descriptor: number) => T): T => {
    try {
      const descriptor = fs.openSync(file, 'r')
      try {
        return use(descriptor)
      } finally {
        fs.closeSync(descriptor)
      }
    } catch (error) {
      throw error instanceof DdadError ? error : unreadable(file, error)
    }
  }
  const look = (descriptor: number) => {
    const stat = fs.fstatSync(descriptor, { bigint: true })
    if (!stat.isFile()) throw badFile(file, 'it is no file')
    return {
      size: Number(stat.size),
      version: `${stat.dev} ${stat.ino} ${stat.size} ${stat.mtimeNs}`,
    }
  }
  const { size, version } = opened(look)
  return {
    size,
    read: (begin, end) =>
      opened((descriptor) => {
        if (look(descriptor).version !== version)
          throw badFile(file, 'it changed while it was read')
        const bytes = allocate(end - begin, file)
        for (let done = 0; done < bytes.length;) {
          const wanted = Math.min(READ_LIMIT, bytes.length - done)
          const count = fs.readSync(descriptor, bytes, done, wanted, begin + done)
          if (count === 0) throw badFile(file, `it ends at byte ${begin + done}`)
          done += count
        }
        return bytes
      }),
  }
}

/** Several sources as if they were one. */
export function joined(sources: readonly ByteSource[]): ByteSource {
  return {
    size: sources.reduce((sum, { size }) => sum + size, 0),
    read: (begin, end) => {
      const bytes = new Uint8Array(end - begin)
      let start = 0
      for (const source of sources) {
        const [from, to] = [Math.max(begin, start), Math.min(end, start + source.size)]
        if (from < to) bytes.set(source.read(from - start, to - start), from - begin)
        start += source.size
      }
      return bytes
    },
  }
}

function allocate(bytes: number, file: string): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(bytes)
  } catch (cause) {
    throw new DdadError(
      'OUT_OF_MEMORY',
      `There is not enough memory for ${bytes} bytes of ${file}. Close other programs and try again.`,
      { cause },
    )
  }
}
