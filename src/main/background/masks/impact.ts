import { DdadError } from '../../../shared/errors.ts'
import type { MaskChange, MaskFigures, MaskImpact } from '../../../shared/domain/mask.ts'
import { auPro } from '../../../shared/metrics/au-pro.ts'
import { auroc } from '../../../shared/metrics/auroc.ts'
import type { ScoredImage } from '../../../shared/metrics/evaluation-metrics.ts'
import { HALF_COVERED, PixelTally } from '../../../shared/metrics/pixel-tally.ts'
import { averagePrecision } from '../../../shared/metrics/precision-recall.ts'
import type { ImpactInput } from '../../../shared/processes/background.ts'
import { loadScoredImage, type LoadOptions } from '../../media/stored-results.ts'

/**
 * Pixel figures of an image, of its defect type (with all nominal images) and of its category, with the
 * image's mask as it was and as it is.
 *
 * @throws DdadError NOT_FOUND or BAD_FILE naming the file; CANCELLED when the signal is aborted.
 */
export async function maskImpact(
  { results, index, before, after, scoring, threshold }: ImpactInput,
  options: LoadOptions = {},
): Promise<MaskImpact> {
  const { signal, onProgress, cache } = options
  const images: ScoredImage[] = []
  for (const [at, result] of results.entries()) {
    if (signal?.aborted) throw new DdadError('CANCELLED', 'Comparing was cancelled.')
    const maskFile = at === index ? before : result.maskFile
    images.push(await loadScoredImage({ ...result, maskFile }, scoring, cache))
    onProgress?.(images.length, results.length)
  }
  const edited = results[index]
  const old = images[index]
  if (!edited || !old) throw new DdadError('NOT_FOUND', 'The image is not part of the evaluation.')
  const now = await loadScoredImage({ ...edited, maskFile: after }, scoring, cache)
  const was = figuresOf(images, index, threshold)
  const is = figuresOf(images.with(index, now), index, threshold)
  const change = (scope: Scope): MaskChange => ({ before: was(scope), after: is(scope) })
  return {
    image: change('image'),
    defectType: old.anomalous ? change('defectType') : null,
    category: change('category'),
  }
}

/** The edited image, the images of its type with all nominal ones, all images. */
type Scope = 'image' | 'defectType' | 'category'

/** Figures by scope; every pixel is looked at once for all of them. */
function figuresOf(
  images: readonly ScoredImage[],
  edited: number,
  threshold: number | null,
): (scope: Scope) => MaskFigures {
  const { defectType } = images[edited]!
  /** The smallest scope that an image belongs to. */
  const scopes = images.map((image, at): Scope => {
    if (at === edited) return 'image'
    return !image.anomalous || image.defectType === defectType ? 'defectType' : 'category'
  })
  const tally = new PixelTally(images, (at) => scopes[at]!)
  const wider: Readonly<Record<Scope, readonly Scope[]>> = {
    image: ['image'],
    defectType: ['image', 'defectType'],
    category: ['image', 'defectType', 'category'],
  }
  return (scope) => {
    const within = wider[scope]
    const { ranking, overlap } = tally.scope(within)
    const own = images.filter((_, at) => within.includes(scopes[at]!))
    return {
      pixelAuroc: auroc(ranking),
      pixelAp: averagePrecision(ranking),
      auPro30: auPro(ranking, overlap, 0.3),
      auPro05: auPro(ranking, overlap, 0.05),
      iou: threshold === null ? null : pooledIou(own, threshold),
    }
  }
}

/** Pixels found of all pixels that are found or marked, over all images together; null for 0 / 0. */
function pooledIou(images: readonly ScoredImage[], threshold: number): number | null {
  let both = 0
  let either = 0
  for (const { map, mask } of images) {
    for (let i = 0; i < map.length; i++) {
      const found = map[i]! >= threshold
      const marked = mask !== null && mask[i]! > HALF_COVERED
      if (found && marked) both++
      if (found || marked) either++
    }
  }
  return either === 0 ? null : both / either
}
