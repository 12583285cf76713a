import { createHash } from 'node:crypto'
import type { DatasetId } from '../../../shared/core/ids.ts'
import type { Store } from '../../db/store.ts'

/** SHA-256 over every image's and mask's relative path and content hash, in the order of their paths. */
export function fingerprint(
  files: readonly { readonly path: string; readonly sha256: string }[],
): string {
  const lines = files.map(({ path: file, sha256 }) => `${file}\0${sha256}\n`)
  const hash = createHash('sha256')
  for (const line of lines.sort()) hash.update(line)
  return hash.digest('hex')
}

/** The fingerprint of what is recorded of a data set now. */
export function fingerprintOf({ fileChanges }: Store, id: DatasetId): string {
  return fingerprint(fileChanges.files(fileChanges.images(id)))
}
