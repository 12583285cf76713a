import { placement, type Layout } from '../layout.ts'
import {
  byStem,
  categoryFolders,
  imagesBelow,
  imagesIn,
  stemOf,
  unclaimed,
} from '../tree-queries.ts'
import { maskByStem, placeNominal, placeTest } from './split-folders.ts'

/** VisA after its own preparation script: as MVTec AD with the one defect `bad`, masks named as the images. */
export const visa1cls: Layout = {
  layout: 'visa-1cls',
  lookedFor:
    'VisA (1cls): train/good, test/bad and ground_truth/bad with masks named as the images',
  async place({ whole: tree }) {
    const categories = categoryFolders(tree, (base) => {
      const maskOf = byStem(tree, `${base}ground_truth/bad`)
      return (
        imagesIn(tree, `${base}train/good`).length > 0 &&
        imagesIn(tree, `${base}test/bad`).some((image) => maskOf(stemOf(image)))
      )
    })
    if (categories.length === 0) return null
    const images = categories.flatMap((category) => [
      ...placeNominal(tree, category, 'train/good', 'train'),
      ...placeTest(tree, category, 'good', (type) =>
        maskByStem(tree, `${category.base}ground_truth/${type}`, ['']),
      ),
    ])
    const masks = categories.flatMap(({ base }) => imagesBelow(tree, `${base}ground_truth`))
    return placement(
      'The folders train/good, test/bad and ground_truth/bad with masks named as the images, as in VisA after preparation (1cls).',
      images,
      { extraMasks: unclaimed(masks, images) },
    )
  },
}
