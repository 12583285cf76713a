/** What folders can be whose names do not say which images are good; which of these is the user's to say. */
import { NOMINAL } from '../../../../../shared/datasets/dataset.ts'
import { goodFolder } from '../../../../../shared/datasets/reading.ts'
import { isDefectsName, isNominalName } from '../folder-names.ts'
import { DEFECT, groupBelow } from '../kinds.ts'
import { placement, type PlacedImage, type Placement } from '../layout.ts'
import { assignMasks } from '../mask-index.ts'
import type { Survey } from '../survey.ts'
import { everyFifth, imagesBelow, imagesIn, stemOf } from '../tree-queries.ts'

/** Folders that hold images themselves, below the outermost one that does anything but wrap. */
export function openFolders({ tree }: Survey): readonly string[] {
  return [...tree.folders.keys()].filter((folder) => imagesIn(tree, folder).length > 0)
}

/** Outermost folders that images lie in, by how many, the fullest first. */
export function topFolders(survey: Survey): readonly { name: string; count: number }[] {
  const { tree } = survey
  const counted = new Map<string, number>()
  const base = wrapping(survey)
  for (const file of imagesBelow(tree, base)) {
    const name = topOf(base, file)
    if (name !== '') counted.set(name, (counted.get(name) ?? 0) + 1)
  }
  return [...counted]
    .map(([name, count]) => ({ name, count }))
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1))
}

/** The folder that only wraps others: followed while there is one folder and no image. */
function wrapping({ tree }: Survey): string {
  let folder = ''
  for (;;) {
    const inner = tree.folders
      .get(folder)!
      .folders.filter((child) => imagesBelow(tree, child).length)
    if (inner.length !== 1 || imagesIn(tree, folder).length > 0) return folder
    if (imagesIn(tree, inner[0]!).length > 0) return folder
    folder = inner[0]!
  }
}

const topOf = (base: string, file: string): string => {
  const rest = file.slice(base === '' ? 0 : base.length + 1)
  return rest.includes('/') ? rest.slice(0, rest.indexOf('/')) : ''
}

/** The letters that a file's name begins with: a kind, where files are told apart by it. */
const beginning = (file: string): string => /^\p{L}+(?:[ _-]\p{L}+)*/u.exec(stemOf(file))?.[0] ?? ''

/** Whether names of files say which are good, as in `OK_001.png` beside `NG_001.png`. */
export function namesTellKinds({ tree }: Survey): boolean {
  const kinds = new Set(imagesBelow(tree, '').map(beginning))
  const good = [...kinds].some(isNominalName)
  return good && [...kinds].some((name) => name !== '' && !isNominalName(name))
}

/** Images under a reading of folders; null where it is none, or there is nothing that it fits. */
export function placeFolders(survey: Survey, reading: string): Placement | null {
  const { tree, masksBeside } = survey
  const base = wrapping(survey)
  const files = imagesBelow(tree, base)
  const good = goodFolder(reading)
  const image = (path: string, more: Partial<PlacedImage>): PlacedImage => ({
    category: tree.name,
    split: 'train',
    defectType: NOMINAL,
    anomalous: false,
    path,
    masks: masksBeside(path),
    group: groupBelow(base, path),
    ...more,
  })
  const finish = (recognisedBy: string, images: readonly PlacedImage[]): Placement => {
    const { images: assigned, extraMasks, undecided } = assignMasks(images, survey, '')
    return placement(recognisedBy, assigned, { extraMasks, undecided })
  }
  if (files.length === 0) return null
  if (reading === 'groups') {
    const images = files.map((path) => image(path, {}))
    return finish('Every image was said to be good, whatever folder it lies in.', images)
  }
  if (reading === 'categories') {
    const images = files.map((path) => {
      const category = topOf(base, path) || tree.name
      return image(path, { category, group: groupBelow(`${base}${base && '/'}${category}`, path) })
    })
    return finish('Each folder was said to be a category of good images.', images)
  }
  if (reading === 'names') {
    let index = 0
    const images = files.map((path) => {
      const kind = beginning(path)
      if (isNominalName(kind)) return image(path, { split: everyFifth(index++) })
      const defectType = kind === '' || isDefectsName(kind) ? DEFECT : kind
      return image(path, { split: 'test', defectType, anomalous: true })
    })
    return finish('The beginnings of file names were said to be their kinds.', images)
  }
  if (good === null || !files.some((path) => topOf(base, path) === good)) return null
  let index = 0
  const images = files.flatMap((path) => {
    const kind = topOf(base, path)
    if (kind === good) return [image(path, { split: everyFifth(index++) })]
    if (kind === '') return []
    return [image(path, { split: 'test', defectType: kind, anomalous: true })]
  })
  const recognisedBy = `The folder ${good} was said to hold good images; those beside it are defects, and every fifth good image is a test image.`
  return finish(recognisedBy, images)
}
