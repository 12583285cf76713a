import type { FileUse } from '../../../../shared/datasets/account.ts'
import type { Reading } from '../../../../shared/datasets/reading.ts'
import { NOMINAL, type ImportProblem } from '../../../../shared/datasets/dataset.ts'
import { DdadError } from '../../../../shared/errors.ts'
import type { ScannedImage, ScannedMask } from '../../../../shared/processes/background.ts'
import { checkedHeader, isUnsupported } from '../../../decode/decode.ts'
import type { ImageHeader } from '../../../decode/image-header.ts'
import { turnedSize } from '../../../decode/turn.ts'
import { sameSize } from '../../../../shared/masks/mask.ts'
import { readInput, sha256 } from '../../../files/files.ts'
import { decodeMask, type CountedMask } from '../../../decode/mask.ts'
import type { FolderTree } from './folder-tree.ts'
import type { PlacedImage } from './layout.ts'
import { DEFECT } from './kinds.ts'
import { hasVoid, maskWords } from './mask-words.ts'
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
  /** It lies among the good images and has a mask that marks something, whatever was chosen. */
  readonly contradicts?: readonly string[] | undefined
  /** Masks with the value 255 beside class indices, whatever was chosen. */
  readonly voids?: readonly string[] | undefined
}

const OF_GOOD = 'the empty mask of a good image'

interface ReadMask {
  readonly file: ScannedMask
  readonly mask: CountedMask
}

/** How images are looked into. */
export interface InspectRules {
  readonly codedMasks: boolean
  readonly reading: Reading
}

/** Reads an image's file and masks: hash, size, and whether the masks fit. Few images are decoded. */
export async function inspectImage(
  tree: FolderTree,
  placed: PlacedImage,
  { codedMasks, reading }: InspectRules,
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
  const orientation = reading.turned === 'yes' ? facts.orientation : 1
  const { width, height } = turnedSize(size, orientation)
  const read: ReadMask[] = []
  for (const file of placed.masks) {
    try {
      const content = await readInput(within(tree.root, file))
      const mask = await decodeMask(content, file)
      const asImage = sameSize(mask, size)
      // One that was drawn on the turned picture fits as it is.
      if (!asImage && !sameSize(mask, { width, height })) {
        const sizes = `${mask.width} × ${mask.height} pixels, the image ${width} × ${height}`
        report('mask-size', file, `The mask has ${sizes}; it was left out.`)
        continue
      }
      const { modifiedAt } = tree.files.get(file)!
      const known = { path: file, bytes: content.length, modifiedAt, sha256: sha256(content) }
      const turn = orientation > 1 && asImage ? { orientation } : {}
      read.push({ file: { ...known, ...turn }, mask })
    } catch (error) {
      report('unreadable-mask', file, expected(error))
    }
  }
  const judged = judge(placed, read, reading.contradiction ?? 'good', report)
  const masks = judged.masks.map(({ file, mask }) => {
    const rule = { coded: codedMasks, void: reading.void !== 'defect' }
    for (const { kind, message } of maskWords(mask, rule)) report(kind, file.path, message)
    return file
  })
  const voids = codedMasks
    ? []
    : judged.masks.filter(({ mask }) => hasVoid(mask)).map(({ file }) => file.path)
  const contradicts = judged.contradicts.map(({ file }) => file.path)
  const asked = {
    ...(voids.length > 0 ? { voids } : {}),
    ...(contradicts.length > 0 ? { contradicts } : {}),
  }
  if (judged.leftOut !== null) {
    const leftOut = [placed.path, ...placed.masks].map(
      (file) => [file, 'left-out', judged.leftOut!] as const,
    )
    return { image: null, leftOut, problems, ...asked }
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
    ...(orientation > 1 ? { orientation } : {}),
    masks,
  }
  return { image, facts, leftOut: judged.aside, problems, ...asked }
}

interface Judged extends Pick<PlacedImage, 'split' | 'defectType' | 'anomalous'> {
  readonly masks: readonly ReadMask[]
  /** Masks that are not the image's, and why. */
  readonly aside: Inspected['leftOut']
  /** Why the image is left out. */
  readonly leftOut: string | null
  /** Masks of a good image that mark something. */
  readonly contradicts: readonly ReadMask[]
}

/** What an image is, with what its masks say: a good one has none, or empty ones. */
function judge(
  { split, defectType, anomalous, path: file, byMask }: PlacedImage,
  read: readonly ReadMask[],
  contradiction: NonNullable<Reading['contradiction']>,
  report: (kind: ImportProblem['kind'], file: string, message: string) => void,
): Judged {
  const as = { split, defectType, anomalous, leftOut: null, contradicts: [] }
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
  const defect = { split: 'test', defectType: DEFECT, anomalous: true } as const
  if (byMask === 'test') return { ...as, ...defect, masks: read, aside: [] }
  const contradicts = marking
  if (contradiction === 'defect') return { ...as, ...defect, masks: read, aside: [], contradicts }
  if (contradiction === 'left-out') {
    const leftOut = 'good images whose mask marks a defect'
    return { ...as, masks: [], aside: [], leftOut, contradicts }
  }
  const aside = marking.map(({ file: { path: mask } }) => {
    report(
      'mask-of-good',
      mask,
      `It marks a defect on ${file}, which lies among the good images (${NOMINAL}). The image counts as good and the mask was left out, unless you choose otherwise.`,
    )
    return [mask, 'undecidable', 'a mask that marks a defect on a good image'] as const
  })
  return { ...as, masks: [], aside: [...empty, ...aside], contradicts }
}

function expected(error: unknown): string {
  if (error instanceof DdadError) return error.message
  throw error
}
