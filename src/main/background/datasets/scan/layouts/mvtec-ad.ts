import { NOMINAL } from '../../../../../shared/datasets/dataset.ts'
import {
  isDefectsName,
  isGroupName,
  isNominalName,
  isTestName,
  isTrainName,
  isValidationName,
} from '../folder-names.ts'
import type { FolderTree } from '../folder-tree.ts'
import { kindsIn, placeKind, placeLoose, type Kind } from '../kinds.ts'
import { placement, type Layout, type PlacedImage } from '../layout.ts'
import { assignMasks } from '../mask-index.ts'
import type { Survey } from '../survey.ts'
import {
  categoryFolders,
  foldersIn,
  imagesBelow,
  imagesIn,
  type CategoryFolder,
} from '../tree-queries.ts'

/** Folders of a category by what they mean. */
interface SplitFolders {
  readonly train: readonly string[]
  readonly validation: readonly string[]
  readonly test: readonly string[]
}

/** MVTec AD and what follows it (MPDD, the demo): a folder for training, one for test, in any case, masks in others. */
export const mvtecAd: Layout = {
  layout: 'mvtec-ad',
  lookedFor: 'MVTec AD: train/good and test (or OK, normal …) in the folder or in its subfolders',
  async place(survey) {
    const { tree } = survey
    const categories = categoryFolders(tree, (base) => isCategory(tree, base))
    if (categories.length === 0) return null
    const leftOut = new Map<string, string>()
    const undecided = new Map<string, string>()
    const asked = { loose: [] as string[], trained: [] as string[] }
    const extraMasks: string[] = []
    const images: PlacedImage[] = []
    for (const category of categories) {
      const own = placeCategory(survey, category, { leftOut, undecided, asked })
      const assigned = assignMasks(own, survey, category.base)
      images.push(...assigned.images)
      extraMasks.push(...assigned.extraMasks)
      for (const [file, why] of assigned.undecided) undecided.set(file, why)
    }
    const called = new Set(
      categories.flatMap(({ base }) => onlyKind(tree, splitFolders(tree, base)) ?? []),
    )
    const said = [...called].filter((name) => !isNominalName(name))
    const untrained = categories.filter(
      ({ name }) => !images.some(({ category, split }) => category === name && split === 'train'),
    )
    return placement(
      'Folders of training and test images, as in MVTec AD.' +
        (said.length > 0
          ? ` ${said.join(', ')}, the one kind in the training folder, is taken as good.`
          : '') +
        (untrained.length > 0
          ? ` Without training images: ${untrained.map(({ name }) => name).join(', ')}.`
          : ''),
      images,
      { extraMasks, leftOut, undecided, asked },
    )
  },
}

function splitFolders(tree: FolderTree, base: string): SplitFolders {
  const names = foldersIn(tree, base.slice(0, -1))
  const pick = (test: (name: string) => boolean) =>
    names.filter(test).map((name) => `${base}${name}`)
  return {
    train: pick(isTrainName),
    validation: pick(isValidationName),
    test: pick(isTestName),
  }
}

function isCategory(tree: FolderTree, base: string): boolean {
  const { train, test } = splitFolders(tree, base)
  const tested = test.some((folder) => kindsIn(tree, folder).length > 0)
  const trained = train.some((folder) => nominalIn(tree, folder).length > 0)
  return trained || tested
}

function nominalIn(tree: FolderTree, folder: string): Kind[] {
  return kindsIn(tree, folder).filter(({ anomalous }) => !anomalous)
}

/**
 * What the one kind in the training folders is called, where that is no word for defective and the test folders have no
 * good images by name: training learns from good images. Null where there is none, or more than one.
 */
function onlyKind(tree: FolderTree, { train, test }: SplitFolders): string | null {
  if (test.some((folder) => nominalIn(tree, folder).length > 0)) return null
  const names = new Set(
    train.flatMap((folder) =>
      kindsIn(tree, folder).map((kind) => kind.folder.slice(kind.folder.lastIndexOf('/') + 1)),
    ),
  )
  const [name = ''] = names
  return names.size === 1 && !isDefectsName(name) && !isGroupName(name) ? name : null
}

/** What a category's images are told apart by besides their places. */
interface Aside {
  readonly leftOut: Map<string, string>
  readonly undecided: Map<string, string>
  readonly asked: { readonly loose: string[]; readonly trained: string[] }
}

function placeCategory(
  survey: Survey,
  category: CategoryFolder,
  { leftOut, undecided, asked }: Aside,
): PlacedImage[] {
  const { tree, reading } = survey
  const folders = splitFolders(tree, category.base)
  const { train, validation, test } = folders
  const called = onlyKind(tree, folders)
  const nominal = (split: 'train' | 'validation') => (folder: string) => {
    const kinds = kindsIn(tree, folder, called)
    const good = kinds.filter(({ anomalous }) => !anomalous)
    const grouped = kinds.every(({ folder: own }) =>
      isGroupName(own.slice(own.lastIndexOf('/') + 1)),
    )
    if (good.length === 0 && grouped) {
      return placeKind(survey, category, { folder, defectType: NOMINAL, anomalous: false }, split)
    }
    const bad = kinds.filter(({ anomalous }) => anomalous)
    asked.trained.push(...bad.flatMap(({ folder: other }) => imagesBelow(tree, other)))
    const defects =
      reading.trained === 'test'
        ? bad.flatMap((kind) => placeKind(survey, category, kind, 'test'))
        : []
    for (const { folder: other } of reading.trained === 'test' ? [] : bad) {
      for (const file of imagesBelow(tree, other)) {
        leftOut.set(file, `defective images of the ${split} folder, which learns from good ones`)
      }
    }
    if (good.length === 0) {
      return [...placeDirect(survey, category, folder, split), ...defects]
    }
    const loose = placeLoose(survey, category, folder, split, {
      undecided,
      asked,
      why: `right in the ${split} folder, beside folders of good images`,
    })
    return [
      ...good.flatMap((kind) => placeKind(survey, category, kind, split)),
      ...loose,
      ...defects,
    ]
  }
  const tested = test.flatMap((folder) => [
    ...placeLoose(survey, category, folder, 'test', {
      undecided,
      asked,
      why: 'right in the test folder: good or defective is not said',
    }),
    ...kindsIn(tree, folder, called).flatMap((kind) => placeKind(survey, category, kind, 'test')),
  ])
  return [
    ...train.flatMap(nominal('train')),
    ...validation.flatMap(nominal('validation')),
    ...tested,
  ]
}

/** Images right in a folder, which are good ones. */
function placeDirect(
  survey: Survey,
  category: CategoryFolder,
  folder: string,
  split: 'train' | 'validation',
): PlacedImage[] {
  return imagesIn(survey.tree, folder).map((path) => ({
    category: category.name,
    split,
    defectType: NOMINAL,
    anomalous: false,
    path,
    masks: survey.masksBeside(path),
    group: '',
  }))
}
