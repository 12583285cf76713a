import type { AccountedFile, FileUse } from '../../../../shared/datasets/account.ts'
import type { ImportProblem } from '../../../../shared/datasets/dataset.ts'
import type { ScannedImage } from '../../../../shared/processes/background.ts'
import type { Inspected } from './inspect.ts'
import type { Placement } from './layout.ts'
import type { Survey } from './survey.ts'
import { endingOf, isImageName } from './tree-queries.ts'

/** Pictures that are not read, by their endings. */
const otherPictures =
  /^(gif|apng|avif|heic|heif|jp2|j2k|jpx|jxl|jxr|ico|cur|psd|svg|tga|pcx|ppm|pgm|pbm|pnm|exr|hdr|raw|dng|cr2|cr3|nef|arw|dcm|dicom|fits?|eps|emf|wmf)$/

/** What is said of a file that a problem names. */
const reasons: Readonly<Partial<Record<ImportProblem['kind'], string>>> = {
  'unreadable-image': 'an image that cannot be read',
  'unreadable-mask': 'a mask that cannot be read',
  unsupported: 'a format that is not supported',
  'mask-size': 'a mask of another size than its image',
  permission: 'not readable',
}

export interface Account {
  readonly files: readonly AccountedFile[]
  /** What is left out without a word of the layout's, a problem for each folder and reason. */
  readonly problems: readonly ImportProblem[]
}

/** Says of every file below a folder what became of it. Each file has one entry. */
export function accountOf(
  { whole: tree, masks, beside }: Survey,
  placed: Placement,
  {
    inspected,
    images,
  }: {
    readonly inspected: readonly Inspected[]
    readonly images: readonly ScannedImage[]
  },
): Account {
  const files = new Map<string, AccountedFile>()
  const put = (path: string, use: FileUse, as: string) => {
    if (tree.files.has(path) && !files.has(path)) files.set(path, { path, use, as })
  }
  const problems = inspected.flatMap((one) => one.problems)
  for (const image of images) putImage(image, put)
  for (const file of placed.lists) put(file, 'list', 'a list of the data set')
  for (const { leftOut } of inspected) for (const [file, use, as] of leftOut) put(file, use, as)
  for (const { kind, path } of problems) {
    const reason = reasons[kind]
    if (reason !== undefined) put(path, 'left-out', reason)
  }
  for (const [file, why] of placed.undecided) put(file, 'undecidable', why)
  for (const [file, why] of placed.leftOut) put(file, 'left-out', why)
  for (const file of placed.extraMasks) put(file, 'left-out', 'a mask without an image')
  const taken = new Set([...files.keys()].map((file) => tree.files.get(file)!.real))
  const isMask = new Set([...masks, ...beside])
  const unplaced: [file: string, why: string][] = []
  for (const [file, { real }] of tree.files) {
    if (files.has(file)) continue
    if (taken.has(real)) {
      put(file, 'left-out', 'a link to a file that is counted already')
      continue
    }
    taken.add(real)
    const ending = endingOf(file)
    const picture = otherPictures.test(ending)
    if (!picture && !isImageName(file)) {
      put(file, 'left-out', ending === '' ? 'no picture' : `no picture (.${ending})`)
      continue
    }
    const why = picture
      ? `pictures of a format that is not read (.${ending})`
      : isMask.has(file)
        ? 'a mask without an image'
        : 'images in folders that the layout has no place for'
    put(file, 'left-out', why)
    // What becomes of a mask beside an image is said with the image.
    if (!beside.has(file)) unplaced.push([file, why])
  }
  for (const [path, as] of tree.passedOver) files.set(path, { path, use: 'left-out', as })
  return {
    files: [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1)),
    problems: [
      ...byFolder('left-out', [...unplaced, ...reported(placed)]),
      ...byFolder('undecided', [...placed.undecided]),
    ],
  }
}

function putImage(
  { path, masks, split, defectType }: ScannedImage,
  put: (path: string, use: FileUse, as: string) => void,
): void {
  put(path, 'image', `${split}, ${defectType}`)
  for (const mask of masks) put(mask.path, 'mask', 'masks')
}

/** What a layout leaves out that a user may not expect. */
function reported({ leftOut }: Placement): [string, string][] {
  // What a list leaves out is a problem of its category already.
  const expected = /^(private test images|depth of|not in |its list)/
  return [...leftOut].filter(([, why]) => !expected.test(why))
}

/** Folders that problems are told apart by: two levels, so that thousands of small folders are one. */
const TOLD_APART = 2

function byFolder(
  kind: ImportProblem['kind'],
  files: readonly (readonly [file: string, why: string])[],
): ImportProblem[] {
  const groups = Map.groupBy(files, ([file, why]) => {
    const folder = file.split('/').slice(0, -1).slice(0, TOLD_APART).join('/')
    return `${folder}\n${why}`
  })
  return [...groups].map(([key, group]) => {
    const [folder = '', why = ''] = key.split('\n')
    const [[example = '']] = group as [readonly [string, string]]
    const some = group.length === 1 ? '1 file' : `${group.length} files`
    return { kind, path: folder, message: `${some}, for instance ${example}: ${why}.` }
  })
}
