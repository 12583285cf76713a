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
  readonly path?: string
}

/** What systems and SQLite answer when a disk, a quota or a file system's largest file is used up. */
const full = new Set(['ENOSPC', 'EDQUOT', 'EFBIG', 'SQLITE_FULL', 'SQLITE_IOERR_SHMSIZE'])

export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && full.has((error as SystemError).code ?? '')
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
    return { code: 'INTERNAL', message: error.message }
  }
  return { code: 'INTERNAL', message: String(error) }
}

function unwritten({ code, path }: SystemError): string {
  return path ?? (code?.startsWith('SQLITE') ? "the workspace's studio.db" : 'a file')
}
