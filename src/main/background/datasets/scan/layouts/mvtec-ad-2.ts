import type { FolderTree } from '../folder-tree.ts'
import { placement, type Layout } from '../layout.ts'
import {
  categoryFolders,
  imagesBelow,
  imagesIn,
  unclaimed,
  type CategoryFolder,
} from '../tree-queries.ts'
import { maskByStem, placeAnomalous, placeNominal } from './split-folders.ts'

/** MVTec AD 2. The private test images have no published labels and are left out. */
export const mvtecAd2: Layout = {
  layout: 'mvtec-ad-2',
  lookedFor: 'MVTec AD 2: train/good and test_public/{good,bad,ground_truth/bad}',
  async place({ whole: tree }) {
    const categories = categoryFolders(
      tree,
      (base) =>
        imagesIn(tree, `${base}train/good`).length > 0 && tree.folders.has(`${base}test_public`),
    )
    if (categories.length === 0) return null
    const images = categories.flatMap((category) => [
      ...placeNominal(tree, category, 'train/good', 'train'),
      ...placeNominal(tree, category, 'validation/good', 'validation'),
      ...placeNominal(
        tree,
        category,
        'test_public/good',
        'test',
        maskByStem(tree, `${category.base}test_public/ground_truth/good`, ['_mask', '']),
      ),
      ...placeAnomalous(
        tree,
        category,
        'test_public/bad',
        'bad',
        maskByStem(tree, `${category.base}test_public/ground_truth/bad`, ['_mask', '']),
      ),
    ])
    const masks = categories.flatMap(({ base }) =>
      imagesBelow(tree, `${base}test_public/ground_truth`),
    )
    return placement(
      'The folders train/good and test_public, as in MVTec AD 2; private test images, which have no labels, are left out.',
      images,
      { extraMasks: unclaimed(masks, images), leftOut: privateImages(tree, categories) },
    )
  },
}

function privateImages(
  tree: FolderTree,
  categories: readonly CategoryFolder[],
): ReadonlyMap<string, string> {
  const files = categories.flatMap(({ base }) =>
    ['test_private', 'test_private_mixed'].flatMap((name) => imagesBelow(tree, `${base}${name}`)),
  )
  return new Map(files.map((file) => [file, 'private test images, which have no labels']))
}
