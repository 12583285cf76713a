/** Files behind the ids that the window knows: originals, and what is made of them once in the cache. */
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import { access, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import type { ImageId, ImageResultId, MaskVersionId } from '../../../shared/core/ids.ts'
import { shownAsStored } from '../../../shared/datasets/browser-picture.ts'
import { imageAddress, readImageAddress, ruleName } from '../../../shared/datasets/sample-range.ts'
import { DdadError } from '../../../shared/errors.ts'
import { hasClasses } from '../../../shared/masks/export-conventions.ts'
import type { BackgroundContract, MaskSource } from '../../../shared/processes/background.ts'
import type { MaskVersionSource } from '../../db/repos/mask-versions.ts'
import type { Supervisor } from '../../processes/supervisor.ts'
import { missingInput } from '../../files/files.ts'
import type { FileChecks } from './file-checks.ts'
import { latestFirst } from '../../processes/latest-first.ts'
import type { Workspace } from '../core/workspace.ts'
import { within } from '../../files/within.ts'
import { found } from '../core/found.ts'

/** Longer side of a thumbnail in pixels. */
const THUMBNAIL_SIDE = 160

/** Masks that are looked up at once, which takes this process a few milliseconds. */
const MASKS_AT_ONCE = 250

export function createFiles(
  { store, resolve }: Workspace,
  fileChecks: FileChecks,
  background: Supervisor<BackgroundContract>,
) {
  // More may wait than a window has tiles, so that those in view are never dropped.
  const thumbnails = latestFirst(3, 300)
  const making = new Map<string, Promise<string>>()
  /** Contents by whether a browser shows them as they are stored. */
  const plainPictures = new Map<string, boolean>()

  /** The cached file of that name, made once even when asked for several times at once. */
  function cached(name: string, make: (destination: string) => Promise<null>): Promise<string> {
    const destination = within(resolve('cache'), name)
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

  const requireImage = (id: ImageId) => found(store.images.get(id), `image ${id}`)

  /** `name` is that of what is made of its pixels in the cache: by content, and by how samples are read. */
  function source(id: ImageId) {
    const image = requireImage(id)
    const dataset = store.datasets.get(image.datasetId)
    if (!dataset)
      throw new DdadError('NOT_FOUND', `The data set of image ${id} is not in this workspace.`)
    const { root, samples: range } = dataset
    const rule = { range, orientation: image.orientation }
    const file = within(root, image.path)
    const sha256 = contentOf(id, image.sha256)
    const name = sha256 + ruleName(rule)
    return { file, address: imageAddress(file, rule), sha256, name, root, rule }
  }

  /** The hash of what a file holds, as far as it was looked at: not always what was imported. */
  function contentOf(id: ImageId, imported: string): string {
    const change = store.fileChanges.ofImages([id]).find(({ part }) => part === 0)
    return change?.sha256 ?? imported
  }

  /** Notices when an image's files are not as they were imported, before something is made of them. */
  async function notice(id: ImageId): Promise<void> {
    const { root } = source(id)
    const alike = await Promise.all(
      store.fileChanges.files([id]).map(async ({ path: file, bytes, modifiedAt }) => {
        const found = await stat(within(root, file)).catch(() => null)
        return found?.size === bytes && Math.trunc(found.mtimeMs) === Math.trunc(modifiedAt ?? 0)
      }),
    )
    if (alike.includes(false)) await fileChecks.look([id])
  }

  function thumbnailOf(id: ImageId): { file: string; name: string; destination: string } {
    const { address: file, name: content } = source(id)
    const name = `thumbnails/${content.slice(0, 2)}/${content}.webp`
    return { file, name, destination: within(resolve('cache'), name) }
  }

  const result = (id: ImageResultId) => found(store.imageResults.files(id), `result ${id}`)

  /** Where the pixels of a mask version are, with the hashes of what was imported or of what is there now. */
  function sourceOf(version: MaskVersionSource, hashes: 'imported' | 'current'): MaskSource {
    const hasVoid = !hasClasses(version.layout) && version.voidIs !== 'defect'
    if (version.file !== null) {
      const file = resolve(`masks/${version.file}`)
      return { files: [{ file, sha256: version.sha256 ?? '' }], coded: true, void: hasVoid }
    }
    const files = version.parts.map((part) => ({
      file: imageAddress(within(version.root, part.path), { ...part, range: null }),
      sha256: part[hashes],
    }))
    return { files, coded: hasClasses(version.layout), void: hasVoid }
  }

  /** @throws DdadError NOT_FOUND for a corrected mask whose file is gone, which no relinking brings back. */
  function presentSource(version: MaskVersionSource, hashes: 'imported' | 'current'): MaskSource {
    const source = sourceOf(version, hashes)
    const gone = version.file !== null && source.files.find(({ file }) => !fs.existsSync(file))
    if (!gone) return source
    throw new DdadError(
      'NOT_FOUND',
      `${gone.file}, a corrected mask, is missing from the workspace. Its earlier versions are kept: put the file back from a copy, ` +
        'or go back to an earlier version in the mask editor.',
    )
  }

  const versionOf = (id: MaskVersionId) => found(store.maskVersions.sources([id])[0], `mask ${id}`)

  const maskName = (version: MaskVersionSource): string =>
    `masks/${hashOf(sourceOf(version, 'current'))}.png`

  async function makeMask({ id, imageId }: MaskVersionSource): Promise<string> {
    await notice(imageId)
    const version = versionOf(id)
    const made = presentSource(version, 'current')
    if (made.files.length === 0) {
      throw new DdadError('NOT_FOUND', `The files of mask ${id} are not here.`)
    }
    return cached(
      maskName(version),
      (destination) => background.call('mask', { source: made, destination }).result,
    )
  }

  /**
   * Mask versions as 8-bit files each, 0 or 255, of what the data set's own files hold now; ids may repeat. Many are
   * looked up in slices, so that this process does not stand still.
   */
  async function masks(ids: readonly MaskVersionId[]): Promise<ReadonlyMap<MaskVersionId, string>> {
    const files = new Map<MaskVersionId, string>()
    const wanted = [...new Set(ids)]
    for (let at = 0; at < wanted.length; at += MASKS_AT_ONCE) {
      const slice = wanted.slice(at, at + MASKS_AT_ONCE)
      const versions = store.maskVersions.sources(slice)
      const made = await Promise.all(
        versions.map(async (version) => {
          const file = resolve(`cache/${maskName(version)}`)
          const there = await access(file).then(
            () => true,
            () => false,
          )
          return there ? file : makeMask(version)
        }),
      )
      versions.forEach(({ id }, place) => files.set(id, made[place]!))
      const absent = slice.find((id) => !files.has(id))
      if (absent !== undefined) versionOf(absent)
    }
    return files
  }

  /** A mask version's class indices, run-length coded. */
  async function maskClasses(id: MaskVersionId): Promise<string> {
    const version = versionOf(id)
    const source = presentSource(version, 'imported')
    const { width, height } = requireImage(version.imageId)
    const size = { width, height }
    return cached(
      `masks/${hashOf(source)}-classes.bin`,
      (destination) => background.call('maskClasses', { source, size, destination }).result,
    )
  }

  return {
    cached,
    notice,
    /** One of {@link masks}. */
    mask: async (id: MaskVersionId): Promise<string> => (await masks([id])).get(id)!,
    masks,
    maskClasses,
    maskSource: (id: MaskVersionId): MaskSource => presentSource(versionOf(id), 'imported'),
    /** The original where a browser shows what the network sees, otherwise a PNG of it. */
    image: async (id: ImageId): Promise<string> => {
      await notice(id)
      const { file, address, sha256, name, rule } = source(id)
      if (!fs.existsSync(file)) throw missingInput(file)
      const ending = path.extname(file).slice(1).toLowerCase()
      const plain = plainPictures.get(sha256) ?? shownAsStored(await readFile(file), ending)
      plainPictures.set(sha256, plain)
      if (plain && rule.orientation === 1) return file
      return cached(
        `pictures/${name}.png`,
        (destination) => background.call('picture', { file: address, destination }).result,
      )
    },
    /** The address of an image's pixels, for what decodes them; see imageAddress. */
    original: (id: ImageId): string => source(id).address,
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
    reconstruction: (id: ImageResultId): string => {
      const { reconstruction } = result(id)
      if (reconstruction !== null) return resolve(reconstruction)
      throw new DdadError('NOT_FOUND', `Result ${id} has no reconstruction.`)
    },
  }
}

/** How values are told apart; another rule makes other files of the same masks. */
const MASK_RULE = 'levels by area, void apart'

function hashOf({ files, coded, void: hasVoid }: MaskSource): string {
  const hash = createHash('sha256').update(MASK_RULE)
  for (const { file, sha256 } of files) hash.update(sha256 + ruleName(readImageAddress(file)))
  if (coded) hash.update('classes')
  if (hasVoid) hash.update('void')
  return hash.digest('hex')
}

export type Files = ReturnType<typeof createFiles>
