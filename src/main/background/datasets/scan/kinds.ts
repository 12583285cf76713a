/** Folders by kind: good, or a defect each, with what lies below them. */
import { isDefectsName, isGroupName, isNominalName } from './folder-names.ts'
import type { FolderTree } from './folder-tree.ts'
import { NOMINAL, type Split } from '../../../../shared/datasets/dataset.ts'
import type { PlacedImage } from './layout.ts'
import type { Survey } from './survey.ts'
import { foldersIn, imagesBelow, imagesIn, type CategoryFolder } from './tree-queries.ts'

/** Name of the defect type of images that no folder names. */
export const DEFECT = 'defect'

export interface Kind {
  /** Relative to the root. */
  readonly folder: string
  readonly defectType: string
  readonly anomalous: boolean
}

/**
 * The kinds that a folder's subfolders are, by their names.
 * @param good a name that stands for good images here, besides those that do everywhere
 */
export function kindsIn(tree: FolderTree, folder: string, good: string | null = null): Kind[] {
  return foldersIn(tree, folder).flatMap((name): Kind[] => {
    const own = folder === '' ? name : `${folder}/${name}`
    if (imagesBelow(tree, own).length === 0) return []
    if (isNominalName(name) || name === good)
      return [{ folder: own, defectType: NOMINAL, anomalous: false }]
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

/** Images right in a folder, beside folders of kinds: what was chosen for them, otherwise undecided. */
export function placeLoose(
  { tree, reading, masksBeside }: Survey,
  category: CategoryFolder,
  folder: string,
  splitOf: Split | ((index: number) => Split),
  to: {
    readonly undecided: Map<string, string>
    readonly asked: { readonly loose: string[] }
    readonly why: string
  },
): PlacedImage[] {
  const files = imagesIn(tree, folder)
  to.asked.loose.push(...files)
  const { loose = 'left-out' } = reading
  // Training and validation learn from good images alone.
  const taken =
    loose === 'good' || (loose === 'defect' && splitOf !== 'train' && splitOf !== 'validation')
  if (!taken) {
    for (const file of files) to.undecided.set(file, to.why)
    return []
  }
  const anomalous = loose === 'defect'
  return files.map((path, index): PlacedImage => ({
    category: category.name,
    split: anomalous ? 'test' : typeof splitOf === 'string' ? splitOf : splitOf(index),
    defectType: anomalous ? DEFECT : NOMINAL,
    anomalous,
    path,
    masks: masksBeside(path),
    group: '',
  }))
}

/** The folders between a kind's folder and a file. */
export function groupBelow(folder: string, file: string): string {
  const start = folder === '' ? 0 : folder.length + 1
  return file.slice(start, Math.max(start, file.lastIndexOf('/')))
}
