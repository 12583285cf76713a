import type { FileUse } from '../../../../shared/datasets/account.ts'
import { NOMINAL, type ImportProblem } from '../../../../shared/datasets/dataset.ts'
import { DdadError } from '../../../../shared/errors.ts'
import type { ScannedImage, ScannedMask } from '../../../../shared/processes/background.ts'
import { checkedHeader, isUnsupported } from '../../../decode/decode.ts'
import type { ImageHeader } from '../../../decode/image-header.ts'
import { readInput, sha256 } from '../../../files/files.ts'
import { decodeMask, type Mask } from '../../../decode/mask.ts'
import type { FolderTree } from './folder-tree.ts'
import type { PlacedImage } from './layout.ts'
import { maskWords } from './mask-words.ts'
import { within } from '../../../files/within.ts'
import type { PictureCheck, PictureFacts } from './picture-checks.ts'

export interface Inspected {
  /** Null when the file is no readable image, or is left out. */
  readonly image: ScannedImage | null
  /** Of an image that is not left out. */
  readonly facts?: PictureFacts
  /** Files that are left out for what is in them, and why. */
  readonly leftOut: readonly (readonly [file: string, use: FileUse, as: string])[]
  readonly problems: readonly ImportProblem[]
}

/** Name of the defect type where masks alone say which images are defective. */
const DEFECT = 'defect'

const OF_GOOD = 'the empty mask of a good image'

interface ReadMask {
  readonly file: ScannedMask
  readonly mask: Mask
}

/** Reads an image's file and masks: hash, size, and whether the masks fit. Few images are decoded. */
export async function inspectImage(
  tree: FolderTree,
  placed: PlacedImage,
  codedMasks: boolean,
  check: PictureCheck,
): Promise<Inspected> {
  const problems: ImportProblem[] = []
  const report = (kind: ImportProblem['kind'], file: string, message: string) =>
    void problems.push({ kind, path: file, message })
  let bytes: Buffer
  let size: ImageHeader
  let facts: PictureFacts
  try {
    bytes = await readInput(within(tree.root, placed.path))
    size = checkedHeader(bytes, placed.path)
    facts = await check(bytes, placed.path, size)
  } catch (error) {
    const kind = isUnsupported(error) ? 'unsupported' : 'unreadable-image'
    report(kind, placed.path, expected(error))
    const leftOut = placed.masks.map(
      (mask) => [mask, 'left-out', 'a mask without an image'] as const,
    )
    return { image: null, leftOut, problems }
  }
  const read: ReadMask[] = []
  for (const file of placed.masks) {
    try {
      const content = await readInput(within(tree.root, file))
      const mask = await decodeMask(content, file)
      if (mask.width !== size.width || mask.height !== size.height) {
        const sizes = `${mask.width} × ${mask.height} pixels, the image ${size.width} × ${size.height}`
        report('mask-size', file, `The mask has ${sizes}; it was left out.`)
        continue
      }
      const { modifiedAt } = tree.files.get(file)!
      const known = { path: file, bytes: content.length, modifiedAt, sha256: sha256(content) }
      read.push({ file: known, mask })
    } catch (error) {
      report('unreadable-mask', file, expected(error))
    }
  }
  const { width, height } = size
  const judged = judge(placed, read, report)
  const masks = judged.masks.map(({ file, mask }) => {
    for (const { kind, message } of maskWords(mask, codedMasks)) report(kind, file.path, message)
    return file
  })
  if (judged.leftOut !== null) {
    const leftOut = [placed.path, ...placed.masks].map(
      (file) => [file, 'left-out', judged.leftOut!] as const,
    )
    return { image: null, leftOut, problems }
  }
  if (judged.anomalous && placed.masks.length === 0) {
    report(
      'missing-mask',
      placed.path,
      'A defective image without a mask; pixel figures leave it out.',
    )
  }
  const image: ScannedImage = {
    category: placed.category,
    split: judged.split,
    defectType: judged.defectType,
    anomalous: judged.anomalous,
    path: placed.path,
    bytes: bytes.length,
    modifiedAt: tree.files.get(placed.path)!.modifiedAt,
    sha256: sha256(bytes),
    width,
    height,
    masks,
  }
  return { image, facts, leftOut: judged.aside, problems }
}

interface Judged extends Pick<PlacedImage, 'split' | 'defectType' | 'anomalous'> {
  readonly masks: readonly ReadMask[]
  /** Masks that are not the image's, and why. */
  readonly aside: Inspected['leftOut']
  /** Why the image is left out. */
  readonly leftOut: string | null
}

/** What an image is, with what its masks say: a good one has none, or empty ones. */
function judge(
  { split, defectType, anomalous, path: file, byMask }: PlacedImage,
  read: readonly ReadMask[],
  report: (kind: ImportProblem['kind'], file: string, message: string) => void,
): Judged {
  const as = { split, defectType, anomalous, leftOut: null }
  if (anomalous) return { ...as, masks: read, aside: [] }
  const marking = read.filter(({ mask }) => mask.values.some((value) => value > 0))
  const empty = read
    .filter((one) => !marking.includes(one))
    .map((one) => [one.file.path, 'mask', OF_GOOD] as const)
  if (marking.length === 0) return { ...as, masks: [], aside: empty }
  if (byMask === 'left-out') {
    const leftOut = 'defective images of the training folder, which learns from good ones'
    return { ...as, masks: [], aside: [], leftOut }
  }
  if (byMask === 'test') {
    const defect = { split: 'test', defectType: DEFECT, anomalous: true, leftOut: null } as const
    return { ...defect, masks: read, aside: [] }
  }
  const aside = marking.map(({ file: { path: mask } }) => {
    report(
      'mask-of-good',
      mask,
      `It marks a defect on ${file}, which lies among the good images (${NOMINAL}). The image counts as good and the mask was left out: move the image to its defect, or empty the mask.`,
    )
    return [mask, 'undecidable', 'a mask that marks a defect on a good image'] as const
  })
  return { ...as, masks: [], aside: [...empty, ...aside] }
}

function expected(error: unknown): string {
  if (error instanceof DdadError) return error.message
  throw error
}
