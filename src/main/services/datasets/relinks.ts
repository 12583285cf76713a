/** A data set whose folder was moved or whose files were renamed: found again by path and by content. */
import type { Dataset } from '../../../shared/datasets/dataset.ts'
import type { RelinkReport } from '../../../shared/datasets/file-check.ts'
import type { DatasetId } from '../../../shared/core/ids.ts'
import { DdadError } from '../../../shared/errors.ts'
import type { BackgroundContract, FileMatch } from '../../../shared/processes/background.ts'
import type { StoredFile } from '../../db/repos/file-changes.ts'
import type { Supervisor } from '../../processes/supervisor.ts'
import type { Call } from '../../processes/client.ts'
import type { Facts } from '../core/facts.ts'
import type { FileChecks } from './file-checks.ts'
import { fingerprintOf } from '../core/fingerprint.ts'
import type { Workspace } from '../core/workspace.ts'

interface Found {
  readonly files: readonly StoredFile[]
  readonly match: FileMatch
}

export function createRelinks(
  { store }: Workspace,
  facts: Facts,
  checks: FileChecks,
  background: Supervisor<BackgroundContract>,
) {
  /** What was found for each data set and not stored yet. */
  const found = new Map<DatasetId, Found>()
  const calls = new Map<DatasetId, Call<FileMatch>>()

  function report({ files, match }: Found): RelinkReport {
    const moved: { from: string; to: string }[] = []
    const changed: string[] = []
    const missing: string[] = []
    let samePath = 0
    files.forEach((file, i) => {
      const now = match.files[i]
      if (!now) missing.push(file.path)
      else if (now.sha256 !== file.sha256) changed.push(file.path)
      else if (now.path !== file.path) moved.push({ from: file.path, to: now.path })
      else samePath += 1
    })
    return { root: match.root, fileCount: files.length, samePath, moved, changed, missing }
  }

  /** Paths are unique: files that change places are first moved out of each other's way. */
  function setPaths({ files, match }: Found): void {
    const moved = files.flatMap((file, i) => {
      const now = match.files[i]
      return now && now.sha256 === file.sha256 ? [{ ...file, ...now }] : []
    })
    for (const file of moved) {
      store.fileChanges.setFile({ ...file, path: `\0${file.imageId}/${file.part}` })
    }
    for (const file of moved) store.fileChanges.setFile(file)
  }

  return {
    /**
     * Looks for a data set's files in a folder; nothing is stored.
     * @throws {DdadError} NOT_FOUND when the folder is missing; CONFLICT when none of them is there; CANCELLED.
     */
    inspect: async (
      { id, name }: Dataset,
      folder: string,
      onProgress: (done: number, total: number) => void = () => {},
    ): Promise<RelinkReport> => {
      const files = store.fileChanges.files(store.fileChanges.images(id))
      calls.get(id)?.end('cancel')
      const call = background.call('matchFiles', { root: folder, files }, ({ done, total }) =>
        onProgress(done, total),
      )
      calls.set(id, call)
      const match = await call.result.finally(() => {
        if (calls.get(id) === call) calls.delete(id)
      })
      if (match.files.every((file) => file === null)) {
        throw new DdadError(
          'CONFLICT',
          `${folder} holds none of the ${files.length} files of ${name}. Nothing was changed; choose the folder that holds them now.`,
        )
      }
      found.set(id, { files, match })
      return report({ files, match })
    },
    cancel: (id: DatasetId): void => calls.get(id)?.end('cancel'),
    /**
     * Stores where the files are now: runs, verdicts, masks and results stay with their images. What was not
     * found or has another content is marked so.
     * @throws {DdadError} CONFLICT when the folder was not looked through before.
     */
    apply: async ({ id, name }: Dataset): Promise<RelinkReport> => {
      const known = found.get(id)
      if (!known) {
        throw new DdadError('CONFLICT', `No new folder of ${name} was looked through. Choose one.`)
      }
      found.delete(id)
      store.transaction(() => {
        store.datasets.setRoot(id, known.match.root)
        setPaths(known)
        store.datasets.setFingerprint(id, fingerprintOf(store, id))
      })
      facts.tell('datasets.changed', null)
      await checks.check(id).result
      return report(known)
    },
  }
}
