import { NOMINAL, type Split } from '../../../../../shared/datasets/dataset.ts'
import type { FolderTree } from '../folder-tree.ts'
import type { PlacedImage } from '../layout.ts'
import { byStem, foldersIn, imagesIn, stemOf, type CategoryFolder } from '../tree-queries.ts'

/** Nominal images of one folder. A mask that there is of one may be empty; otherwise it contradicts the folder. */
export function placeNominal(
  tree: FolderTree,
  category: CategoryFolder,
  folder: string,
  split: Split,
  masksOf: (path: string) => readonly string[] = () => [],
): PlacedImage[] {
  return imagesIn(tree, `${category.base}${folder}`).map((path) => ({
    category: category.name,
    split,
    defectType: NOMINAL,
    anomalous: false,
    path,
    masks: masksOf(path),
    group: '',
  }))
}

/** Images of a defect's folder, each with its masks. */
export function placeAnomalous(
  tree: FolderTree,
  category: CategoryFolder,
  folder: string,
  defectType: string,
  masksOf: (path: string) => readonly string[],
): PlacedImage[] {
  return imagesIn(tree, `${category.base}${folder}`).map((path) => ({
    category: category.name,
    split: 'test',
    defectType,
    anomalous: true,
    path,
    masks: masksOf(path),
    group: '',
  }))
}

/** A folder per defect in `test`, nominal images in the one called `nominal`. */
export function placeTest(
  tree: FolderTree,
  category: CategoryFolder,
  nominal: string,
  masksOf: (defectType: string) => (path: string) => readonly string[],
): PlacedImage[] {
  return foldersIn(tree, `${category.base}test`).flatMap((folder) =>
    folder === nominal
      ? placeNominal(tree, category, `test/${folder}`, 'test', masksOf(folder))
      : placeAnomalous(tree, category, `test/${folder}`, folder, masksOf(folder)),
  )
}

/** Finds an image's mask by its stem, with one of the endings given, in order. */
export function maskByStem(
  tree: FolderTree,
  folder: string,
  endings: readonly string[],
): (path: string) => readonly string[] {
  const maskOf = byStem(tree, folder)
  return (path) => {
    const found = endings.map((ending) => maskOf(stemOf(path) + ending)).find(Boolean)
    return found === undefined ? [] : [found]
  }
}
