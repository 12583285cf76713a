import { DdadError } from '../../../shared/errors.ts'
import type { ByteSource } from './byte-source.ts'

/** The error for a file whose content cannot be trusted; `detail` names the key or the byte offset. */
export function badFile(file: string, detail: string): DdadError {
  return new DdadError('BAD_FILE', `${file} cannot be read: ${detail}. Nothing was loaded from it.`)
}

/** Letters that are looked at to tell text from weights. */
const HEAD = 512

/**
 * Names what often lies in the place of weights: the page of a download that was refused, or a pointer to a large file.
 *
 * @throws DdadError BAD_FILE
 */
export function expectWeights(source: ByteSource, file: string): void {
  const bytes = source.read(0, Math.min(HEAD, source.size))
  const head = new TextDecoder('latin1').decode(bytes).trimStart().toLowerCase()
  if (/^(<!doctype html|<html|<\?xml|<head)/.test(head)) {
    throw badFile(
      file,
      'it is a web page, not weights: the download was refused or asks for a click',
    )
  }
  if (head.startsWith('version https://git-lfs')) {
    throw badFile(file, 'it is only the pointer to a large file; fetch that with "git lfs pull"')
  }
  if (/^(\.\.\/)*(\.git\/annex|\/annex)\/objects\//.test(head)) {
    throw badFile(file, 'it is only the pointer to a large file; fetch that with "git annex get"')
  }
}
