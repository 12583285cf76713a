/** Data sets whose masks alone say which images are defective: KolektorSDD2, KolektorSDD and DAGM 2007. */
import { NOMINAL, type Split } from '../../../../../shared/datasets/dataset.ts'
import { isTestName, isTrainName } from '../folder-names.ts'
import { placement, type Layout, type PlacedImage } from '../layout.ts'
import { assignMasks } from '../mask-index.ts'
import type { Survey } from '../survey.ts'
import {
  categoryFolders,
  everyFifth,
  foldersIn,
  imagesIn,
  stemOf,
  type CategoryFolder,
} from '../tree-queries.ts'

function placeAll(
  survey: Survey,
  category: CategoryFolder,
  folder: string,
  split: Split,
  group = '',
): PlacedImage[] {
  return imagesIn(survey.tree, folder).map((path) => ({
    category: category.name,
    split,
    defectType: NOMINAL,
    anomalous: false,
    path,
    masks: survey.masksBeside(path),
    group,
    byMask: split === 'train' ? 'left-out' : 'test',
  }))
}

function splitFoldersOf({ tree }: Survey, base: string) {
  const names = foldersIn(tree, base.slice(0, -1))
  const folderOf = (test: (name: string) => boolean) => {
    const name = names.find(test)
    return name === undefined ? undefined : base + name
  }
  return { train: folderOf(isTrainName), test: folderOf(isTestName) }
}

/** KolektorSDD2: `train` and `test` with `N.png` and `N_GT.png`. */
export const kolektorSdd2: Layout = {
  layout: 'kolektor-sdd2',
  lookedFor: 'KolektorSDD2: train and test with N.png and N_GT.png',
  async place(survey) {
    const masked = (folder: string | undefined) =>
      folder !== undefined &&
      imagesIn(survey.tree, folder).some((file) =>
        survey.masksBeside(file).some((mask) => /_gt$/i.test(stemOf(mask))),
      )
    const categories = categoryFolders(survey.tree, (base) => {
      const { train, test } = splitFoldersOf(survey, base)
      return masked(train) || masked(test)
    })
    if (categories.length === 0) return null
    const images = categories.flatMap((category) => {
      const { train, test } = splitFoldersOf(survey, category.base)
      return [
        ...(train === undefined ? [] : placeAll(survey, category, train, 'train')),
        ...(test === undefined ? [] : placeAll(survey, category, test, 'test')),
      ]
    })
    return placement(
      'Images with masks named _GT beside them in train and test, as in KolektorSDD2; a mask that marks something means a defect.',
      images,
    )
  },
}

/** KolektorSDD: `kosNN/PartN.jpg` with `PartN_label.bmp`. */
export const kolektorSdd: Layout = {
  layout: 'kolektor-sdd',
  lookedFor: 'KolektorSDD: kosNN/PartN.jpg with PartN_label.bmp',
  async place(survey) {
    const { tree } = survey
    const itemsOf = (base: string) =>
      foldersIn(tree, base.slice(0, -1)).filter(
        (name) => /^kos\d+$/i.test(name) && imagesIn(tree, base + name).length > 0,
      )
    const [category] = categoryFolders(tree, (base) => itemsOf(base).length > 0)
    if (!category) return null
    const images = itemsOf(category.base).flatMap((item, index) =>
      placeAll(survey, category, category.base + item, everyFifth(index), item).map((image) => ({
        ...image,
        byMask: 'test' as const,
      })),
    )
    return placement(
      'The folders kosNN of KolektorSDD; a label that marks something means a defect, and the good surfaces of every fifth item are tested.',
      images,
    )
  },
}

/** DAGM 2007: `Class1/Train`, `Class1/Test`, defects by `Label/NNNN_label.PNG`. */
export const dagm: Layout = {
  layout: 'dagm',
  lookedFor: 'DAGM 2007: ClassN/Train and ClassN/Test, each with a folder Label',
  async place(survey) {
    const { whole, tree } = survey
    const labelled = (folder: string | undefined) =>
      folder !== undefined &&
      imagesIn(tree, folder).length > 0 &&
      foldersIn(whole, folder).some((name) => /^labels?$/i.test(name))
    const categories = categoryFolders(tree, (base) => {
      const { train, test } = splitFoldersOf(survey, base)
      return labelled(train) || labelled(test)
    })
    if (categories.length === 0) return null
    const found = categories.flatMap((category) => {
      const { train, test } = splitFoldersOf(survey, category.base)
      return (
        [
          [train, 'train'],
          [test, 'test'],
        ] as const
      ).flatMap(([folder, split]) => {
        if (folder === undefined) return []
        return [assignMasks(placeAll(survey, category, folder, split), survey, `${folder}/`)]
      })
    })
    return placement(
      'Train and Test with a folder Label each, as in DAGM 2007; an image with a label is defective.',
      found.flatMap(({ images }) => images),
      { extraMasks: found.flatMap(({ extraMasks }) => extraMasks) },
    )
  },
}
