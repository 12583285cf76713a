/** Data sets: looking into a folder, storing what was found, listing it. The folder is never written. */
import { randomUUID } from 'node:crypto'
import path from 'node:path'
import type { Dataset, ImageEntry, ImportReport } from '../../shared/domain/dataset.ts'
import type { DatasetId, ImageId } from '../../shared/domain/ids.ts'
import { DdadError } from '../../shared/errors.ts'
import type { BackgroundContract, Scan } from '../../shared/processes/background.ts'
import type { Supervisor } from '../engine-host/supervisor.ts'
import type { Call } from '../processes/client.ts'
import type { Facts } from './facts.ts'
import { fingerprint } from './fingerprint.ts'
import { removeMaskFiles } from './mask-files.ts'
import type { Workspace } from './workspace.ts'

interface Folder {
  readonly root: string
  scan: Scan | null
  scanning: Call<Scan> | null
}

export function createDatasets(
  workspace: Workspace,
  facts: Facts,
  background: Supervisor<BackgroundContract>,
) {
  const { store } = workspace
  const folders = new Map<string, Folder>()

  function folderOf(token: string): Folder {
    const folder = folders.get(token)
    if (folder) return folder
    throw new DdadError('NOT_FOUND', 'That folder was not chosen in this session. Choose it again.')
  }

  function get(id: DatasetId): Dataset {
    const dataset = store.datasets.get(id)
    if (dataset) return dataset
    throw new DdadError('NOT_FOUND', `There is no data set ${id} in this workspace.`)
  }

  async function scan(token: string): Promise<Scan> {
    const folder = folderOf(token)
    folder.scanning?.end('cancel')
    folder.scanning = background.call('scan', { root: folder.root }, ({ done, total }) =>
      facts.tell('import.progress', { token, done, total }),
    )
    try {
      folder.scan = await folder.scanning.result
      return folder.scan
    } finally {
      folder.scanning = null
    }
  }

  function storeScan(root: string, name: string, { report, layout, images }: Scan): DatasetId {
    if (store.datasets.findByName(name)) {
      throw new DdadError('CONFLICT', `There is a data set named ${name} already. Choose another.`)
    }
    const createdAt = Date.now()
    return store.transaction(() => {
      const { categories } = report
      const print = fingerprint(images.flatMap((image) => [image, ...image.masks]))
      const id = store.datasets.insert({
        name,
        layout,
        root,
        categories,
        createdAt,
        fingerprint: print,
      })
      for (const image of images) {
        const imageId = store.images.insert(id, image)
        if (image.masks.length === 0) continue
        store.maskVersions.insert({
          imageId,
          version: 0,
          parentId: null,
          author: 'data set',
          reason: 'Ground truth of the data set',
          createdAt,
          file: null,
          sha256: null,
        })
      }
      return id
    })
  }

  return {
    /** Makes a folder known under an opaque token. */
    register: (root: string): { token: string; name: string } => {
      const token = randomUUID()
      folders.set(token, { root: path.resolve(root), scan: null, scanning: null })
      return { token, name: path.basename(root) }
    },
    /** Scans a folder without storing anything; progress is told as `import.progress`. */
    inspect: async (token: string): Promise<ImportReport> => {
      const { report, images } = await scan(token)
      const print = fingerprint(images.flatMap((image) => [image, ...image.masks]))
      const same = store.datasets.list().find((dataset) => dataset.fingerprint === print)
      return same ? { ...report, sameAs: { id: same.id, name: same.name } } : report
    },
    /** The folder that a token stands for. */
    folder: (token: string): string => folderOf(token).root,
    cancelInspect: (token: string): void => folderOf(token).scanning?.end('cancel'),
    /** Stores a folder's images, scanning it first if that was not done. All of it or nothing. */
    add: async (token: string, name: string): Promise<Dataset> => {
      const folder = folderOf(token)
      const id = storeScan(folder.root, name, folder.scan ?? (await scan(token)))
      folders.delete(token)
      facts.tell('datasets.changed', null)
      return get(id)
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
    image: (id: ImageId): ImageEntry => {
      const image = store.images.get(id)
      if (image) return image
      throw new DdadError('NOT_FOUND', `There is no image ${id} in this workspace.`)
    },
  }
}

export type Datasets = ReturnType<typeof createDatasets>
