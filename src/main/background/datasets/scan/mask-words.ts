import type { ImportProblem } from '../../../../shared/datasets/dataset.ts'
import type { CountedMask, Mask } from '../../../decode/mask.ts'
import { levelsOf, type MaskLevels } from '../../../decode/mask-levels.ts'

/** Share of an image that a mask seldom marks. */
const NEARLY_ALL = 0.9
/** Over this share, with nearly all of the border, a mask looks inverted. */
const HALF = 0.5
const BORDER = 0.95

/** Whether 255 stands beside class indices, so that it may mean that nobody can tell. */
export const hasVoid = (mask: Mask): boolean =>
  mask.values.length > 2 && mask.values.at(-1) === 255 && levelsOf(mask).void !== null

type Word = Pick<ImportProblem, 'kind' | 'message'>

/** What is odd in a mask, in words. */
export function maskWords(
  mask: CountedMask,
  { coded, void: isVoid }: { readonly coded: boolean; readonly void: boolean },
): Word[] {
  if (mask.shapeInAlpha) {
    return suspicious(
      'The mask is of one colour; its shape is in the alpha channel, which is not read. Save it as black and white.',
    )
  }
  const words: Word[] = []
  const found = coded ? null : levelsOf(mask)
  const levels = found && { ...found, void: isVoid ? found.void : null }
  if (mask.values.every((value) => value === 0)) {
    return [{ kind: 'mask-not-binary', message: 'The mask marks no pixel as defective.' }]
  }
  if (levels && levels.kind !== 'binary' && mask.values.length > 2) {
    words.push({ kind: 'mask-not-binary', message: levelWords(mask, levels) })
  }
  return [...words, ...extentWords(mask, levels)]
}

function levelWords({ values }: Mask, levels: MaskLevels): string {
  const some = values.slice(0, 6).join(', ') + (values.length > 6 ? ', …' : '')
  if (levels.void !== null) {
    return `The mask has the values ${some}: 255 beside class indices is taken as void, which counts as neither good nor defective; the others are defects.`
  }
  const taken = levels.threshold === 0 ? 'all but 0' : 'those over 127'
  return levels.kind === 'classes'
    ? `The mask has flat areas of the values ${some}; ${taken} are taken as defect.`
    : `The mask has the values ${some}; ${taken} are taken as defect.`
}

function extentWords(mask: CountedMask, levels: MaskLevels | null): Word[] {
  const { width, height, data, values, counts } = mask
  const isMarked = (value: number) => value > (levels?.threshold ?? 0) && value !== levels?.void
  const marked = values.reduce((sum, value, i) => sum + (isMarked(value) ? counts[i]! : 0), 0)
  const share = marked / data.length
  if (share < HALF) return []
  const percent = `${Math.round(100 * share)} % of the image`
  let border = 0
  const markedAt = (i: number) => Number(isMarked(data[i]!))
  for (let x = 0; x < width; x++) border += markedAt(x) + markedAt((height - 1) * width + x)
  for (let y = 0; y < height; y++) border += markedAt(y * width) + markedAt(y * width + width - 1)
  if (share < 1 && border >= BORDER * 2 * (width + height)) {
    return suspicious(
      `The mask marks ${percent} and its border: it looks inverted. It was taken as it is.`,
    )
  }
  return share >= NEARLY_ALL ? suspicious(`The mask marks ${percent}. It was taken as it is.`) : []
}

const suspicious = (message: string): Word[] => [{ kind: 'mask-suspicious', message }]
