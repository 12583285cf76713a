import type { ImageResult } from '../../../../../shared/evaluation/evaluation.ts'
import type { ImageId } from '../../../../../shared/core/ids.ts'
import { flips, type Flip } from '../../../../../shared/evaluation/flips.ts'

interface Judged {
  readonly results: readonly ImageResult[]
  readonly threshold: { readonly value: number } | null
}

/** An image that two models decide differently. Scores are in units of each model's own threshold. */
export interface Disagreement extends Flip<ImageId> {
  readonly imageId: ImageId
  readonly path: string
  readonly defectType: string
}

/** The images that flip between two models, largest |Δ score| first. */
export function disagreements(before: Judged, after: Judged): Disagreement[] {
  const [first, second] = [before.threshold?.value, after.threshold?.value]
  if (!first || !second) return []
  const byImage = new Map(after.results.map((result) => [result.imageId, result]))
  const decided = ({ results }: Judged) =>
    results.map(({ imageId, anomalous, score }) => ({ id: imageId, anomalous, score }))
  return flips(
    { scores: decided(before), threshold: first },
    { scores: decided(after), threshold: second },
  ).flatMap((flip) => {
    const image = byImage.get(flip.id)
    if (!image) return []
    const { imageId, path, defectType } = image
    const units = { before: flip.before / first, after: flip.after / second }
    return [{ ...flip, ...units, imageId, path, defectType }]
  })
}
