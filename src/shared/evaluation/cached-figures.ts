import type { PixelCost } from '../metrics/costs.ts'
import type { Envelope } from '../metrics/envelope.ts'
import type { MetricName } from './evaluation.ts'
import type { ImageResultId } from '../core/ids.ts'

/** What scores an image at any v, without its maps. */
export interface ResultEnvelope {
  readonly resultId: ImageResultId
  readonly envelope: Envelope
}

/** What an image costs the pixel figures. */
export interface ResultCost extends PixelCost {
  readonly resultId: ImageResultId
}

/** Figures that tell how well a distance separates. */
export const separationMetrics = [
  'imageAuroc',
  'pixelAuroc',
  'auPro30',
] as const satisfies MetricName[]
export type Separation = Readonly<Record<(typeof separationMetrics)[number], number | null>>

/** Each distance alone, for the category (null) or one defect type against all nominal images. */
export interface DistanceRow {
  readonly defectType: string | null
  readonly feature: Separation
  readonly pixel: Separation
}

/** Pixels called defective at falling thresholds, over the images that are judged. */
export interface PixelCurve {
  readonly thresholds: readonly number[]
  readonly truePositives: readonly number[]
  readonly falsePositives: readonly number[]
  /** Mean share of each region that is found. */
  readonly regionOverlap: readonly number[]
  readonly positives: number
  readonly negatives: number
}
