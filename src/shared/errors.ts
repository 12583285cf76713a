/** Failures that are expected and told to the user. Everything else is a defect and becomes INTERNAL. */
export const errorCodes = [
  'INVALID_INPUT',
  'NOT_FOUND',
  'CONFLICT',
  'BAD_FILE',
  'NOT_A_DATASET',
  'DISK_FULL',
  'WORKSPACE_NEWER',
  'WORKSPACE_BUSY',
  /** The workspace may only be looked at. */
  'WORKSPACE_READ_ONLY',
  /** There is work, but not the database that knows it. */
  'WORKSPACE_LOST',
  'TENSORFLOW_MISSING',
  'WEIGHTS_MISSING',
  'OUT_OF_MEMORY',
  'ENGINE_CRASHED',
  /** A GPU that failed in use; the next call computes on the processor. */
  'DEVICE_FAILED',
  'CANCELLED',
  'INTERNAL',
] as const
export type ErrorCode = (typeof errorCodes)[number]

/**
 * An expected failure. The message says what happened, names the file where there is one, says what
 * was kept and what to do next.
 */
export class DdadError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'DdadError'
    this.code = code
  }
}

/** What Node and SQLite add to an error. */
interface SystemError extends Error {
  readonly code?: string
  readonly syscall?: string
  readonly path?: string
}

/** What systems and SQLite answer when a disk, a quota or a file system's largest file is used up. */
const full = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'SQLITE_FULL', 'SQLITE_IOERR_SHMSIZE'])

export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && full.has((error as SystemError).code ?? '')
}

/** Whether another program holds what is needed, so that a later try may well succeed. */
export function isPassing(error: unknown): boolean {
  return describeError(error).code === 'WORKSPACE_BUSY'
}

/** Whether what SQLite reads is not what it has written. */
export function isDamage(error: unknown): boolean {
  return (
    error instanceof Error && /^SQLITE_(CORRUPT|NOTADB)/.test((error as SystemError).code ?? '')
  )
}

/** @param what The file that could not be written, or what was being written. */
export function diskFull(what: string, cause: unknown): DdadError {
  return new DdadError(
    'DISK_FULL',
    `The disk is full: ${what} could not be written. Everything written before is kept; free some space and resume.`,
    { cause },
  )
}

/** The message and code of anything thrown, with full disks recognised wherever they occur. */
export function describeError(error: unknown): { code: ErrorCode; message: string } {
  if (error instanceof DdadError) return { code: error.code, message: error.message }
  if (error instanceof Error) {
    if (isDiskFull(error)) return describeError(diskFull(unwritten(error), error))
    const known = ofDatabase(error) ?? ofSystem(error)
    if (known) return known
    return { code: 'INTERNAL', message: error.message }
  }
  return { code: 'INTERNAL', message: String(error) }
}

type Described = { readonly code: ErrorCode; readonly message: string }

/** What SQLite says, in words: its own texts are no messages. */
function ofDatabase(error: Error): Described | null {
  const code = (error as SystemError).code ?? ''
  if (!/^SQLITE_/.test(code)) return null
  const what = "The workspace's studio.db"
  if (/^SQLITE_(BUSY|LOCKED)/.test(code))
    return {
      code: 'WORKSPACE_BUSY',
      message: `${what} is held by another program. Nothing was changed; try again, and end what holds it if that does not help.`,
    }
  if (/^SQLITE_READONLY/.test(code))
    return {
      code: 'WORKSPACE_READ_ONLY',
      message: `${what} may only be read here, or was moved, deleted or damaged while it was open. This change was not kept.`,
    }
  if (/^SQLITE_(IOERR|CANTOPEN|PERM|AUTH|NOLFS|PROTOCOL)/.test(code))
    return {
      code: 'BAD_FILE',
      message: `${what} cannot be read or written: the disk, or the connection to it, refuses (${code}). This change was not kept; what was there before is.`,
    }
  if (/^SQLITE_CONSTRAINT/.test(code))
    return {
      code: 'CONFLICT',
      message:
        'What this refers to is not in the workspace any more, or was changed by someone else meanwhile. Nothing was changed; look again.',
    }
  return {
    code: 'BAD_FILE',
    message: `${what} is damaged, or another program has changed it (${code}). Nothing more is written to it. Put a copy of it back (studio.db.v….backup is one), or run \`ddad workspace rescue\`.`,
  }
}

const systemReasons: Readonly<Record<string, string>> = {
  ENOENT: 'it is not there',
  ENOTDIR: 'a part of its path is no folder',
  EISDIR: 'it is a folder',
  EEXIST: 'something of that name is there already',
  ENOTEMPTY: 'the folder is not empty',
  EACCES: 'this user may not do that',
  EPERM: 'the system does not allow it',
  EROFS: 'it lies on a disk that may only be read',
  EBUSY: 'another program holds it',
  EIO: 'the disk, or the connection to it, fails',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'its name is too long',
  EMFILE: 'this program has too many files open',
  ENFILE: 'the system has too many files open',
  EXDEV: 'it cannot be moved to another disk',
}

/** Why the system refuses something, in words where it is known; otherwise what was thrown says. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (isDiskFull(error)) return 'the disk is full'
  return systemReasons[(error as SystemError).code ?? ''] ?? error.message
}

/** What the system answers about a file, in words. */
function ofSystem(error: Error): Described | null {
  const { code, syscall, path } = error as SystemError
  const reason = systemReasons[code ?? '']
  if (reason === undefined || syscall === undefined) return null
  return {
    code: code === 'ENOENT' ? 'NOT_FOUND' : 'BAD_FILE',
    message: `${path ?? 'A file'} cannot be used: ${reason}. Everything written before is kept.`,
  }
}

function unwritten({ code, path }: SystemError): string {
  return path ?? (code?.startsWith('SQLITE') ? "the workspace's studio.db" : 'a file')
}
