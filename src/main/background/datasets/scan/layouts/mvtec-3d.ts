import { NOMINAL } from '../../../../../shared/datasets/dataset.ts'
import { placement, type Layout, type PlacedImage } from '../layout.ts'
import { byStem, categoryFolders, foldersIn, imagesIn, stemOf } from '../tree-queries.ts'

const SPLITS = ['train', 'validation', 'test'] as const

/** The colour pictures of MVTec 3D-AD: `test/<defect>/{rgb,gt,xyz}`. */
export const mvtec3d: Layout = {
  layout: 'mvtec-3d',
  lookedFor: 'MVTec 3D-AD: train/good/rgb and test/<defect>/{rgb,gt}',
  async place({ whole: tree }) {
    const categories = categoryFolders(
      tree,
      (base) => imagesIn(tree, `${base}train/good/rgb`).length > 0,
    )
    if (categories.length === 0) return null
    const images: PlacedImage[] = []
    const leftOut = new Map<string, string>()
    for (const { name: category, base } of categories) {
      for (const split of SPLITS) {
        for (const type of foldersIn(tree, `${base}${split}`)) {
          const folder = `${base}${split}/${type}`
          const maskOf = byStem(tree, `${folder}/gt`)
          for (const file of imagesIn(tree, `${folder}/xyz`)) {
            leftOut.set(file, 'depth of MVTec 3D-AD: only the colour pictures are read')
          }
          for (const path of imagesIn(tree, `${folder}/rgb`)) {
            const mask = maskOf(stemOf(path))
            images.push({
              category,
              split,
              defectType: type === 'good' ? NOMINAL : type,
              anomalous: type !== 'good',
              path,
              masks: mask === undefined ? [] : [mask],
              group: '',
            })
          }
        }
      }
    }
    return placement('The folders rgb and gt of MVTec 3D-AD; depth is left out.', images, {
      leftOut,
    })
  },
}
