import { NOMINAL } from '../../../../../shared/datasets/dataset.ts'
import { placement, type Layout, type PlacedImage } from '../layout.ts'
import {
  categoryFolders,
  everyFifth,
  filesIn,
  foldersIn,
  stemOf,
  unclaimed,
} from '../tree-queries.ts'

const photograph = /\.jpe?g$/i
const mask = /\.png$/i

/** Magnetic tile defects: `MT_<Defect>/Imgs` with a photograph (JPEG) and a mask (PNG) of the same stem. */
export const mtd: Layout = {
  layout: 'mtd',
  lookedFor: 'Magnetic tile defects: MT_Free/Imgs and MT_<Defect>/Imgs',
  async place(tree) {
    const [category] = categoryFolders(tree, (base) => tree.folders.has(`${base}MT_Free/Imgs`))
    if (!category) return null
    const kinds = foldersIn(tree, category.base.slice(0, -1)).filter((name) =>
      /^MT_\w+$/.test(name),
    )
    const defects = kinds.filter((kind) => kind !== 'MT_Free')
    const folderOf = (kind: string) => `${category.base}${kind}/Imgs`
    const nominal = filesIn(tree, folderOf('MT_Free'))
      .filter((file) => photograph.test(file))
      .map((path, index): PlacedImage => ({
        category: 'magnetic-tile',
        split: everyFifth(index),
        defectType: NOMINAL,
        anomalous: false,
        path,
        masks: [],
      }))
    const masks = defects.flatMap((kind) =>
      filesIn(tree, folderOf(kind)).filter((file) => mask.test(file)),
    )
    const anomalous = defects.flatMap((kind) => {
      const folder = filesIn(tree, folderOf(kind))
      return folder
        .filter((file) => photograph.test(file))
        .map((path): PlacedImage => ({
          category: 'magnetic-tile',
          split: 'test',
          defectType: kind.slice('MT_'.length).toLowerCase(),
          anomalous: true,
          path,
          masks: folder.filter((file) => mask.test(file) && stemOf(file) === stemOf(path)),
        }))
    })
    return placement(
      'The folders MT_Free/Imgs and MT_<Defect>/Imgs of the magnetic tile data set; every fifth free tile is a test image, as there is no split of its own.',
      [...nominal, ...anomalous],
      { extraMasks: unclaimed(masks, anomalous) },
    )
  },
}
