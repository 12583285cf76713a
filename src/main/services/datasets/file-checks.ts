/** Whether data sets' files are still what was imported, and what is done about those that are not. */
import fs from 'node:fs'
import type { ChangedState, Dataset } from '../../../shared/datasets/dataset.ts'
import type { Accepted, FileReport } from '../../../shared/datasets/file-check.ts'
import type { DatasetId, EvaluationId, ImageId } from '../../../shared/core/ids.ts'
import { DdadError } from '../../../shared/errors.ts'
import type { BackgroundContract, FoundFile } from '../../../shared/processes/background.ts'
import type { FileChange, FilePart, StoredFile } from '../../db/repos/file-changes.ts'
import type { Supervisor } from '../../processes/supervisor.ts'
import type { Call } from '../../processes/client.ts'
import { fingerprintOf } from '../core/fingerprint.ts'
import type { Facts } from '../core/facts.ts'
import type { Workspace } from '../core/workspace.ts'
import { found } from '../core/found.ts'

/** Images looked at in one call: what was found of them is recorded before the next. */
const BATCH = 1000
/** A data set that is opened again within this time is not looked at again. */
const FRESH_MS = 20_000

interface CheckOptions {
  /** Reads every file, not only those whose size or time differ. */
  readonly contents?: boolean
  readonly onProgress?: (done: number, total: number) => void
}

export function createFileChecks(
  { store }: Workspace,
  facts: Facts,
  background: Supervisor<BackgroundContract>,
) {
  const checks = new Map<DatasetId, Call<void>>()
  const looked = new Map<DatasetId, number>()

  /** Records what was found of some files. Returns whether any image's state is another now. */
  function record(files: readonly StoredFile[], found: readonly (FoundFile | null)[]): boolean {
    const images = [...new Set(files.map(({ imageId }) => imageId))]
    const known = store.fileChanges.ofImages(images)
    if (known.length === 0 && found.every((now) => now === null)) return false
    const changed = store.remember(() => {
      const before = JSON.stringify(known)
      files.forEach((file, i) => {
        const now = found[i] ?? null
        if (now && now.kind !== 'touched') return store.fileChanges.put(file, now)
        store.fileChanges.clear(file)
        // The next look finds the size and time that the file has now.
        if (now)
          store.fileChanges.setFile({ ...file, bytes: now.bytes, modifiedAt: now.modifiedAt })
      })
      if (JSON.stringify(store.fileChanges.ofImages(images)) === before) return false
      store.fileChanges.refresh(images)
      return true
    })
    return changed ?? false
  }

  /** Files of images with what was found of them before, which need not be read again while it stays. */
  function filesOf(images: readonly ImageId[]): readonly StoredFile[] {
    const keyOf = ({ imageId, part }: FilePart) => `${imageId} ${part}`
    const known = new Map(store.fileChanges.ofImages(images).map((one) => [keyOf(one), one]))
    return store.fileChanges.files(images).map((file) => {
      const change = known.get(keyOf(file))
      return change ? { ...file, known: change } : file
    })
  }

  async function checkAll(
    { id, root }: Dataset,
    { contents = false, onProgress }: CheckOptions,
    signal: AbortSignal,
  ): Promise<void> {
    const images = store.fileChanges.images(id)
    let changed = false
    try {
      for (let first = 0; first < images.length; first += BATCH) {
        if (signal.aborted) throw new DdadError('CANCELLED', 'Checking the files was cancelled.')
        const batch = images.slice(first, first + BATCH)
        const files = filesOf(batch)
        const call = background.call('checkFiles', { root, files, contents }, ({ done, total }) =>
          onProgress?.(first + Math.floor((batch.length * done) / total), images.length),
        )
        const end = () => call.end('cancel')
        signal.addEventListener('abort', end)
        const found = await call.result.finally(() => signal.removeEventListener('abort', end))
        changed = record(files, found) || changed
        onProgress?.(first + batch.length, images.length)
      }
      store.remember(() => store.datasets.setChecked(id, Date.now()))
    } finally {
      if (changed) facts.tell('datasets.changed', null)
    }
  }

  function start(dataset: Dataset, options: CheckOptions): Call<void> {
    checks.get(dataset.id)?.end('cancel')
    const abort = new AbortController()
    const result = checkAll(dataset, options, abort.signal).finally(() => {
      if (checks.get(dataset.id) === call) checks.delete(dataset.id)
    })
    const call: Call<void> = { result, end: () => abort.abort() }
    checks.set(dataset.id, call)
    looked.set(dataset.id, Date.now())
    return call
  }

  const get = (id: DatasetId) => found(store.datasets.get(id), `data set ${id}`)

  return {
    /** Looks at every file of a data set; what was found is kept also when it is ended early. */
    check: (id: DatasetId, options: CheckOptions = {}): Call<void> => start(get(id), options),
    cancel: (id: DatasetId): void => checks.get(id)?.end('cancel'),
    /** Looks at size and time of every file when a data set is opened; false where that was just done. */
    lookAt: async (id: DatasetId): Promise<boolean> => {
      if (checks.has(id) || Date.now() - (looked.get(id) ?? 0) < FRESH_MS) return false
      await start(get(id), {}).result.catch((error: unknown) => {
        if (!(error instanceof DdadError) || error.code !== 'CANCELLED') throw error
      })
      return true
    },
    /** Looks at the files of images that are about to be used, and answers what is not as it was imported. */
    look: async (images: readonly ImageId[]): Promise<readonly FileChange[]> => {
      const first = images[0] === undefined ? null : store.images.get(images[0])
      if (!first) return []
      const { root } = get(first.datasetId)
      const files = filesOf(images)
      const found = await background.call('checkFiles', { root, files, contents: false }).result
      if (record(files, found)) facts.tell('datasets.changed', null)
      return store.fileChanges.ofImages(images)
    },
    /** Hashes of what an image's own mask files hold, as far as they were looked at. */
    maskContent: (id: ImageId): string => {
      const changes = new Map(store.fileChanges.ofImages([id]).map((entry) => [entry.part, entry]))
      return store.fileChanges
        .files([id])
        .filter(({ part }) => part > 0)
        .map(({ part, sha256 }) => changes.get(part)?.sha256 ?? sha256)
        .join(' ')
    },
    /** What is known; at most `limit` files by name. */
    report: (id: DatasetId, limit: number): FileReport => {
      const { root } = get(id)
      const counts: Partial<Record<ChangedState, number>> = {}
      let ignored = 0
      for (const row of store.fileChanges.counts(id)) {
        if (row.ignored === 1) ignored += row.total
        else counts[row.state] = (counts[row.state] ?? 0) + row.total
      }
      return {
        checkedAt: store.datasets.checkedAt(id),
        fileCount: store.fileChanges.count(id),
        folderMissing: !fs.existsSync(root),
        counts,
        ignored,
        problems: store.fileChanges.ofDataset(id, limit).map((change) => ({
          imageId: change.imageId,
          image: change.image,
          file: change.file,
          state: change.state,
          message: change.message,
          ignored: change.ignored,
          acceptable: change.acceptable,
        })),
      }
    },
    /**
     * Takes changed content as the data set's from now on. Results that were computed from the content before
     * are out of date then; files that cannot be taken are left as they are.
     */
    accept: (id: DatasetId): Accepted => {
      const dataset = get(id)
      const changes = store.fileChanges.ofDataset(id, -1).filter(({ kind }) => kind !== 'missing')
      const taken = changes.filter(({ acceptable }) => acceptable)
      const images = [...new Set(taken.map(({ imageId }) => imageId))]
      const outdatedResults = store.transaction(() => {
        const known = new Map(
          store.fileChanges.files(images).map((file) => [`${file.imageId} ${file.part}`, file]),
        )
        for (const change of taken) {
          const { sha256, width, height, bytes, modifiedAt } = change
          const file = known.get(`${change.imageId} ${change.part}`)
          if (!file || sha256 === null || width === null || height === null) continue
          store.fileChanges.setFile({ ...file, sha256, width, height, bytes, modifiedAt })
          store.fileChanges.clear(change)
        }
        store.fileChanges.refresh(images)
        store.fileChanges.forgetOverlaps(images)
        store.datasets.setFingerprint(id, fingerprintOf(store, dataset.id))
        return store.fileChanges.outdatedResults(images)
      })
      facts.tell('datasets.changed', null)
      return { accepted: taken.length, outdatedResults, refused: changes.length - taken.length }
    },
    /** Leaves what was found out of badges and filters until something else is found, or brings it back. */
    setIgnored: (id: DatasetId, ignored: boolean): void => {
      get(id)
      const images = [...new Set(store.fileChanges.ofDataset(id, -1).map(({ imageId }) => imageId))]
      store.transaction(() => {
        store.fileChanges.setIgnored(images, ignored)
        store.fileChanges.refresh(images)
      })
      facts.tell('datasets.changed', null)
    },
    /** Images that an evaluation has seen with another content than they have on record now. */
    changedSince: (id: EvaluationId) => store.fileChanges.contentChanged(id),
    /** Ends what is going on. */
    close: (): void => {
      for (const call of checks.values()) call.end('cancel')
    },
  }
}

export type FileChecks = ReturnType<typeof createFileChecks>
