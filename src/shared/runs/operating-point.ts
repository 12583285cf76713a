import { z } from 'zod'
import type { ThresholdRule } from '../metrics/thresholds.ts'
import { evaluationSettingsSchema, scoringSchema } from '../config/run-config.ts'
import type { EvaluationId, OperatingPointId, RunId } from '../core/ids.ts'
import { imageId } from '../ipc/ids.ts'

const rate = z.number().min(0).max(1)

export const thresholdRuleSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('f1-max') }),
  z.strictObject({ kind: z.literal('youden') }),
  z.strictObject({ kind: z.literal('false-positive-rate'), limit: rate }),
  z.strictObject({ kind: z.literal('false-negative-rate'), limit: rate }),
  z.strictObject({ kind: z.literal('max-nominal') }),
  z.strictObject({ kind: z.literal('sigma'), sigmas: z.number().min(0).max(100) }),
  z.strictObject({ kind: z.literal('equal-error') }),
]) satisfies z.ZodType<ThresholdRule>

/** Which images a threshold was chosen on. */
export const chosenOnSchema = z.discriminatedUnion('kind', [
  /** All test images: those that it is judged on. */
  z.strictObject({ kind: z.literal('test') }),
  /** One half of the test images, drawn with this seed; the other half is for judging. */
  z.strictObject({ kind: z.literal('half'), seed: z.number().int().min(0) }),
  /** Nominal training images only. */
  z.strictObject({ kind: z.literal('training') }),
])
export type ChosenOn = z.infer<typeof chosenOnSchema>

const thresholdShape = {
  /** From this score on an image is not called nominal. */
  threshold: z.number(),
  /** From this score on it is called defective, between the two it is unsure. Null: no such band. */
  upper: z.number().nullable().default(null),
  /** Pixels of at least this value are called defective. Null: the image threshold. */
  pixelThreshold: z.number().nullable().default(null),
  /** Null: set by hand. */
  rule: thresholdRuleSchema.nullable().default(null),
  chosenOn: chosenOnSchema,
}
const ordered = ({ threshold, upper }: { threshold: number; upper: number | null }): boolean =>
  upper === null || upper >= threshold
const disordered = { message: 'the upper threshold is below the lower one' }

/** How scores become decisions. */
const thresholdsSchema = z.strictObject(thresholdShape).refine(ordered, disordered)
export type Thresholds = Readonly<z.infer<typeof thresholdsSchema>>

/** Thresholds with the v that their scores belong to. */
export const decisionSettingsSchema = z
  .strictObject({ ...thresholdShape, pixelWeight: scoringSchema.shape.pixelWeight })
  .refine(ordered, disordered)
export type DecisionSettings = Readonly<z.infer<typeof decisionSettingsSchema>>

/** Everything that is tuned after a network is trained. */
export const operatingSettingsSchema = z.strictObject({
  /** How images are scored: T′ or a rule for it, skip, w and v among it. */
  evaluation: evaluationSettingsSchema,
  /** How T′ was found, in words; null: it is that of the evaluation that the thresholds were chosen on. */
  reason: z.string().max(500).nullable(),
  /** T′ is the best for this defect type, for those who look for it only; absent: for all. */
  defectType: z.string().max(255).optional(),
  /** Test images that T′ was chosen on, which judge neither it nor thresholds; absent where none were. */
  chosenOn: z.array(imageId).max(20_000).exactOptional(),
  /** Null: none chosen; an evaluation then decides by its default. */
  thresholds: thresholdsSchema.nullable(),
})
export type OperatingSettings = Readonly<z.infer<typeof operatingSettingsSchema>>

/** Operating settings kept by name for a run, which is one category. */
export interface OperatingPoint {
  readonly id: OperatingPointId
  readonly runId: RunId
  /** Whose scores the thresholds were chosen on. */
  readonly evaluationId: EvaluationId | null
  readonly name: string
  readonly settings: OperatingSettings
  readonly createdAt: number
  /** Null unless it was deleted and can be brought back. */
  readonly deletedAt: number | null
  /** One of a run's points at most is what its next evaluations are made with. */
  readonly inUse: boolean
  /** Evaluations whose images it decides. */
  readonly decides: readonly EvaluationId[]
}
