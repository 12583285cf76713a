import path from 'node:path'
import type { ImportProblem } from '../../../../shared/datasets/dataset.ts'
import { DdadError } from '../../../../shared/errors.ts'
import type { ScannedImage, ScannedMask } from '../../../../shared/processes/background.ts'
import { checkedHeader } from '../../../decode/decode.ts'
import { readInput, sha256 } from '../../../files/files.ts'
import { decodeMask, type Mask } from '../../../decode/mask.ts'
import type { FolderTree } from './folder-tree.ts'
import type { PlacedImage } from './layout.ts'

export interface Inspected {
  /** Null when the file is no readable image. */
  readonly image: ScannedImage | null
  readonly problems: readonly ImportProblem[]
}

/** Reads an image's file and masks: hash, size, and whether the masks fit. Pixels of images are not decoded. */
export async function inspectImage(
  tree: FolderTree,
  placed: PlacedImage,
  codedMasks: boolean,
): Promise<Inspected> {
  const { masks: maskPaths, ...place } = placed
  const problems: ImportProblem[] = []
  const report = (kind: ImportProblem['kind'], file: string, message: string) =>
    void problems.push({ kind, path: file, message })
  let bytes: Buffer
  let size: { readonly width: number; readonly height: number }
  try {
    bytes = await readInput(path.join(tree.root, placed.path))
    size = checkedHeader(bytes, placed.path)
  } catch (error) {
    report('unreadable-image', placed.path, expected(error))
    return { image: null, problems }
  }
  const masks: ScannedMask[] = []
  for (const file of maskPaths) {
    try {
      const content = await readInput(path.join(tree.root, file))
      const mask = await decodeMask(content, file)
      if (mask.width !== size.width || mask.height !== size.height) {
        const sizes = `${mask.width} × ${mask.height} pixels, the image ${size.width} × ${size.height}`
        report('mask-size', file, `The mask has ${sizes}; it was left out.`)
        continue
      }
      const odd = oddValues(mask, codedMasks)
      if (odd !== null) report('mask-not-binary', file, odd)
      const { modifiedAt } = tree.files.get(file)!
      masks.push({ path: file, bytes: content.length, modifiedAt, sha256: sha256(content) })
    } catch (error) {
      report('unreadable-mask', file, expected(error))
    }
  }
  if (placed.anomalous && maskPaths.length === 0) {
    report(
      'missing-mask',
      placed.path,
      'A defective image without a mask; pixel figures leave it out.',
    )
  }
  const { width, height } = size
  const { modifiedAt } = tree.files.get(placed.path)!
  const image = {
    ...place,
    bytes: bytes.length,
    modifiedAt,
    sha256: sha256(bytes),
    width,
    height,
    masks,
  }
  return { image, problems }
}

/** Words for mask values other than black and white; null when all is well. */
function oddValues({ values }: Mask, coded: boolean): string | null {
  if (values.every((value) => value === 0)) return 'The mask marks no pixel as defective.'
  const largest = values.at(-1)!
  if (coded || values.every((value) => value === 0 || value === largest)) return null
  const some = values.slice(0, 6).join(', ') + (values.length > 6 ? ', …' : '')
  return largest < 128
    ? `The mask has the values ${some}; all but 0 are taken as defect.`
    : `The mask has the values ${some}; those over 127 are taken as defect.`
}

function expected(error: unknown): string {
  if (error instanceof DdadError) return error.message
  throw error
}
