import { createHash } from 'node:crypto'
import { open, readFile, rename, rm, statfs } from 'node:fs/promises'
import path from 'node:path'
import { DdadError, diskFull, isDiskFull } from '../../shared/errors.ts'
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
 * @throws DdadError DISK_FULL naming the file; what the system throws otherwise.
 */
export async function writeFileAtomic(
  file: string,
  content: Uint8Array | FileParts,
): Promise<WrittenFile> {
  const { bytes, parts } =
    content instanceof Uint8Array ? { bytes: content.length, parts: [content] } : content
  const temporary = temporaryName(file)
  const hash = createHash('sha256')
  await expectRoom(file, bytes)
  try {
    const handle = await open(temporary, 'w')
    try {
      for (const piece of piecesOf(parts)) {
        hash.update(piece)
        await handle.writeFile(piece)
      }
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true })
    // Node names no file in errors of an open one.
    throw isDiskFull(error) ? diskFull(file, error) : error
  }
  await syncFolder(path.dirname(file))
  return { file, bytes, sha256: hash.digest('hex') }
}

/** Parts of any size as pieces of a few megabytes. */
export function* piecesOf(parts: Iterable<Uint8Array>): Generator<Uint8Array> {
  for (const part of parts)
    for (let begin = 0; begin < part.length; begin += PIECE)
      yield part.subarray(begin, begin + PIECE)
}

/** Refuses what does not fit before the disk is filled with a part of it. Throws DISK_FULL. */
async function expectRoom(file: string, bytes: number): Promise<void> {
  const { blocks, bavail, bsize } = await statfs(path.dirname(file))
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
  const advice = "Put it back; if the data set's folder was moved, relink it under Data sets."
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
  const reason = error instanceof Error ? error.message : String(error)
  return new DdadError('BAD_FILE', `${file} cannot be read: ${reason}.`, { cause: error })
}
