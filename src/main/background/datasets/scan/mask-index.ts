/** Finding the masks of images by stem and by the folders that both lie in. */
import { isTestName, isTrainName, isValidationName } from './folder-names.ts'
import type { PlacedImage } from './layout.ts'
import { imageStem, type Survey } from './survey.ts'
import { stemOf } from './tree-queries.ts'

interface Entry {
  readonly path: string
  /** Its folders below the category, without those that all files of a kind are in. */
  readonly folders: string
  /** Its stem names the image with an ending, as `000_mask` does. */
  readonly named: boolean
}

export interface Assigned {
  readonly images: PlacedImage[]
  readonly extraMasks: readonly string[]
  readonly undecided: ReadonlyMap<string, string>
}

const key = (stem: string): string => stem.normalize().toLowerCase()

/** Names of the folders below a category that tell kinds apart, joined. */
function kindFolders(file: string, base: string, maskFolders: ReadonlySet<string>): string {
  const names = file.slice(base.length).split('/').slice(0, -1)
  return names
    .filter((name, depth) => {
      const folder = base + names.slice(0, depth + 1).join('/')
      const split = isTestName(name) || isTrainName(name) || isValidationName(name)
      return !split && !maskFolders.has(folder) && !/^(images?|imgs?|rgb)$/i.test(name)
    })
    .join('/')
    .normalize()
    .toLowerCase()
}

/**
 * Gives each image of a category its mask: of the same stem, in folders of the same names, or in none. A mask in no
 * folder belongs to the defective image of its stem; where several have it, none gets it.
 */
export function assignMasks(
  images: readonly PlacedImage[],
  { masks: all, maskFolders }: Pick<Survey, 'masks' | 'maskFolders'>,
  base: string,
): Assigned {
  const masks = all.filter((mask) => mask.startsWith(base))
  const entries = new Map<string, Entry[]>()
  for (const path of masks) {
    const stem = stemOf(path)
    const folders = kindFolders(path, base, maskFolders)
    const put = (name: string, named: boolean) => {
      const list = entries.get(key(name)) ?? []
      list.push({ path, folders, named })
      entries.set(key(name), list)
    }
    put(stem, false)
    if (imageStem(stem) !== stem) put(imageStem(stem), true)
  }
  const best = images.map((image) => {
    const own = kindFolders(image.path, base, maskFolders)
    return bestOf(entries.get(key(stemOf(image.path))) ?? [], own, image.anomalous)
  })
  const claims = new Map<string, number[]>()
  best.forEach((found, index) => {
    for (const { path } of found) claims.set(path, [...(claims.get(path) ?? []), index])
  })
  const owner = new Map<string, number>()
  const undecided = new Map<string, string>()
  for (const [path, by] of claims) {
    const defective = by.filter((index) => images[index]!.anomalous)
    const own = defective.length > 0 ? defective : by
    if (own.length === 1) owner.set(path, own[0]!)
    else undecided.set(path, 'a mask that several images could have')
  }
  const assigned = images.map((image, index): PlacedImage => {
    const found = best[index]!.map(({ path }) => path).filter((path) => owner.get(path) === index)
    return found.length === 0 ? image : { ...image, masks: [...image.masks, ...found] }
  })
  const extraMasks = masks.filter((mask) => !owner.has(mask) && !undecided.has(mask))
  return { images: assigned, extraMasks, undecided }
}

/** The entries in the folders nearest to an image's own; several where they are numbered parts of one mask. */
function bestOf(entries: readonly Entry[], own: string, anomalous: boolean): readonly Entry[] {
  const rank = ({ folders }: Entry): number => {
    if (folders === own) return 3
    const related = own.startsWith(`${folders}/`) || own.endsWith(`/${folders}`)
    if (folders !== '' && related) return anomalous ? 2 : 0
    return folders === '' ? 1 : 0
  }
  const most = Math.max(0, ...entries.map(rank))
  if (most === 0) return []
  const found = entries.filter((entry) => rank(entry) === most)
  const named = found.filter((entry) => entry.named)
  const numbered = named.filter(({ path }) => /\d$/.test(stemOf(path)))
  if (numbered.length > 1 && numbered.length === named.length) return numbered
  return (named.length > 0 ? named : found).slice(0, 1)
}
