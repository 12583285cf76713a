import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, readFile, rename, rm, statfs, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { DdadError, diskFull, isDiskFull, reasonOf } from '../../shared/errors.ts'
import type { WrittenFile } from '../../shared/processes/engine.ts'
import { temporaryName } from './leftovers.ts'

/** Bytes handed to the system at a time: between two of them other work goes on. */
const PIECE = 4 * 2 ** 20

/** Content that is made while it is written, so that it never has to be in memory as a whole. */
export interface FileParts {
  readonly bytes: number
  /** Read once, from the first byte to the last. */
  readonly parts: Iterable<Uint8Array>
}

/**
 * Writes a file so that after a crash either the old or the new content is there, never a part: temporary
 * name in the same folder, fsync, rename, fsync of the folder. The folder must exist.
 *
 * @throws DdadError DISK_FULL, NOT_FOUND or BAD_FILE naming the place; what the system throws otherwise.
 */
export async function writeFileAtomic(
  file: string,
  content: Uint8Array | FileParts,
): Promise<WrittenFile> {
  const { bytes, parts } =
    content instanceof Uint8Array ? { bytes: content.length, parts: [content] } : content
  const temporary = temporaryName(file)
  const hash = createHash('sha256')
  try {
    await expectRoom(file, bytes)
    const handle = await open(temporary, 'w')
    try {
      for (const piece of piecesOf(parts)) {
        hash.update(piece)
        await writeAll(handle, piece)
      }
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw unwritable(file, error)
  }
  await syncFolder(path.dirname(file))
  return { file, bytes, sha256: hash.digest('hex') }
}

/**
 * Hands all bytes to the system, which may take a part at a time. Throws what it throws when it takes no more.
 * @param position in the file; where the last write ended without one
 */
export async function writeAll(
  handle: FileHandle,
  bytes: Uint8Array,
  position: number | null = null,
): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const at = position === null ? null : position + done
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, at)
    if (bytesWritten === 0) throw new Error('The system takes no more bytes.')
    done += bytesWritten
  }
}

/**
 * Writes bytes at a position of a file that is open for it, cuts off what lies behind and makes it durable. When that
 * fails the file ends at the position, as if nothing had been asked.
 * @throws DdadError DISK_FULL naming the file; what the system throws otherwise.
 */
export async function writeDurably(
  file: string,
  handle: FileHandle,
  bytes: Uint8Array,
  position: number,
): Promise<void> {
  try {
    await handle.truncate(position)
    await writeAll(handle, bytes, position)
    await handle.datasync()
  } catch (error) {
    await handle.truncate(position).catch(() => undefined)
    throw isDiskFull(error) ? diskFull(file, error) : error
  }
}

/** As {@link writeFileAtomic}, read back before it is called done: for files that leave the workspace. */
export async function writeExport(file: string, content: Uint8Array): Promise<WrittenFile> {
  const written = await writeFileAtomic(file, content)
  await expectContent(file, written.sha256)
  return written
}

/**
 * SHA-256 of what is in a file now, or in a part of it. Throws what the system throws.
 * @param part first and last byte, both of them in it; null for none
 */
export async function hashFile(
  file: string,
  part: { readonly start: number; readonly end: number } | null | undefined = undefined,
): Promise<string> {
  const hash = createHash('sha256')
  if (part !== null)
    for await (const chunk of createReadStream(file, part)) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

/** Reads a file that was written. @throws DdadError BAD_FILE when it has other content than was given to the system. */
export async function expectContent(file: string, sha256: string): Promise<void> {
  if ((await hashFile(file)) !== sha256) throw notAsWritten(file)
}

export function notAsWritten(file: string): DdadError {
  return new DdadError(
    'BAD_FILE',
    `${file} is not what was written to it: the disk or the connection to it is faulty. Nothing else was changed; write it to another place.`,
  )
}

/** What is said of a place that cannot be written: DISK_FULL, NOT_FOUND or BAD_FILE. Other errors stay as they are. */
export function unwritable(file: string, error: unknown): unknown {
  if (error instanceof DdadError) return error
  if (isDiskFull(error)) return diskFull(file, error)
  const folder = path.dirname(file)
  const say = (code: 'NOT_FOUND' | 'BAD_FILE', what: string) =>
    new DdadError(code, `${what} Nothing was written; choose another place.`, { cause: error })
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return say('NOT_FOUND', `The folder ${folder} is not there.`)
  if (code === 'ENOTDIR') return say('BAD_FILE', `${folder} is not a folder.`)
  if (code === 'EISDIR') return say('BAD_FILE', `${file} is a folder.`)
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return say('BAD_FILE', `${file} may not be written.`)
  if (code === 'ENAMETOOLONG')
    return say('BAD_FILE', `The name ${path.basename(file).slice(0, 60)}… is too long.`)
  return error
}

/** Parts of any size as pieces of a few megabytes. */
export function* piecesOf(parts: Iterable<Uint8Array>): Generator<Uint8Array> {
  for (const part of parts)
    for (let begin = 0; begin < part.length; begin += PIECE)
      yield part.subarray(begin, begin + PIECE)
}

/** Refuses what does not fit before the disk is filled with a part of it. Throws DISK_FULL naming the file, and as {@link writeFileAtomic} for a bad place. */
export async function expectRoom(file: string, bytes: number): Promise<void> {
  const { blocks, bavail, bsize } = await statfs(path.dirname(file)).catch((error: unknown) => {
    throw unwritable(file, error)
  })
  // Some network file systems do not tell their size.
  const free = blocks === 0 ? Infinity : bavail * bsize
  if (free < bytes) throw diskFull(file, new Error(`${bytes} bytes are needed, ${free} are free.`))
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Makes the rename itself durable. Windows cannot open folders and does not need it. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Says that a file of a data set or a workspace is gone, and what can be done. */
export function missingInput(file: string, cause?: unknown): DdadError {
  const advice =
    "Put it back from a copy; if it is a data set's and its folder was moved, relink that under Data sets."
  return new DdadError('NOT_FOUND', `${file} is missing. ${advice}`, { cause })
}

/**
 * Reads a file of a data set or a workspace.
 *
 * @throws DdadError NOT_FOUND when it is gone, BAD_FILE when it may not be read or is a folder.
 */
export async function readInput(file: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (error) {
    throw unreadable(file, error)
  }
}

/** What is said of a file that the system does not let be read: NOT_FOUND or BAD_FILE. */
export function unreadable(file: string, error: unknown): DdadError {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ENOENT' || code === 'ENOTDIR') return missingInput(file, error)
  if (code === 'EACCES' || code === 'EPERM') {
    return new DdadError('BAD_FILE', `${file} may not be read. Check its permissions.`, {
      cause: error,
    })
  }
  return new DdadError('BAD_FILE', `${file} cannot be read: ${reasonOf(error)}.`, { cause: error })
}
