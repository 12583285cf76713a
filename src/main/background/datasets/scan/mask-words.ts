import type { ImportProblem } from '../../../../shared/datasets/dataset.ts'
import { binariseMask, type Mask } from '../../../decode/mask.ts'
import { levelsOf } from '../../../decode/mask-levels.ts'

/** Share of an image that a mask seldom marks. */
const NEARLY_ALL = 0.9
/** Over this share, with nearly all of the border, a mask looks inverted. */
const HALF = 0.5
const BORDER = 0.95

type Word = Pick<ImportProblem, 'kind' | 'message'>

/** What is odd in a mask, in words. */
export function maskWords(mask: Mask, coded: boolean): Word[] {
  if (mask.shapeInAlpha) {
    return suspicious(
      'The mask is of one colour; its shape is in the alpha channel, which is not read. Save it as black and white.',
    )
  }
  const words: Word[] = []
  const levels = coded ? null : levelsOf(mask)
  if (mask.values.every((value) => value === 0)) {
    return [{ kind: 'mask-not-binary', message: 'The mask marks no pixel as defective.' }]
  }
  if (levels && levels.kind !== 'binary' && mask.values.length > 2) {
    words.push({ kind: 'mask-not-binary', message: levelWords(mask, levels) })
  }
  return [...words, ...extentWords(mask, coded)]
}

function levelWords({ values }: Mask, levels: ReturnType<typeof levelsOf>): string {
  const some = values.slice(0, 6).join(', ') + (values.length > 6 ? ', …' : '')
  if (levels.void !== null) {
    return `The mask has the values ${some}: 255 beside class indices is taken as void, which is no defect; the others are defects.`
  }
  const taken = levels.threshold === 0 ? 'all but 0' : 'those over 127'
  return levels.kind === 'classes'
    ? `The mask has flat areas of the values ${some}; ${taken} are taken as defect.`
    : `The mask has the values ${some}; ${taken} are taken as defect.`
}

function extentWords(mask: Mask, coded: boolean): Word[] {
  const { width, height } = mask
  const marked = binariseMask(mask, coded)
  let count = 0
  for (const value of marked) if (value > 0) count += 1
  const share = count / marked.length
  if (share < HALF) return []
  const percent = `${Math.round(100 * share)} % of the image`
  let border = 0
  for (let x = 0; x < width; x++) {
    border += Number(marked[x]! > 0) + Number(marked[(height - 1) * width + x]! > 0)
  }
  for (let y = 0; y < height; y++) {
    border += Number(marked[y * width]! > 0) + Number(marked[y * width + width - 1]! > 0)
  }
  if (share < 1 && border >= BORDER * 2 * (width + height)) {
    return suspicious(
      `The mask marks ${percent} and its border: it looks inverted. It was taken as it is.`,
    )
  }
  return share >= NEARLY_ALL ? suspicious(`The mask marks ${percent}. It was taken as it is.`) : []
}

const suspicious = (message: string): Word[] => [{ kind: 'mask-suspicious', message }]
