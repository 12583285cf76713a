/** Data sets: looking into a folder, storing what was found, listing it. The folder is never written. */
import { createHash, randomUUID } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import type { Dataset, ImageEntry, ImportReport } from '../../../shared/datasets/dataset.ts'
import { takenOf, type Reading, type ReadingQuestion } from '../../../shared/datasets/reading.ts'
import type { SampleRange } from '../../../shared/datasets/sample-range.ts'
import type { DatasetId, ImageId } from '../../../shared/core/ids.ts'
import { DdadError } from '../../../shared/errors.ts'
import type { BackgroundContract, Scan } from '../../../shared/processes/background.ts'
import type { Supervisor } from '../../processes/supervisor.ts'
import { pruneFolder } from '../../files/prune.ts'
import type { Call } from '../../processes/client.ts'
import type { Facts } from '../core/facts.ts'
import { fingerprint } from '../core/fingerprint.ts'
import { removeMaskFiles } from '../masks/mask-files.ts'
import type { Examples } from './examples.ts'
import { storeImage } from './scanned-images.ts'
import type { Workspace } from '../core/workspace.ts'
import { found } from '../core/found.ts'

/** Folder of what was read of folders that are no data sets yet. */
const JOURNALS = 'cache/scans'
/** What folders that were looked at and never added may leave there: some hundred thousand images. */
const MOST_BYTES = 256 * 2 ** 20

interface Folder {
  readonly root: string
  scanning: Call<Scan> | null
}

export function createDatasets(
  workspace: Workspace,
  facts: Facts,
  background: Supervisor<BackgroundContract>,
  examples: Examples,
) {
  const { store, resolve } = workspace
  const folders = new Map<string, Folder>()

  function folderOf(token: string): Folder {
    const folder = folders.get(token)
    if (folder) return folder
    throw new DdadError('NOT_FOUND', 'That folder was not chosen in this session. Choose it again.')
  }

  const get = (id: DatasetId) => found(store.datasets.get(id), `data set ${id}`)

  /** What was read of a folder is kept here until it is a data set or given up. */
  function journalOf(root: string): string {
    const name = createHash('sha256').update(root).digest('hex').slice(0, 24)
    return resolve(`${JOURNALS}/${name}`)
  }

  /** Reads a folder, going on where an earlier reading of it was ended. Nothing is stored. */
  function scan(
    root: string,
    reading: Reading,
    onProgress: (done: number, total: number) => void,
  ): Call<Scan> {
    void pruneFolder(resolve(JOURNALS), MOST_BYTES)
    return background.call('scan', { root, reading, journal: journalOf(root) }, ({ done, total }) =>
      onProgress(done, total),
    )
  }

  const forgetScan = (root: string): void => fs.rmSync(journalOf(root), { force: true })

  async function scanFolder(token: string, reading: Reading): Promise<Scan> {
    const folder = folderOf(token)
    folder.scanning?.end('cancel')
    folder.scanning = scan(folder.root, reading, (done, total) =>
      facts.tell('import.progress', { token, done, total }),
    )
    try {
      return await folder.scanning.result
    } finally {
      folder.scanning = null
    }
  }

  /** What a folder would be imported as, and what became of every file in it. */
  async function look(
    token: string,
    reading: Reading = {},
  ): Promise<Pick<Scan, 'report' | 'files'>> {
    const { report, images, files, samples } = await scanFolder(token, reading)
    const print = fingerprint(images.flatMap((image) => [image, ...image.masks]))
    const same = store.datasets.list().find((dataset) => dataset.fingerprint === print)
    const sameAs = same && { sameAs: { id: same.id, name: same.name } }
    const questions = withIds(token, report.questions ?? [], samples)
    return { report: { ...report, ...sameAs, questions }, files }
  }

  /** Makes the pictures of questions known under ids, in the place of those of before. */
  function withIds(
    token: string,
    questions: readonly ReadingQuestion[],
    samples: SampleRange | null,
  ): ReadingQuestion[] {
    const all = questions.flatMap(({ options }) => options.flatMap((option) => option.examples))
    const numbered = examples.put(token, folderOf(token).root, all, samples)
    let next = 0
    return questions.map((question) => ({
      ...question,
      options: question.options.map((option) => ({
        ...option,
        examples: option.examples.map(() => numbered[next++]!),
      })),
    }))
  }

  /** Refuses a name that a data set has. */
  function expectFree(name: string): void {
    if (!store.datasets.findByName(name)) return
    throw new DdadError('CONFLICT', `There is a data set named ${name} already. Choose another.`)
  }

  /**
   * Stores a folder that was read as a data set: all of it or nothing.
   * @param onStored what belongs into the same transaction
   */
  function storeScan(
    root: string,
    name: string,
    reading: Reading,
    { report, layout, images, samples }: Scan,
    onStored: (id: DatasetId) => void = () => {},
  ): DatasetId {
    expectFree(name)
    const createdAt = Date.now()
    const stored = store.transaction(() => {
      const { categories } = report
      const print = fingerprint(images.flatMap((image) => [image, ...image.masks]))
      const id = store.datasets.insert({
        name,
        layout,
        root,
        categories,
        samples,
        reading: { ...takenOf(report.questions ?? []), ...reading },
        createdAt,
        fingerprint: print,
      })
      for (const image of images) storeImage(store, id, image, createdAt)
      onStored(id)
      return id
    })
    forgetScan(root)
    facts.tell('datasets.changed', null)
    return stored
  }

  return {
    /** Makes a folder known under an opaque token. */
    register: (root: string): { token: string; name: string } => {
      const token = randomUUID()
      folders.set(token, {
        root: path.resolve(root),
        scanning: null,
      })
      return { token, name: path.basename(root) }
    },
    /** Scans a folder without storing anything; progress is told as `import.progress`. */
    inspect: async (token: string, reading?: Reading): Promise<ImportReport> =>
      (await look(token, reading)).report,
    look,
    /** The folder that a token stands for. */
    folder: (token: string): string => folderOf(token).root,
    /** Ends a scan; what it has read is kept, so that another one goes on from there. */
    endInspect: (token: string): void => folderOf(token).scanning?.end('cancel'),
    scan,
    forgetScan,
    expectFree,
    store: storeScan,
    /** Reads a folder and stores it at once, without a job. */
    add: async (token: string, name: string, reading: Reading = {}): Promise<Dataset> => {
      const { root } = folderOf(token)
      return get(storeScan(root, name, reading, await scanFolder(token, reading)))
    },
    list: (): readonly Dataset[] => store.datasets.list(),
    get,
    /** Finds a data set by id or name, as the command line takes it. */
    find: (reference: string): Dataset => {
      const dataset =
        store.datasets.findByName(reference) ??
        (/^\d+$/.test(reference) ? store.datasets.get(Number(reference) as DatasetId) : null)
      if (dataset) return dataset
      throw new DdadError('NOT_FOUND', `There is no data set ${reference} in this workspace.`)
    },
    /** Forgets a data set, with the corrected masks and unsaved edits of its images. Its own files stay as they are. */
    remove: (id: DatasetId): void => {
      const { name } = get(id)
      const { kept, trashed } = store.runs.countOfDataset(id)
      const runs = (count: number) => (count === 1 ? '1 run' : `${count} runs`)
      if (kept > 0) {
        throw new DdadError(
          'CONFLICT',
          `${name} has ${runs(kept)}. Nothing was removed; put them into the trash first.`,
        )
      }
      if (trashed > 0) {
        throw new DdadError(
          'CONFLICT',
          `${name} has ${runs(trashed)} in the trash. Nothing was removed; delete them for good first.`,
        )
      }
      const images = store.images.ofDataset(id).map((image) => image.id)
      store.datasets.remove(id)
      removeMaskFiles(workspace, images)
      facts.tell('datasets.changed', null)
    },
    /** Every image, in a fixed order. */
    images: ({ id }: Dataset): readonly ImageEntry[] => store.images.ofDataset(id),
    /** The image of a path below the data set's folder, as the command line names it. */
    imageAt: ({ id, name }: Dataset, file: string): ImageEntry => {
      const image = store.images.byPath(id, file)
      if (image) return image
      throw new DdadError('NOT_FOUND', `${name} has no image ${file}.`)
    },
    image: (id: ImageId) => found(store.images.get(id), `image ${id}`),
  }
}

export type Datasets = ReturnType<typeof createDatasets>
