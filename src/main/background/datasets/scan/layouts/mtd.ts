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

/** `exp1_num_4727` … `exp6_num_4727` are one tile under six lights. */
const tileOf = (file: string): string => stemOf(file).replace(/^exp\d+_/i, '')

/** Magnetic tile defects: `MT_<Defect>/Imgs` with a photograph (JPEG) and a mask (PNG) of the same stem. */
export const mtd: Layout = {
  layout: 'mtd',
  lookedFor: 'Magnetic tile defects: MT_Free/Imgs and MT_<Defect>/Imgs',
  async place({ whole: tree }) {
    const [category] = categoryFolders(tree, (base) => tree.folders.has(`${base}MT_Free/Imgs`))
    if (!category) return null
    const kinds = foldersIn(tree, category.base.slice(0, -1)).filter((name) => /^MT_.+$/.test(name))
    const defects = kinds.filter((kind) => kind !== 'MT_Free')
    const folderOf = (kind: string) => `${category.base}${kind}/Imgs`
    const free = filesIn(tree, folderOf('MT_Free')).filter((file) => photograph.test(file))
    const tiles = [...new Set(free.map(tileOf))]
    const splitOf = new Map(tiles.map((tile, index) => [tile, everyFifth(index)]))
    const maskOf = (path: string) =>
      filesIn(tree, path.slice(0, path.lastIndexOf('/'))).filter(
        (file) => mask.test(file) && stemOf(file) === stemOf(path),
      )
    const nominal = free.map((path): PlacedImage => ({
      category: 'magnetic-tile',
      split: splitOf.get(tileOf(path))!,
      defectType: NOMINAL,
      anomalous: false,
      path,
      masks: maskOf(path),
      group: tileOf(path),
    }))
    const masks = kinds.flatMap((kind) =>
      filesIn(tree, folderOf(kind)).filter((file) => mask.test(file)),
    )
    const anomalous = defects.flatMap((kind) => {
      return filesIn(tree, folderOf(kind))
        .filter((file) => photograph.test(file))
        .map((path): PlacedImage => ({
          category: 'magnetic-tile',
          split: 'test',
          defectType: kind.slice('MT_'.length).toLowerCase(),
          anomalous: true,
          path,
          masks: maskOf(path),
          group: tileOf(path),
        }))
    })
    return placement(
      'The folders MT_Free/Imgs and MT_<Defect>/Imgs of the magnetic tile data set; every fifth free tile is tested, with all its photographs, as there is no split of its own.',
      [...nominal, ...anomalous],
      { extraMasks: unclaimed(masks, [...nominal, ...anomalous]) },
    )
  },
}
