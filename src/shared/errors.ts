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
  'TENSORFLOW_MISSING',
  'WEIGHTS_MISSING',
  'OUT_OF_MEMORY',
  'ENGINE_CRASHED',
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

/** The message and code of anything thrown, with full disks recognised wherever they occur. */
export function describeError(error: unknown): { code: ErrorCode; message: string } {
  if (error instanceof DdadError) return { code: error.code, message: error.message }
  if (error instanceof Error) {
    const system = error as NodeJS.ErrnoException
    if (system.code === 'ENOSPC' || system.code === 'SQLITE_FULL') {
      const where = system.path ? ` while writing ${system.path}` : ''
      return {
        code: 'DISK_FULL',
        message: `The disk is full${where}. Everything written before is kept; free some space and resume.`,
      }
    }
    return { code: 'INTERNAL', message: error.message }
  }
  return { code: 'INTERNAL', message: String(error) }
}
