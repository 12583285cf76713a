import { placement, type Layout } from '../layout.ts'
import { categoryFolders, imagesBelow, imagesIn, unclaimed } from '../tree-queries.ts'
import { maskByStem, placeNominal, placeTest } from './split-folders.ts'

/** BTAD: ok and ko in the place of good and bad, masks named as the images in any format. */
export const btad: Layout = {
  layout: 'btad',
  lookedFor: 'BTAD: train/ok and test/{ok,ko}',
  async place({ whole: tree }) {
    const categories = categoryFolders(
      tree,
      (base) => imagesIn(tree, `${base}train/ok`).length > 0 && tree.folders.has(`${base}test`),
    )
    if (categories.length === 0) return null
    const images = categories.flatMap((category) => [
      ...placeNominal(tree, category, 'train/ok', 'train'),
      ...placeTest(tree, category, 'ok', (type) =>
        maskByStem(tree, `${category.base}ground_truth/${type}`, ['', '_mask']),
      ),
    ])
    const masks = categories.flatMap(({ base }) => imagesBelow(tree, `${base}ground_truth`))
    return placement('The folders train/ok and test, as in BTAD.', images, {
      extraMasks: unclaimed(masks, images),
    })
  },
}
