import { DdadError } from '../../../shared/errors.ts'

/** The error for a file whose content cannot be trusted; `detail` names the key or the byte offset. */
export function badFile(file: string, detail: string): DdadError {
  return new DdadError('BAD_FILE', `${file} cannot be read: ${detail}. Nothing was loaded from it.`)
}
