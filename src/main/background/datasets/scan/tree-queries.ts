import type { ImportProblem, Split } from '../../../../shared/datasets/dataset.ts'
import type { FolderTree } from './folder-tree.ts'

const imageName = /\.(png|jpe?g|jfif|jpe|bmp|dib|tiff?|webp)$/i

export interface CategoryFolder {
  readonly name: string
  /** Relative path with a closing slash, or empty for the root. */
  readonly base: string
}

/**
 * The folders that satisfy a test: the root itself, or else folders one level down, or else two or three, so
 * that a single category and an archive's wrapping folders are found as well.
 */
export function categoryFolders(
  tree: FolderTree,
  isCategory: (base: string) => boolean,
): readonly CategoryFolder[] {
  if (isCategory('')) return [{ name: tree.name, base: '' }]
  for (const depth of [1, 2, 3]) {
    const found = [...tree.folders.keys()]
      .filter((folder) => folder !== '' && folder.split('/').length === depth)
      .filter((folder) => isCategory(`${folder}/`))
    if (found.length > 0) {
      const names = found.map((folder) => folder.slice(folder.lastIndexOf('/') + 1))
      // The same category in several sizes or versions is told apart by its whole path.
      const unique = new Set(names).size === names.length
      return found.map((folder, i) => ({ name: unique ? names[i]! : folder, base: `${folder}/` }))
    }
  }
  return []
}

/** Paths of the image files directly in a folder. */
export function imagesIn(tree: FolderTree, folder: string): string[] {
  return filesIn(tree, folder).filter((file) => imageName.test(file))
}

/** Paths of the files directly in a folder. */
export function filesIn(tree: FolderTree, folder: string): readonly string[] {
  return tree.folders.get(folder)?.files ?? []
}

/** Names of the folders directly in a folder. */
export function foldersIn(tree: FolderTree, folder: string): string[] {
  const folders = tree.folders.get(folder)?.folders ?? []
  return folders.map((child) => child.slice(child.lastIndexOf('/') + 1))
}

/** What a list of the data set leaves out: as one problem of its category, and file by file. */
export function unlisted(
  { base }: CategoryFolder,
  files: readonly string[],
  images: readonly { readonly path: string; readonly masks: readonly string[] }[],
  list: string,
): { readonly problems: readonly ImportProblem[]; readonly leftOut: readonly [string, string][] } {
  const placed = new Set(images.flatMap(({ path, masks }) => [path, ...masks]))
  const left = files.filter((file) => !placed.has(file))
  if (left.length === 0) return { problems: [], leftOut: [] }
  const some = left.length === 1 ? '1 image is' : `${left.length} images are`
  const message = `${some} not in ${list} and left out, for instance ${left[0]}.`
  return {
    problems: [{ kind: 'not-listed', path: base.slice(0, -1), message }],
    leftOut: left.map((file) => [file, `not in ${list}`]),
  }
}

/** Paths of all image files below a folder. */
export function imagesBelow(tree: FolderTree, folder: string): string[] {
  const folders = tree.folders.get(folder)?.folders ?? []
  return [...imagesIn(tree, folder), ...folders.flatMap((child) => imagesBelow(tree, child))]
}

/** A file's ending in small letters, without the dot. */
export function endingOf(file: string): string {
  return (/\.([^./]*)$/.exec(file)?.[1] ?? '').toLowerCase()
}

export const isImageName = (file: string): boolean => imageName.test(file)

/** File name without folder and extension. */
export function stemOf(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '')
}

/**
 * Finds image files of a folder by their stems. Systems write accents composed or decomposed: a stem that is
 * there in neither way is looked for in the other one.
 */
export function byStem(tree: FolderTree, folder: string): (stem: string) => string | undefined {
  const exact = new Map(imagesIn(tree, folder).map((file) => [stemOf(file), file]))
  const composed = new Map([...exact].map(([stem, file]) => [stem.normalize(), file]))
  return (stem) => exact.get(stem) ?? composed.get(stem.normalize())
}

/** For layouts without a split of their own: every fifth nominal image is a test image. */
export function everyFifth(index: number): Split {
  return index % 5 === 4 ? 'test' : 'train'
}

/** What a layout's folder of masks holds that no image has claimed. */
export function unclaimed(
  masks: readonly string[],
  images: readonly { readonly masks: readonly string[] }[],
): string[] {
  const claimed = new Set(images.flatMap((image) => image.masks))
  return masks.filter((mask) => !claimed.has(mask))
}
