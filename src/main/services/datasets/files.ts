/** Files behind the ids that the window knows: originals, and what is made of them once in the cache. */
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { stat } from 'node:fs/promises'
import path from 'node:path'
import type { ImageEntry } from '../../../shared/datasets/dataset.ts'
import type { ImageId, ImageResultId, MaskVersionId } from '../../../shared/core/ids.ts'
import { DdadError } from '../../../shared/errors.ts'
import { hasClasses } from '../../../shared/masks/export-conventions.ts'
import type { BackgroundContract, MaskSource } from '../../../shared/processes/background.ts'
import type { Supervisor } from '../../processes/supervisor.ts'
import { missingInput } from '../../files/files.ts'
import type { FileChecks } from './file-checks.ts'
import { latestFirst } from '../../processes/latest-first.ts'
import type { Workspace } from '../core/workspace.ts'

/** Longer side of a thumbnail in pixels. */
const THUMBNAIL_SIDE = 160

/** What Chromium shows as it is; everything else becomes a PNG first. */
const shown = new Set(['.png', '.jpg', '.jpeg', '.gif', '.webp'])

export function createFiles(
  { store, resolve }: Workspace,
  fileChecks: FileChecks,
  background: Supervisor<BackgroundContract>,
) {
  // More may wait than a window has tiles, so that those in view are never dropped.
  const thumbnails = latestFirst(3, 300)
  const making = new Map<string, Promise<string>>()

  /** The cached file of that name, made once even when asked for several times at once. */
  function cached(name: string, make: (destination: string) => Promise<null>): Promise<string> {
    const destination = resolve(`cache/${name}`)
    if (fs.existsSync(destination)) return Promise.resolve(destination)
    const running = making.get(name)
    if (running) return running
    fs.mkdirSync(path.dirname(destination), { recursive: true })
    const made = make(destination)
      .then(() => destination)
      .finally(() => making.delete(name))
    making.set(name, made)
    return made
  }

  function source(id: ImageId): { file: string; sha256: string; root: string } {
    const image = store.images.get(id)
    const dataset = image && store.datasets.get(image.datasetId)
    if (!dataset) throw new DdadError('NOT_FOUND', `There is no image ${id} in this workspace.`)
    const { root } = dataset
    return { file: path.join(root, image.path), sha256: contentOf(id, 0, image.sha256), root }
  }

  /** The hash of what a file holds, as far as it was looked at: not always what was imported. */
  function contentOf(id: ImageId, part: number, imported: string): string {
    const change = store.fileChanges.ofImages([id]).find((entry) => entry.part === part)
    return change?.sha256 ?? imported
  }

  /** Notices when an image's files are not as they were imported, before something is made of them. */
  async function notice(id: ImageId): Promise<void> {
    const { root } = source(id)
    const alike = await Promise.all(
      store.fileChanges.files([id]).map(async ({ path: file, bytes, modifiedAt }) => {
        const found = await stat(path.join(root, file)).catch(() => null)
        return found?.size === bytes && Math.trunc(found.mtimeMs) === Math.trunc(modifiedAt ?? 0)
      }),
    )
    if (alike.includes(false)) await fileChecks.look([id])
  }

  function thumbnailOf(id: ImageId): { file: string; name: string; destination: string } {
    const { file, sha256 } = source(id)
    const name = `thumbnails/${sha256.slice(0, 2)}/${sha256}.webp`
    return { file, name, destination: resolve(`cache/${name}`) }
  }

  function result(id: ImageResultId) {
    const files = store.imageResults.files(id)
    if (files) return files
    throw new DdadError('NOT_FOUND', `There is no result ${id} in this workspace.`)
  }

  /**
   * Where the pixels of a mask version are, and the image that it belongs to.
   * @param current With the hashes of what the data set's own files hold now, otherwise of what was imported.
   */
  function maskSource(
    id: MaskVersionId,
    current = false,
  ): { image: ImageEntry; source: MaskSource } {
    const version = store.maskVersions.get(id)
    const image = version && store.images.get(version.imageId)
    const dataset = image && store.datasets.get(image.datasetId)
    if (!dataset) throw new DdadError('NOT_FOUND', `There is no mask ${id} in this workspace.`)
    if (version.file !== null) {
      const file = resolve(`masks/${version.file}`)
      const files = [{ file, sha256: version.sha256 ?? '' }]
      return { image, source: { files, coded: true } }
    }
    const files = store.images.maskFiles(version.imageId).map((part, position) => ({
      file: path.join(dataset.root, part.path),
      sha256: current ? contentOf(version.imageId, position + 1, part.sha256) : part.sha256,
    }))
    return { image, source: { files, coded: hasClasses(dataset.layout) } }
  }

  /** A mask version as one 8-bit file, 0 or 255, of what the data set's own files hold now. */
  async function mask(id: MaskVersionId): Promise<string> {
    const classes = store.maskVersions.get(id)?.file !== null
    const named = () => {
      const { image, source } = maskSource(id, true)
      return { image, source, name: `masks/${hashOf(source, classes)}.png` }
    }
    const known = named()
    const made = resolve(`cache/${known.name}`)
    if (fs.existsSync(made)) return made
    await notice(known.image.id)
    const { source, name } = named()
    const files = source.files.map(({ file }) => file)
    if (files.length === 0) {
      throw new DdadError('NOT_FOUND', `The files of mask ${id} are not here.`)
    }
    return cached(
      name,
      (destination) => background.call('mask', { files, classes, destination }).result,
    )
  }

  /** A mask version's class indices, run-length coded. */
  async function maskClasses(id: MaskVersionId): Promise<string> {
    const { image, source } = maskSource(id)
    const size = { width: image.width, height: image.height }
    return cached(
      `masks/${hashOf(source, source.coded)}-classes.bin`,
      (destination) => background.call('maskClasses', { source, size, destination }).result,
    )
  }

  return {
    cached,
    notice,
    mask,
    maskClasses,
    maskSource: (id: MaskVersionId): MaskSource => maskSource(id).source,
    /** The original where a browser can show it, otherwise a PNG of it. */
    image: async (id: ImageId): Promise<string> => {
      await notice(id)
      const { file, sha256 } = source(id)
      if (!fs.existsSync(file)) throw missingInput(file)
      if (shown.has(path.extname(file).toLowerCase())) return file
      return cached(
        `pictures/${sha256}.png`,
        (destination) => background.call('picture', { file, destination }).result,
      )
    },
    /** The file in the data set. */
    original: (id: ImageId): string => source(id).file,
    thumbnail: async (id: ImageId): Promise<string> => {
      const known = thumbnailOf(id)
      if (fs.existsSync(known.destination)) return known.destination
      await notice(id)
      const { file, name } = thumbnailOf(id)
      return cached(name, (destination) =>
        thumbnails(
          () => background.call('thumbnail', { file, destination, side: THUMBNAIL_SIDE }).result,
        ),
      )
    },
    maps: (id: ImageResultId): string => resolve(result(id).maps),
    reconstruction: (id: ImageResultId): string => resolve(result(id).reconstruction),
  }
}

function hashOf({ files }: MaskSource, coded: boolean): string {
  const hash = createHash('sha256')
  for (const { sha256 } of files) hash.update(sha256)
  if (coded) hash.update('classes')
  return hash.digest('hex')
}

export type Files = ReturnType<typeof createFiles>
