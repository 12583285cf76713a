import type { ImageResult } from '../../../../shared/domain/evaluation.ts'
import type { ImageId } from '../../../../shared/domain/ids.ts'
import { flips } from '../../../../shared/domain/flips.ts'

interface Judged {
  readonly results: readonly ImageResult[]
  readonly threshold: { readonly value: number } | null
}

/** An image that two models decide differently. Scores are in units of each model's own threshold. */
export interface Disagreement {
  readonly imageId: ImageId
  readonly path: string
  readonly defectType: string
  readonly anomalous: boolean
  /** Whether the second is right. */
  readonly better: boolean
  readonly before: number
  readonly after: number
  /** after − before */
  readonly change: number
}

/**
 * The images that flip between two models, largest |Δ score| first. Scores of different networks have no
 * common scale, so each is divided by its model's threshold before they are compared.
 */
export function disagreements(before: Judged, after: Judged): Disagreement[] {
  const [first, second] = [before.threshold?.value, after.threshold?.value]
  if (!first || !second) return []
  const byImage = new Map(after.results.map((result) => [result.imageId, result]))
  const decided = ({ results }: Judged) =>
    results.map(({ imageId, anomalous, score }) => ({ id: imageId, anomalous, score }))
  return flips(
    { scores: decided(before), threshold: first },
    { scores: decided(after), threshold: second },
  )
    .flatMap((flip) => {
      const image = byImage.get(flip.id)
      if (!image) return []
      const { imageId, path, defectType, anomalous } = image
      const [from, to] = [flip.before / first, flip.after / second]
      const { better } = flip
      return [
        {
          imageId,
          path,
          defectType,
          anomalous,
          better,
          before: from,
          after: to,
          change: to - from,
        },
      ]
    })
    .toSorted((a, b) => Math.abs(b.change) - Math.abs(a.change))
}
