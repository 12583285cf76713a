import { placement, type Layout } from '../layout.ts'
import { categoryFolders, imagesBelow, imagesIn, stemOf, unclaimed } from '../tree-queries.ts'
import { placeNominal, placeTest } from './split-folders.ts'

/** MVTec LOCO AD: a folder of masks for each image, one mask for each region. */
export const mvtecLoco: Layout = {
  layout: 'mvtec-loco',
  lookedFor: 'MVTec LOCO AD: train/good and test/{logical_anomalies,structural_anomalies}',
  async place({ whole: tree }) {
    const categories = categoryFolders(
      tree,
      (base) =>
        imagesIn(tree, `${base}train/good`).length > 0 &&
        (tree.folders.has(`${base}test/logical_anomalies`) ||
          tree.folders.has(`${base}test/structural_anomalies`)),
    )
    if (categories.length === 0) return null
    const images = categories.flatMap((category) => [
      ...placeNominal(tree, category, 'train/good', 'train'),
      ...placeNominal(tree, category, 'validation/good', 'validation'),
      ...placeTest(
        tree,
        category,
        'good',
        (type) => (path) => imagesIn(tree, `${category.base}ground_truth/${type}/${stemOf(path)}`),
      ),
    ])
    const masks = categories.flatMap(({ base }) => imagesBelow(tree, `${base}ground_truth`))
    return placement(
      'The folders test/logical_anomalies or test/structural_anomalies, as in MVTec LOCO AD.',
      images,
      { extraMasks: unclaimed(masks, images), codedMasks: true },
    )
  },
}
