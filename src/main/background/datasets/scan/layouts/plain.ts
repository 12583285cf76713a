import { NOMINAL } from '../../../../../shared/datasets/dataset.ts'
import { placement, type Layout, type PlacedImage } from '../layout.ts'
import {
  categoryFolders,
  everyFifth,
  foldersIn,
  imagesBelow,
  imagesIn,
  stemOf,
  unclaimed,
} from '../tree-queries.ts'

const nominalName = /^(good|ok|normal|nominal)$/i
const maskName = /^(ground_truth|masks?)$/i

/** Anything else that can be told apart: a folder of good images beside others, or images only. */
export const plain: Layout = {
  layout: 'plain',
  lookedFor: 'a plain folder: good (or ok, normal) beside folders of defects, or images only',
  async place(tree) {
    const categories = categoryFolders(tree, (base) =>
      foldersIn(tree, base.slice(0, -1)).some(
        (name) => nominalName.test(name) && imagesIn(tree, `${base}${name}`).length > 0,
      ),
    )
    if (categories.length === 0) return onlyImages(tree)
    const images: PlacedImage[] = []
    const masks: string[] = []
    for (const { name: category, base } of categories) {
      const names = foldersIn(tree, base.slice(0, -1))
      const maskFiles = names
        .filter((name) => maskName.test(name))
        .flatMap((name) => imagesBelow(tree, `${base}${name}`))
      masks.push(...maskFiles)
      for (const name of names.filter((other) => !maskName.test(other))) {
        const nominal = nominalName.test(name)
        imagesIn(tree, `${base}${name}`).forEach((path, index) =>
          images.push({
            category,
            split: nominal ? everyFifth(index) : 'test',
            defectType: nominal ? NOMINAL : name,
            anomalous: !nominal,
            path,
            masks: nominal ? [] : maskFor(maskFiles, name, stemOf(path)),
          }),
        )
      }
    }
    return placement(
      'A folder of good images; the folders beside it are taken as defects, and every fifth good image as a test image.',
      images,
      { extraMasks: unclaimed(masks, images) },
    )
  },
}

function onlyImages(tree: Parameters<Layout['place']>[0]): ReturnType<typeof placement> | null {
  const images = imagesIn(tree, '').map((path): PlacedImage => ({
    category: tree.name,
    split: 'train',
    defectType: NOMINAL,
    anomalous: false,
    path,
    masks: [],
  }))
  if (images.length === 0) return null
  return placement('Images without any folder; all are taken as good training images.', images)
}

/** A mask in a folder of the defect's name, or of the same stem anywhere among the masks. */
function maskFor(masks: readonly string[], type: string, stem: string): string[] {
  const named = masks.filter((mask) => [stem, `${stem}_mask`].includes(stemOf(mask)))
  const found = named.find((mask) => mask.includes(`/${type}/`)) ?? named.find(isShallow)
  return found === undefined ? [] : [found]
}

function isShallow(mask: string): boolean {
  return maskName.test(mask.split('/').at(-2) ?? '')
}
