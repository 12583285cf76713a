import { DdadError } from '../../../shared/errors.ts'
import type { MaskChange, MaskFigures, MaskImpact } from '../../../shared/domain/mask.ts'
import { auPro, regionOverlap } from '../../../shared/metrics/au-pro.ts'
import { auroc } from '../../../shared/metrics/auroc.ts'
import type { ScoredImage } from '../../../shared/metrics/evaluation-metrics.ts'
import { averagePrecision } from '../../../shared/metrics/precision-recall.ts'
import { rankScores } from '../../../shared/metrics/ranking.ts'
import type { ImpactInput } from '../../../shared/processes/background.ts'
import { loadScoredImage } from '../../media/stored-results.ts'

/**
 * Pixel figures of an image, of its defect type (with all nominal images) and of its category, with the
 * image's mask as it was and as it is.
 *
 * @throws DdadError NOT_FOUND or BAD_FILE naming the file; CANCELLED when the signal is aborted.
 */
export async function maskImpact(
  { results, index, before, after, scoring, threshold }: ImpactInput,
  options: { signal?: AbortSignal; onProgress?: (done: number, total: number) => void } = {},
): Promise<MaskImpact> {
  const images: ScoredImage[] = []
  for (const [at, result] of results.entries()) {
    if (options.signal?.aborted) throw new DdadError('CANCELLED', 'Comparing was cancelled.')
    const maskFile = at === index ? before : result.maskFile
    images.push(await loadScoredImage({ ...result, maskFile }, scoring))
    options.onProgress?.(images.length, results.length)
  }
  const edited = results[index]
  const old = images[index]
  if (!edited || !old) throw new DdadError('NOT_FOUND', 'The image is not part of the evaluation.')
  const now = await loadScoredImage({ ...edited, maskFile: after }, scoring)
  const compare = (others: readonly ScoredImage[]): MaskChange => ({
    before: figures([...others, old], threshold),
    after: figures([...others, now], threshold),
  })
  const others = images.filter((_, at) => at !== index)
  const ofType = others.filter((image) => !image.anomalous || image.defectType === old.defectType)
  return {
    image: compare([]),
    defectType: old.anomalous ? compare(ofType) : null,
    category: compare(others),
  }
}

function figures(images: readonly ScoredImage[], threshold: number | null): MaskFigures {
  const binary = images.map((image) => ({
    ...image,
    mask: image.mask && image.mask.map((coverage) => (coverage > 127 ? 1 : 0)),
  }))
  const ranking = rankScores(binary.map(({ map, mask }) => ({ scores: map, labels: mask })))
  const overlap = regionOverlap(ranking, binary)
  return {
    pixelAuroc: auroc(ranking),
    pixelAp: averagePrecision(ranking),
    auPro30: auPro(ranking, overlap, 0.3),
    auPro05: auPro(ranking, overlap, 0.05),
    iou: threshold === null ? null : pooledIou(binary, threshold),
  }
}

/** Pixels found of all pixels that are found or marked, over all images together; null for 0 / 0. */
function pooledIou(images: readonly ScoredImage[], threshold: number): number | null {
  let both = 0
  let either = 0
  for (const { map, mask } of images) {
    for (let i = 0; i < map.length; i++) {
      const found = map[i]! >= threshold
      const marked = mask !== null && mask[i] !== 0
      if (found && marked) both++
      if (found || marked) either++
    }
  }
  return either === 0 ? null : both / either
}
