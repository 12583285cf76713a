import { NOMINAL } from '../../../../../shared/datasets/dataset.ts'
import {
  isGroupName,
  isNominalName,
  isTestName,
  isTrainName,
  isValidationName,
} from '../folder-names.ts'
import type { FolderTree } from '../folder-tree.ts'
import { groupBelow, kindsIn, placeKind, placeLoose } from '../kinds.ts'
import { placement, type Layout, type PlacedImage, type Placement } from '../layout.ts'
import { assignMasks } from '../mask-index.ts'
import type { Survey } from '../survey.ts'
import {
  categoryFolders,
  everyFifth,
  foldersIn,
  imagesBelow,
  imagesIn,
  stemOf,
  type CategoryFolder,
} from '../tree-queries.ts'

/** Anything else that can be told apart: a folder of good images beside others, or images only. */
export const plain: Layout = {
  layout: 'plain',
  lookedFor: 'a plain folder: good (or ok, normal) beside folders of defects, or images only',
  async place(survey) {
    const { tree } = survey
    const categories = categoryFolders(tree, (base) =>
      foldersIn(tree, base.slice(0, -1)).some(
        (name) => isNominalName(name) && imagesBelow(tree, `${base}${name}`).length > 0,
      ),
    )
    if (categories.length === 0) return onlyImages(survey)
    const undecided = new Map<string, string>()
    const asked = { loose: [] as string[], trained: [] }
    const found = categories.map((category) => placeCategory(survey, category, undecided, asked))
    return placement(
      'A folder of good images; the folders beside it are taken as defects, and every fifth good image as a test image.',
      found.flatMap(({ images }) => images),
      {
        extraMasks: found.flatMap(({ extraMasks }) => extraMasks),
        undecided: new Map([...undecided, ...found.flatMap((one) => [...one.undecided])]),
        asked,
      },
    )
  },
}

function placeCategory(
  survey: Survey,
  category: CategoryFolder,
  undecided: Map<string, string>,
  asked: { readonly loose: string[] },
) {
  const own = category.base.slice(0, -1)
  const isSplit = (name: string) => isTrainName(name) || isTestName(name) || isValidationName(name)
  const kinds = kindsIn(survey.tree, own).filter(
    ({ folder }) => !isSplit(folder.slice(folder.lastIndexOf('/') + 1)),
  )
  const images = kinds.flatMap((kind) =>
    placeKind(survey, category, kind, kind.anomalous ? 'test' : everyFifth),
  )
  const why = 'beside folders of good images and of defects'
  const loose = placeLoose(survey, category, own, everyFifth, { undecided, asked, why })
  return assignMasks([...images, ...loose], survey, category.base)
}

/** Images right in the folder, with those in folders of lots and cameras; masks say which are defective. */
function onlyImages(survey: Survey): Placement | null {
  const { tree } = survey
  const category = { name: tree.name, base: '' }
  const groups = foldersIn(tree, '').filter(isGroupName)
  const files = [...imagesIn(tree, ''), ...groups.flatMap((name) => imagesBelow(tree, name))]
  if (files.length === 0) return null
  const images = files.map((path): PlacedImage => ({
    category: category.name,
    split: 'train',
    defectType: NOMINAL,
    anomalous: false,
    path,
    masks: survey.masksBeside(path),
    group: groupBelow('', path),
    byMask: 'test',
  }))
  const assigned = assignMasks(images, survey, '')
  const annotated = annotations(tree, files)
  const masked = assigned.images.some(({ masks }) => masks.length > 0)
  return placement(
    masked
      ? 'Images with masks; those whose mask marks something are taken as defective, and every fifth of the others as a test image.'
      : 'Images without folders of kinds; all are taken as good training images.',
    masked
      ? assigned.images.map((image, index) => ({ ...image, split: everyFifth(index) }))
      : images,
    {
      extraMasks: assigned.extraMasks,
      undecided: assigned.undecided,
      problems: annotated.slice(0, 1).map((first) => ({
        kind: 'annotated',
        path: first,
        message: `${annotated.length} images have an annotation of their own name, which is not read. It may mark a defect, and all images are taken as good ones.`,
      })),
    },
  )
}

/** Texts, lists and polygons that are named as images are: what other tools write of defects. */
function annotations({ files }: FolderTree, images: readonly string[]): string[] {
  const stems = new Set(images.map(stemOf))
  return [...files.keys()].filter(
    (file) => /\.(txt|json|xml)$/i.test(file) && stems.has(stemOf(file)),
  )
}
