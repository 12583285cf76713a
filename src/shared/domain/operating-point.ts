import { z } from 'zod'
import type { ThresholdRule } from '../metrics/thresholds.ts'
import type { EvaluationId, OperatingPointId } from './ids.ts'

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

/** How images are decided: everything that is tuned after a network is trained. */
export const decisionSettingsSchema = z
  .strictObject({
    /** From this score on an image is not called nominal. */
    threshold: z.number(),
    /** From this score on it is called defective, between the two it is unsure. Null: no such band. */
    upper: z.number().nullable().default(null),
    /** Pixels of at least this value are called defective. Null: the image threshold. */
    pixelThreshold: z.number().nullable().default(null),
    /** v that the scores belong to. */
    pixelWeight: z.number().min(0),
    /** Null: set by hand. */
    rule: thresholdRuleSchema.nullable().default(null),
    chosenOn: chosenOnSchema,
    /** T′ chosen with it; null: that of the evaluation. */
    startStep: z.number().int().min(1).max(1000).nullable().default(null),
  })
  .refine(({ threshold, upper }) => upper === null || upper >= threshold, {
    message: 'the upper threshold is below the lower one',
  })
export type DecisionSettings = Readonly<z.infer<typeof decisionSettingsSchema>>

/** Decision settings kept by name for an evaluation. */
export interface OperatingPoint {
  readonly id: OperatingPointId
  readonly evaluationId: EvaluationId
  readonly name: string
  readonly settings: DecisionSettings
  readonly createdAt: number
  /** One of an evaluation's points at most is the one that other views and the command line use. */
  readonly inUse: boolean
}

export type Decision = 'nominal' | 'unsure' | 'defective'

/** What a score is called. */
export function decide(
  score: number,
  { threshold, upper }: Pick<DecisionSettings, 'threshold' | 'upper'>,
): Decision {
  if (score < threshold) return 'nominal'
  return upper !== null && score < upper ? 'unsure' : 'defective'
}
