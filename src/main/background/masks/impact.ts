import { DdadError } from '../../../shared/errors.ts'
import type { MaskChange, MaskFigures, MaskImpact } from '../../../shared/masks/mask-version.ts'
import { auPro } from '../../../shared/metrics/au-pro.ts'
import { auroc } from '../../../shared/metrics/auroc.ts'
import type { EvaluationTally } from '../../../shared/metrics/evaluation-metrics.ts'
import { pooledIou } from '../../../shared/metrics/pixel-agreement.ts'
import {
  PixelCensus,
  type CensusImage,
  type PixelScope,
} from '../../../shared/metrics/pixel-census.ts'
import { averagePrecision } from '../../../shared/metrics/precision-recall.ts'
import type { ImpactInput } from '../../../shared/processes/background.ts'
import type { TallyOptions } from '../maps/tally-cache.ts'

/**
 * Pixel figures of an image, of its defect type (with all nominal images) and of its category, with the
 * image's mask as it was and as it is. Only the image itself is counted twice.
 *
 * @throws DdadError NOT_FOUND or BAD_FILE naming the file; CANCELLED when the signal is aborted.
 */
export async function maskImpact(
  { results, index, before, after, scoring, threshold }: ImpactInput,
  options: TallyOptions,
): Promise<MaskImpact> {
  const edited = results[index]
  if (!edited) throw new DdadError('NOT_FOUND', 'The image is not part of the evaluation.')
  const figures = (maskFile: string | null) =>
    options.tallies.use(results.with(index, { ...edited, maskFile }), scoring, options, (tally) => {
      const { anomalous, defectType } = edited
      return figuresOf(tally, index, anomalous ? defectType : null, threshold)
    })
  const was = await figures(before)
  const is = await figures(after)
  const change = (scope: Scope): MaskChange => ({ before: was[scope], after: is[scope] })
  return {
    image: change('image'),
    defectType: edited.anomalous ? change('defectType') : null,
    category: change('category'),
  }
}

/** The edited image, the images of its type with all nominal ones, all images. */
type Scope = 'image' | 'defectType' | 'category'

/** @param defectType Null for the category, where the image is nominal. */
function figuresOf(
  tally: EvaluationTally,
  edited: number,
  defectType: string | null,
  threshold: number | null,
): Record<Scope, MaskFigures> {
  const image = tally.images(null)[edited]!
  const alone = new PixelCensus([image])
  const of = (scope: PixelScope, images: readonly CensusImage[]): MaskFigures => ({
    pixelAuroc: auroc(scope.ranking),
    pixelAp: averagePrecision(scope.ranking),
    auPro30: auPro(scope.ranking, scope.overlap, 0.3),
    auPro05: auPro(scope.ranking, scope.overlap, 0.05),
    iou: threshold === null ? null : pooledIou(images, threshold),
  })
  const category = of(tally.pixels(null), tally.images(null))
  return {
    image: of(alone.scope([image.group]), [image]),
    defectType:
      defectType === null ? category : of(tally.pixels(defectType), tally.images(defectType)),
    category,
  }
}
