/** Folders by kind: good, or a defect each, with what lies below them. */
import { isDefectsName, isGroupName, isNominalName } from './folder-names.ts'
import type { FolderTree } from './folder-tree.ts'
import { NOMINAL, type Split } from '../../../../shared/datasets/dataset.ts'
import type { PlacedImage } from './layout.ts'
import type { Survey } from './survey.ts'
import { foldersIn, imagesBelow, imagesIn, type CategoryFolder } from './tree-queries.ts'

export interface Kind {
  /** Relative to the root. */
  readonly folder: string
  readonly defectType: string
  readonly anomalous: boolean
}

/** The kinds that a folder's subfolders are, by their names. */
export function kindsIn(tree: FolderTree, folder: string): Kind[] {
  return foldersIn(tree, folder).flatMap((name): Kind[] => {
    const own = folder === '' ? name : `${folder}/${name}`
    if (imagesBelow(tree, own).length === 0) return []
    if (isNominalName(name)) return [{ folder: own, defectType: NOMINAL, anomalous: false }]
    const inner = foldersIn(tree, own).filter(
      (child) => imagesBelow(tree, `${own}/${child}`).length,
    )
    const holdsKinds = isDefectsName(name) && imagesIn(tree, own).length === 0
    if (holdsKinds && inner.some((child) => !isGroupName(child))) {
      return inner.map((child) => ({
        folder: `${own}/${child}`,
        defectType: child,
        anomalous: true,
      }))
    }
    return [{ folder: own, defectType: name, anomalous: true }]
  })
}

/** All images below a folder of one kind, with the masks beside them; folders further below are groups. */
export function placeKind(
  survey: Survey,
  category: CategoryFolder,
  { folder, defectType, anomalous }: Kind,
  splitOf: Split | ((index: number) => Split),
): PlacedImage[] {
  return imagesBelow(survey.tree, folder).map((path, index): PlacedImage => ({
    category: category.name,
    split: typeof splitOf === 'string' ? splitOf : splitOf(index),
    defectType,
    anomalous,
    path,
    masks: survey.masksBeside(path),
    group: groupBelow(folder, path),
  }))
}

/** The folders between a kind's folder and a file. */
export function groupBelow(folder: string, file: string): string {
  const start = folder === '' ? 0 : folder.length + 1
  return file.slice(start, Math.max(start, file.lastIndexOf('/')))
}
