import { posix } from 'node:path'
import { NOMINAL, type ImportProblem } from '../../../../../shared/datasets/dataset.ts'
import { isNominalName, isTrainName } from '../folder-names.ts'
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
  async place({ whole: tree, text }) {
    const categories = categoryFolders(tree, (base) =>
      tree.folders.has(`${base}Data/Images/Normal`),
    )
    if (categories.length === 0) return null
    const masks = categories.flatMap(({ base }) => imagesBelow(tree, `${base}Data/Masks`))
    const table = [...tree.files.keys()].find((file) => /(^|\/)split_csv\/1cls\.csv$/i.test(file))
    if (table === undefined) {
      const images = categories.flatMap((category) => placeByFolder(tree, category))
      return placement(
        'The folders Data/Images/Normal and Anomaly, as in VisA; split_csv/1cls.csv is not there, so every fifth normal image is a test image.',
        images,
        { extraMasks: unclaimed(masks, images), codedMasks: true },
      )
    }
    const root = table.slice(0, -'split_csv/1cls.csv'.length)
    const { images, problems, leftOut } = placeByTable(
      tree,
      root,
      parseCsv(await text(table), table),
      categories,
    )
    return placement(
      'The folders Data/Images and the split of split_csv/1cls.csv, as in VisA.',
      images,
      {
        extraMasks: unclaimed(masks, images),
        codedMasks: true,
        lists: [table],
        leftOut,
        problems,
      },
    )
  },
}

function placeByFolder(tree: FolderTree, { name, base }: CategoryFolder): PlacedImage[] {
  const maskOf = byStem(tree, `${base}Data/Masks/Anomaly`)
  const maskOfNormal = byStem(tree, `${base}Data/Masks/Normal`)
  const nominal = imagesIn(tree, `${base}Data/Images/Normal`).map((path, index): PlacedImage => {
    const mask = maskOfNormal(stemOf(path))
    return {
      category: name,
      split: everyFifth(index),
      defectType: NOMINAL,
      anomalous: false,
      path,
      masks: mask === undefined ? [] : [mask],
      group: '',
    }
  })
  const anomalous = imagesIn(tree, `${base}Data/Images/Anomaly`).map((path): PlacedImage => {
    const mask = maskOf(stemOf(path))
    return {
      category: name,
      split: 'test',
      defectType: DEFECT,
      anomalous: true,
      path,
      masks: mask === undefined ? [] : [mask],
      group: '',
    }
  })
  return [...nominal, ...anomalous]
}

function placeByTable(
  tree: FolderTree,
  root: string,
  rows: ReturnType<typeof parseCsv>,
  categories: readonly CategoryFolder[],
): { images: PlacedImage[]; problems: ImportProblem[]; leftOut: Map<string, string> } {
  const images: PlacedImage[] = []
  const problems: ImportProblem[] = []
  const categoryOf = new Map(categories.map(({ name }) => [name.toLowerCase(), name]))
  const fileOf = filesByName(tree)
  for (const { object = '', split = '', label = '', image = '', mask = '' } of rows) {
    const category = categoryOf.get(object.toLowerCase())
    if (category === undefined) continue
    const path = fileOf(root, image)
    if (path === undefined) {
      const message = 'Listed in split_csv/1cls.csv, but not there.'
      problems.push({ kind: 'unreadable-image', path: root + image, message })
      continue
    }
    const anomalous = !isNominalName(label)
    const maskFile = mask === '' ? undefined : fileOf(root, mask)
    images.push({
      category,
      split: isTrainName(split) ? 'train' : 'test',
      defectType: anomalous ? DEFECT : NOMINAL,
      anomalous,
      path,
      masks: maskFile === undefined ? [] : [maskFile],
      group: '',
    })
  }
  const leftOut = new Map<string, string>()
  for (const category of categories) {
    const files = imagesBelow(tree, `${category.base}Data/Images`)
    const found = unlisted(category, files, images, 'split_csv/1cls.csv')
    problems.push(...found.problems)
    for (const [file, why] of found.leftOut) leftOut.set(file, why)
  }
  return { images, problems, leftOut }
}

/** Finds files by names as people write them into tables: with backslashes, `./`, or other capitals. */
function filesByName(tree: FolderTree): (root: string, name: string) => string | undefined {
  const byName = new Map([...tree.files.keys()].map((file) => [file.toLowerCase(), file]))
  return (root, name) => {
    const file = posix.normalize(root + name.replaceAll('\\', '/'))
    return tree.files.has(file) ? file : byName.get(file.toLowerCase())
  }
}
