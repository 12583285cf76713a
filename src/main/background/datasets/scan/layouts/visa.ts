import { NOMINAL, type ImportProblem } from '../../../../../shared/datasets/dataset.ts'
import type { FolderTree } from '../folder-tree.ts'
import { placement, type Layout, type PlacedImage } from '../layout.ts'
import {
  byStem,
  categoryFolders,
  everyFifth,
  imagesBelow,
  imagesIn,
  stemOf,
  unclaimed,
  unlisted,
  type CategoryFolder,
} from '../tree-queries.ts'
import { parseCsv } from './csv.ts'

const DEFECT = 'anomaly'

/** VisA as downloaded: `<object>/Data/Images/{Normal,Anomaly}`, split by `split_csv/1cls.csv` where it is there. */
export const visa: Layout = {
  layout: 'visa',
  lookedFor: 'VisA: Data/Images/{Normal,Anomaly}, with split_csv/1cls.csv',
  async place(tree, readText) {
    const categories = categoryFolders(tree, (base) =>
      tree.folders.has(`${base}Data/Images/Normal`),
    )
    if (categories.length === 0) return null
    const masks = categories.flatMap(({ base }) => imagesBelow(tree, `${base}Data/Masks`))
    const table = [...tree.files.keys()].find((file) => /(^|\/)split_csv\/1cls\.csv$/.test(file))
    if (table === undefined) {
      const images = categories.flatMap((category) => placeByFolder(tree, category))
      return placement(
        'The folders Data/Images/Normal and Anomaly, as in VisA; split_csv/1cls.csv is not there, so every fifth normal image is a test image.',
        images,
        { extraMasks: unclaimed(masks, images), codedMasks: true },
      )
    }
    const root = table.slice(0, -'split_csv/1cls.csv'.length)
    const { images, problems } = placeByTable(
      tree,
      root,
      parseCsv(await readText(table)),
      categories,
    )
    return placement(
      'The folders Data/Images and the split of split_csv/1cls.csv, as in VisA.',
      images,
      {
        extraMasks: unclaimed(masks, images),
        codedMasks: true,
        problems,
      },
    )
  },
}

function placeByFolder(tree: FolderTree, { name, base }: CategoryFolder): PlacedImage[] {
  const maskOf = byStem(tree, `${base}Data/Masks/Anomaly`)
  const nominal = imagesIn(tree, `${base}Data/Images/Normal`).map((path, index): PlacedImage => ({
    category: name,
    split: everyFifth(index),
    defectType: NOMINAL,
    anomalous: false,
    path,
    masks: [],
  }))
  const anomalous = imagesIn(tree, `${base}Data/Images/Anomaly`).map((path): PlacedImage => {
    const mask = maskOf(stemOf(path))
    return {
      category: name,
      split: 'test',
      defectType: DEFECT,
      anomalous: true,
      path,
      masks: mask === undefined ? [] : [mask],
    }
  })
  return [...nominal, ...anomalous]
}

function placeByTable(
  tree: FolderTree,
  root: string,
  rows: ReturnType<typeof parseCsv>,
  categories: readonly CategoryFolder[],
): { images: PlacedImage[]; problems: ImportProblem[] } {
  const images: PlacedImage[] = []
  const problems: ImportProblem[] = []
  const names = new Set(categories.map(({ name }) => name))
  for (const { object = '', split, label, image = '', mask = '' } of rows) {
    const path = root + image
    if (!names.has(object)) continue
    if (!tree.files.has(path)) {
      const message = 'Listed in split_csv/1cls.csv, but not there.'
      problems.push({ kind: 'unreadable-image', path, message })
      continue
    }
    const anomalous = label !== 'normal'
    images.push({
      category: object,
      split: split === 'train' ? 'train' : 'test',
      defectType: anomalous ? DEFECT : NOMINAL,
      anomalous,
      path,
      masks: mask !== '' && tree.files.has(root + mask) ? [root + mask] : [],
    })
  }
  for (const category of categories) {
    const files = imagesBelow(tree, `${category.base}Data/Images`)
    problems.push(...unlisted(category, files, images, 'split_csv/1cls.csv'))
  }
  return { images, problems }
}
