/** A folder as layouts look at it: pictures apart from masks. */
import type { Reading } from '../../../../shared/datasets/reading.ts'
import { readInput } from '../../../files/files.ts'
import { isMaskName, mayBeMaskName } from './folder-names.ts'
import type { FolderContent, FolderTree } from './folder-tree.ts'
import { decodeText } from './layouts/text.ts'
import { looksLikeMask } from './looks.ts'
import { endingOf, imagesBelow, imagesIn, stemOf } from './tree-queries.ts'
import { within } from '../../../files/within.ts'

export interface Survey {
  /** What was chosen. */
  readonly reading: Reading
  /** Everything. */
  readonly whole: FolderTree
  /** Without folders of masks and without the masks that lie beside images. */
  readonly tree: FolderTree
  readonly maskFolders: ReadonlySet<string>
  /** Image files in them. */
  readonly masks: readonly string[]
  /** Masks beside an image: `x_mask`, `x_GT`, `x_label`, or its stem in another format. */
  readonly masksBeside: (image: string) => readonly string[]
  /** All of them. */
  readonly beside: ReadonlySet<string>
  /** A text file, whatever its encoding. */
  readonly text: (file: string) => Promise<string>
}

type Look = (files: readonly string[]) => Promise<boolean>

/** Files of a folder that are looked at. */
const LOOKED_AT = 3
/** Share of a folder's stems that are another folder's too when it holds masks of it. */
const SAME_STEMS = 0.8

export async function surveyOf(whole: FolderTree, reading: Reading = {}): Promise<Survey> {
  const known = new Map<string, Promise<boolean>>()
  const lookAt = (file: string): Promise<boolean> => {
    const found = known.get(file) ?? looksLikeMask(within(whole.root, file), file)
    known.set(file, found)
    return found
  }
  /** Whether most of some of the files look like masks. */
  async function lookLikeMasks(files: readonly string[]): Promise<boolean> {
    const places = new Set([0, files.length >> 1, files.length - 1])
    const some = [...places].slice(0, LOOKED_AT).flatMap((place) => files[place] ?? [])
    const found = await Promise.all(some.map(lookAt))
    return found.length > 0 && found.filter(Boolean).length * 2 > found.length
  }

  const folders = await maskFolders(whole, lookLikeMasks)
  const open = without(whole, new Set(), folders)
  const masksOf = new Map<string, string[]>()
  const add = (image: string, mask: string) =>
    void masksOf.set(image, [...(masksOf.get(image) ?? []), mask])
  for (const folder of open.folders.keys()) {
    const files = imagesIn(open, folder)
    for (const [mask, image] of namedMasks(files)) add(image, mask)
    for (const [mask, image] of await twins(files, lookLikeMasks)) add(image, mask)
  }
  const beside = new Set([...masksOf.values()].flat())
  return {
    reading,
    whole,
    tree: without(open, beside, new Set()),
    beside,
    maskFolders: folders,
    masks: [...folders].flatMap((folder) => imagesBelow(whole, folder)),
    masksBeside: (image) => masksOf.get(image) ?? [],
    text: async (file) => decodeText(await readInput(within(whole.root, file))),
  }
}

const maskEnding =
  /^(.+?)[ _.-]*(?<![a-z])(?:mask|gt|ground[ _-]?truth|label|seg(?:mentation)?|anno(?:tation)?)s?(?:[ _-]?\d{1,2})?$/i
const maskBeginning = /^(?:mask|gt|ground[ _-]?truth|label|seg)[ _-]+(.+)$/i

/** The stem of the image that a mask's stem names; the stem itself where it names none. */
export function imageStem(stem: string): string {
  return maskEnding.exec(stem)?.[1] ?? maskBeginning.exec(stem)?.[1] ?? stem
}

/** Masks in a folder that are named after an image in it. */
function namedMasks(files: readonly string[]): [mask: string, image: string][] {
  const byStem = new Map(files.map((file) => [stemOf(file), file]))
  return files.flatMap((file): [string, string][] => {
    const stem = stemOf(file)
    const named = imageStem(stem)
    const image = named === stem ? undefined : byStem.get(named)
    return image === undefined ? [] : [[file, image]]
  })
}

const lossy = (ending: string): boolean => /^(jpe?g|jfif|jpe)$/.test(ending)

/** Masks that have the stem of an image in the same folder and another ending. */
async function twins(files: readonly string[], look: Look): Promise<[string, string][]> {
  const pairs = [...Map.groupBy(files, stemOf).values()].filter((same) => same.length === 2)
  const found: [mask: string, image: string][] = []
  // Pairs of the same two endings are told apart together.
  const kinds = Map.groupBy(pairs, (same) => same.map(endingOf).sort().join(' '))
  for (const [kind, same] of kinds) {
    const endings = kind.split(' ')
    const exact = endings.filter((ending) => !lossy(ending))
    for (const ending of exact) {
      const masks = same.map((pair) => pair.find((file) => endingOf(file) === ending)!)
      const images = same.map((pair) => pair.find((file) => endingOf(file) !== ending)!)
      if (!(await look(masks)) || (exact.length > 1 && (await look(images)))) continue
      masks.forEach((mask, i) => found.push([mask, images[i]!]))
      break
    }
  }
  return found
}

/** Folders of masks: by name, and where no name says so, by what is in them and what it is called. */
async function maskFolders(tree: FolderTree, look: Look): Promise<Set<string>> {
  const found = new Set<string>()
  const nameOf = (folder: string) => folder.slice(folder.lastIndexOf('/') + 1)
  const names = [...tree.folders.keys()].filter((folder) => folder !== '')
  for (const folder of names) {
    if (isInside(folder, found) || imagesBelow(tree, folder).length === 0) continue
    const name = nameOf(folder)
    if (isMaskName(name)) found.add(folder)
    else if (mayBeMaskName(name) && (await look(imagesBelow(tree, folder)))) found.add(folder)
  }
  if (found.size > 0) return found
  for (const folder of names) {
    const own = imagesIn(tree, folder)
    if (own.length === 0) continue
    const parent = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))
    const beside = tree.folders.get(parent)!.folders.filter((other) => other !== folder)
    const partner = [parent, ...beside].find((other) => sameStems(own, imagesIn(tree, other)))
    if (partner === undefined || found.has(partner)) continue
    if ((await look(own)) && !(await look(imagesIn(tree, partner)))) found.add(folder)
  }
  return found
}

function sameStems(masks: readonly string[], images: readonly string[]): boolean {
  const stems = new Set(images.map(stemOf))
  const named = masks.filter(
    (mask) => stems.has(stemOf(mask)) || stems.has(imageStem(stemOf(mask))),
  )
  return named.length > 0 && named.length >= masks.length * SAME_STEMS
}

function isInside(folder: string, found: ReadonlySet<string>): boolean {
  return [...found].some((outer) => folder.startsWith(`${outer}/`))
}

function without(
  tree: FolderTree,
  files: ReadonlySet<string>,
  folders: ReadonlySet<string>,
): FolderTree {
  if (files.size === 0 && folders.size === 0) return tree
  const left = new Map<string, FolderContent>()
  for (const [folder, content] of tree.folders) {
    if (folders.has(folder) || isInside(folder, folders)) continue
    left.set(folder, {
      files: content.files.filter((file) => !files.has(file)),
      folders: content.folders.filter((child) => !folders.has(child)),
    })
  }
  return { ...tree, folders: left }
}
