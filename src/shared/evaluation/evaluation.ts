import type { EvaluationSettings } from '../config/run-config.ts'
import type { DecisionSettings } from '../runs/operating-point.ts'
import type { Interval } from '../metrics/bootstrap.ts'
import type {
  CheckpointId,
  EvaluationId,
  ImageId,
  ImageResultId,
  MaskVersionId,
  RunId,
} from '../core/ids.ts'

/** An evaluation as it is offered to be chosen. */
export interface NamedEvaluation {
  readonly id: EvaluationId
  /** Its run's name. */
  readonly run: string
  readonly createdAt: number
}

export interface Evaluation {
  readonly id: EvaluationId
  readonly runId: RunId
  readonly category: string
  readonly checkpointId: CheckpointId | null
  readonly settings: EvaluationSettings
  readonly createdAt: number
  readonly finishedAt: number | null
  readonly secondsPerImage: number
  readonly calibration: Calibration | null
  readonly metrics: readonly MetricRow[]
  /** The operating point in use; absent while none is. */
  readonly decision?: DecisionSettings
  /** Test images that its T′ was chosen on; absent where none were. Thresholds are chosen on the same. */
  readonly chosenOn?: readonly ImageId[]
}

/** What is computed once from nominal images, so that a score does not depend on its batch. */
export interface Calibration {
  /**
   * Scale of pixel to feature distances (DDAD eq. 9) by nominal images: the mean of their largest feature
   * distances over that of their largest pixel distances. Without a `range` it is max over max, as older versions had it.
   */
  readonly ratio: number
  /** 95 % of resamples of the images. */
  readonly range?: Interval
  /** max over max of the same images: the reference's ratio with them as its batch. */
  readonly maximaRatio?: number
  /** Scores of nominal training images under the same settings, for thresholds without defects. */
  readonly nominalScores: readonly number[]
}

export const metricNames = [
  'imageAuroc',
  'imageAp',
  'imageF1Max',
  'pixelAuroc',
  'pixelAp',
  'pixelF1Max',
  'auPro30',
  'auPro05',
  'referencePixelAuroc',
  'referencePro',
] as const
export type MetricName = (typeof metricNames)[number]

/** One figure of an evaluation. `defectType` null means the whole category. */
export interface MetricRow {
  readonly defectType: string | null
  readonly name: MetricName
  /** Null where it is undefined, for instance AUROC with only one class. */
  readonly value: number | null
  /** 95 % of resamples of the images; absent where none was computed. */
  readonly interval?: Interval
}

export interface ImageResult {
  readonly id: ImageResultId
  readonly evaluationId: EvaluationId
  readonly imageId: ImageId
  /** Mask version that the metrics of this result were computed with. */
  readonly maskVersionId: MaskVersionId | null
  readonly path: string
  readonly defectType: string
  readonly anomalous: boolean
  readonly score: number
  readonly startStep: number
  /** Ratio by which pixel distances are scaled before v: combined = feature + v · ratio · pixel. */
  readonly ratio: number
  readonly milliseconds: number
}
