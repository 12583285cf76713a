/** Whether files are still what was recorded of them. Nothing is written. */
import { stat } from 'node:fs/promises'
import { DdadError, reasonOf } from '../../../../shared/errors.ts'
import { sameSize } from '../../../../shared/masks/mask.ts'
import type { FoundFile, RecordedFile } from '../../../../shared/processes/background.ts'
import { checkedHeader } from '../../../decode/decode.ts'
import { turnedSize } from '../../../decode/turn.ts'
import { readInput, sha256 } from '../../../files/files.ts'
import { decodeMask } from '../../../decode/mask.ts'
import { inParallel, type WorkOptions } from '../../../files/in-parallel.ts'
import { within } from '../../../files/within.ts'

/**
 * Compares files with their records: first size and time, which cost no reading; where they differ, or with
 * `contents` for all, the content. Null where nothing differs.
 *
 * @throws DdadError CANCELLED when the signal is aborted.
 */
export function checkFiles(
  root: string,
  files: readonly RecordedFile[],
  options: WorkOptions & { readonly contents: boolean },
): Promise<(FoundFile | null)[]> {
  return inParallel(files, options, 'Checking the files was cancelled.', (file) =>
    checkFile(root, file, options.contents),
  )
}

/** Compares one file with its record. */
export async function checkFile(
  root: string,
  recorded: RecordedFile,
  contents: boolean,
): Promise<FoundFile | null> {
  const file = within(root, recorded.path)
  try {
    const { size, mtimeMs } = await stat(file)
    const modifiedAt = Math.trunc(mtimeMs)
    const recordedAt = recorded.modifiedAt === null ? null : Math.trunc(recorded.modifiedAt)
    const { known } = recorded
    if (known && !contents && known.bytes === size && known.modifiedAt === modifiedAt) return known
    const alike = size === recorded.bytes && modifiedAt === recordedAt
    if (alike && !contents) return null
    const content = await readInput(file)
    const found = { bytes: content.length, modifiedAt, sha256: sha256(content) }
    if (found.sha256 !== recorded.sha256) return await changed(content, recorded, found)
    return alike ? null : { ...found, kind: 'touched', message: '', width: null, height: null }
  } catch (error) {
    return lost(error)
  }
}

/** Says what a file with another content is now. */
async function changed(
  content: Buffer,
  recorded: RecordedFile,
  found: Pick<FoundFile, 'bytes' | 'modifiedAt' | 'sha256'>,
): Promise<FoundFile> {
  try {
    const size = turnedSize(checkedHeader(content, recorded.path), recorded.orientation)
    if (recorded.part > 0) await decodeMask(content, recorded.path)
    const { width, height } = size
    const now = `${width} × ${height} pixels, ${recorded.width} × ${recorded.height}`
    const message = sameSize(size, recorded)
      ? 'Its content is another than at the import.'
      : recorded.part > 0
        ? `The mask has another content and ${now} in its image.`
        : `Its content is another than at the import: ${now} before.`
    return { ...found, kind: 'changed', message, width, height }
  } catch (error) {
    if (!(error instanceof DdadError)) throw error
    return { ...found, kind: 'unreadable', message: error.message, width: null, height: null }
  }
}

/** What is known of a file that cannot be read. */
function lost(error: unknown): FoundFile {
  const none = { bytes: null, modifiedAt: null, sha256: null, width: null, height: null }
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'NOT_FOUND' || code === 'ENOENT' || code === 'ENOTDIR') {
    return { ...none, kind: 'missing', message: 'It is no longer there.' }
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return { ...none, kind: 'unreadable', message: 'It may not be read. Check its permissions.' }
  }
  return { ...none, kind: 'unreadable', message: `It cannot be read: ${reasonOf(error)}` }
}
