/** Images and masks that come into a data set's folder after its import. */
import type { Dataset, ImageEntry } from '../../../shared/datasets/dataset.ts'
import { splitLike } from '../../../shared/datasets/split.ts'
import { countCategories } from '../../../shared/datasets/categories.ts'
import type { AdditionReport } from '../../../shared/datasets/file-check.ts'
import type { DatasetId } from '../../../shared/core/ids.ts'
import { DdadError } from '../../../shared/errors.ts'
import type {
  Additions,
  BackgroundContract,
  ScannedImage,
} from '../../../shared/processes/background.ts'
import type { Supervisor } from '../../processes/supervisor.ts'
import type { Call } from '../../processes/client.ts'
import type { Facts } from '../core/facts.ts'
import { fingerprintOf } from '../core/fingerprint.ts'
import { storeImage, storeOwnMask } from './scanned-images.ts'
import type { Workspace } from '../core/workspace.ts'

/** What was read of a data set's folder, told apart by what is on record. */
interface Found {
  readonly images: readonly ScannedImage[]
  readonly masked: readonly { readonly image: ImageEntry; readonly found: ScannedImage }[]
  readonly report: AdditionReport
}

export function createAdditions(
  { store }: Workspace,
  facts: Facts,
  background: Supervisor<BackgroundContract>,
) {
  const calls = new Map<DatasetId, Call<Additions>>()
  const found = new Map<DatasetId, Found>()
  /** Files by data set that cannot be added; what is only looked at by name must not count them. */
  const refused = new Map<DatasetId, Set<string>>()
  /** How many files came, by the last look. */
  const noticed = new Map<DatasetId, number>()

  function compare(
    { id, root, layout, reading }: Dataset,
    contents: boolean,
    onProgress: (done: number, total: number) => void = () => {},
  ): Promise<Additions> {
    calls.get(id)?.end('cancel')
    const recorded = store.images.ofDataset(id).map((image) => ({
      path: image.path,
      split: image.split,
      sha256: image.sha256,
      masked: image.maskVersionId !== null,
    }))
    const input = { root, layout, reading, recorded, contents }
    const call = background.call('additions', input, ({ done, total }) => onProgress(done, total))
    calls.set(id, call)
    return call.result.finally(() => {
      if (calls.get(id) === call) calls.delete(id)
    })
  }

  function sorted({ id, reading }: Dataset, { images, problems }: Additions): Found {
    const recorded = store.images.ofDataset(id)
    const known = new Map(recorded.map((image) => [image.path, image]))
    const lost = new Map(
      recorded
        .filter(({ fileState }) => fileState === 'missing')
        .map((image) => [image.sha256, image.path]),
    )
    const coming = images.filter(({ path }) => !known.has(path))
    const found = coming.filter(({ sha256 }) => !lost.has(sha256))
    const added = reading.split ? splitLike(recorded, found, reading.split) : found
    const masked = images.flatMap((image) => {
      const own = known.get(image.path)
      return own ? [{ image: own, found: image }] : []
    })
    const report: AdditionReport = {
      categories: countCategories(added),
      images: added.map(({ path }) => path),
      masks: masked.flatMap(({ found: { masks } }) => masks.map(({ path }) => path)),
      renamed: coming.flatMap(({ path, sha256 }) => {
        const from = lost.get(sha256)
        return from === undefined ? [] : [{ from, to: path }]
      }),
      problems,
    }
    return { images: added, masked, report }
  }

  /** Files that were left out, at the import or later, and are no news while they are as they were. */
  function leftOut(id: DatasetId): ReadonlySet<string> {
    const imported = store.imports.ofDataset(id)?.report?.problems ?? []
    return new Set([...imported.map(({ path }) => path), ...(refused.get(id) ?? [])])
  }

  function setNoticed(id: DatasetId, files: number): void {
    const before = noticed.get(id) ?? 0
    noticed.set(id, files)
    if (before !== files) facts.tell('datasets.changed', null)
  }

  return {
    /** How many files came, by the last look. */
    noticed: (id: DatasetId): number => noticed.get(id) ?? 0,
    /** Compares names only, which reads no file. */
    lookAt: async (dataset: Dataset): Promise<void> => {
      const { files } = await compare(dataset, false)
      const known = leftOut(dataset.id)
      setNoticed(dataset.id, files.filter((file) => !known.has(file)).length)
    },
    /**
     * Reads what came; nothing is stored.
     * @throws {DdadError} NOT_FOUND when the folder is missing, CONFLICT when it has another layout now, CANCELLED.
     */
    inspect: async (
      dataset: Dataset,
      onProgress?: (done: number, total: number) => void,
    ): Promise<AdditionReport> => {
      const { id } = dataset
      const read = await compare(dataset, true, onProgress)
      const result = sorted(dataset, read)
      found.set(id, result)
      const taken = new Set([...result.report.images, ...result.report.masks])
      refused.set(id, new Set(read.files.filter((file) => !taken.has(file))))
      setNoticed(id, taken.size)
      return result.report
    },
    cancel: (id: DatasetId): void => calls.get(id)?.end('cancel'),
    /**
     * Adds what was read to the data set. Runs keep the training images that they began with; masks count from now
     * on, like corrected ones.
     * @throws {DdadError} CONFLICT when the folder was not looked through before.
     */
    apply: ({ id, name }: Dataset): AdditionReport => {
      const known = found.get(id)
      if (!known) {
        throw new DdadError(
          'CONFLICT',
          `The folder of ${name} was not looked through for new files. Look for them first.`,
        )
      }
      found.delete(id)
      const masked = store.transaction(() => {
        const now = Date.now()
        const recorded = store.images.ofDataset(id)
        const paths = new Set(recorded.map(({ path }) => path))
        // Another process may have added some since.
        const added = known.images.filter(({ path }) => !paths.has(path))
        store.datasets.putCategories(id, countCategories([...recorded, ...added]))
        for (const image of added) storeImage(store, id, image, now)
        const masked = known.masked.filter(
          ({ image }) => store.images.get(image.id)?.maskVersionId === null,
        )
        for (const {
          image,
          found: { masks },
        } of masked) {
          store.images.insertMasks(image.id, masks)
          storeOwnMask(store, image.id, now)
        }
        const images = masked.map(({ image }) => image.id)
        store.fileChanges.forgetOverlaps(images)
        store.datasets.setFingerprint(id, fingerprintOf(store, id))
        return images
      })
      for (const imageId of masked) facts.tell('masks.changed', { imageId })
      noticed.set(id, 0)
      facts.tell('datasets.changed', null)
      return known.report
    },
  }
}
