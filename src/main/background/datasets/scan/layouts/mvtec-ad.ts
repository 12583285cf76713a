import { placement, type Layout } from '../layout.ts'
import { categoryFolders, imagesBelow, imagesIn, unclaimed } from '../tree-queries.ts'
import { maskByStem, placeNominal, placeTest } from './split-folders.ts'

/** MVTec AD and what follows it (MPDD, the demo): `train/good`, `test/<defect>`, `ground_truth/<defect>/NNN_mask.png`. */
export const mvtecAd: Layout = {
  layout: 'mvtec-ad',
  lookedFor: 'MVTec AD: train/good and test in the folder or in its subfolders',
  async place(tree) {
    const categories = categoryFolders(
      tree,
      (base) => imagesIn(tree, `${base}train/good`).length > 0 && tree.folders.has(`${base}test`),
    )
    if (categories.length === 0) return null
    const images = categories.flatMap((category) => [
      ...placeNominal(tree, category, 'train/good', 'train'),
      ...placeNominal(tree, category, 'validation/good', 'validation'),
      ...placeTest(tree, category, 'good', (type) =>
        maskByStem(tree, `${category.base}ground_truth/${type}`, ['_mask', '']),
      ),
    ])
    const masks = categories.flatMap(({ base }) => imagesBelow(tree, `${base}ground_truth`))
    return placement('The folders train/good and test, as in MVTec AD.', images, {
      extraMasks: unclaimed(masks, images),
    })
  },
}
