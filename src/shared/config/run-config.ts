/**
 * The configuration of a run, stored verbatim in the run's row and in its checkpoints.
 * docs/settings.md has the table of these keys against DDAD's `config.yaml`.
 */
import { z } from 'zod'
import { startStepRuleSchema, type StartStepRule } from './start-step-rule.ts'

const positive = z.number().positive()
const count = z.number().int().positive()

export const extractorNames = [
  'resnet50-keras',
  'resnet50',
  'wide_resnet50_2',
  'wide_resnet101_2',
] as const

export const modelSchema = z.strictObject({
  /** Side in pixels of the square that images are resized to. */
  imageSize: z.union([z.literal(32), z.literal(64), z.literal(128), z.literal(256)]),
  baseChannels: z.number().int().min(8).max(128),
  /** Channel multiplier of each level, finest first. */
  multipliers: z.array(count).min(1).max(6),
  blocksPerLevel: count.max(4),
  /** Sides of the feature maps that carry attention. */
  attentionAt: z.array(count).max(16),
  heads: count.max(16),
  /** GroupNorm's groups; every level's channels must be divisible by it. */
  groups: count,
  dropout: z.number().min(0).max(0.9),
})

export const trainingSchema = z.strictObject({
  epochs: count,
  batchSize: count,
  /** Images per forward pass; gradients are accumulated up to the batch size. */
  microBatch: count,
  learningRate: positive,
  /** Coupled L2 (added to the gradient), as torch.optim.Adam's weight_decay. */
  weightDecay: z.number().min(0),
  /** Exponential moving average of the weights; null trains without one, as DDAD does. */
  emaDecay: z.number().gt(0).lt(1).nullable(),
  checkpointEverySteps: count,
})

export const reconstructionSchema = z.strictObject({
  /** T′: the step up to which the input is noised, 1 … 1000. */
  startStep: z.number().int().min(1).max(1000),
  /** Steps between two network passes; a reconstruction takes ⌈T′/skip⌉ passes. */
  skip: z.number().int().min(1).max(1000),
  /** w: how strongly the reconstruction is drawn to the target image. */
  guidanceWeight: z.number().min(0),
  /** η of DDIM sampling: 0 deterministic, 1 ancestral. */
  eta: z.number().min(0).max(1),
  /** `compatible` noises at T′ but denoises first as if at T′−skip, as the reference code does. */
  start: z.enum(['compatible', 'corrected']),
  noiseSeed: z.number().int().min(0),
})

export const scoringSchema = z.strictObject({
  /** v: weight of the pixel distance against the feature distance. */
  pixelWeight: z.number().min(0),
  /** Standard deviation of the Gaussian that smooths the map, in pixels of the network's input. */
  blurSigma: z.number().min(0),
  /** `calibrated` scales by nominal images once; `compatible` by the maximum of each batch. */
  normalisation: z.enum(['calibrated', 'compatible']),
  /** Leaves an outer frame of 1/16 of the side unscored, as the reference's 224-pixel crop does. */
  crop: z.boolean(),
})

export const adaptationSchema = z.strictObject({
  /** Passes over the nominal images; 0 scores with the untouched ImageNet network. */
  epochs: z.number().int().min(0),
  batchSize: z.number().int().min(2),
  learningRate: positive,
  /** Decoupled weight decay of AdamW. */
  weightDecay: z.number().min(0),
  /** λ: weight of the distillation terms. */
  distillationWeight: z.number().min(0),
  /** w used for reconstructions during adaptation. */
  guidanceWeight: z.number().min(0),
})

export const patchcoreSchema = z.strictObject({
  /** Of all patches of the nominal images, those that the memory bank keeps. */
  share: z.number().gt(0).max(1),
  /** A patch's distance is the mean over this many nearest ones of the bank. */
  neighbours: count.max(64),
})

/** Ways to find what is not normal. */
export const methodNames = ['ddad', 'patchcore'] as const
export type MethodName = (typeof methodNames)[number]

export const runConfigSchema = z.strictObject({
  method: z.enum(methodNames),
  preset: z.string().max(200),
  seed: z.number().int().min(0),
  model: modelSchema,
  training: trainingSchema,
  extractor: z.enum(extractorNames),
  adaptation: adaptationSchema,
  reconstruction: reconstructionSchema,
  scoring: scoringSchema,
  /** Images per batch in evaluation. */
  evaluationBatch: count,
  /** Of method `patchcore` alone. Of the other settings it has image size, extractor, seed, scoring and batch. */
  patchcore: patchcoreSchema.exactOptional(),
})

export type PatchCoreConfig = Readonly<z.infer<typeof patchcoreSchema>>
export type ModelConfig = Readonly<z.infer<typeof modelSchema>>
export type ReconstructionSettings = Readonly<z.infer<typeof reconstructionSchema>>
export type ScoringSettings = Readonly<z.infer<typeof scoringSchema>>
export type AdaptationConfig = Readonly<z.infer<typeof adaptationSchema>>
export type ExtractorName = (typeof extractorNames)[number]
export type RunConfig = Readonly<z.infer<typeof runConfigSchema>>

/** The settings of PatchCore, the authors' where a configuration has none. */
export function patchcoreOf({ patchcore }: RunConfig): PatchCoreConfig {
  return patchcore ?? { share: 0.1, neighbours: 1 }
}

/** More of them cost time in proportion and change the mean little. */
const noiseSeedsSchema = count.max(64)

export const evaluationSettingsSchema = z.strictObject({
  reconstruction: reconstructionSchema,
  scoring: scoringSchema,
  startStepRule: startStepRuleSchema.nullable().exactOptional(),
  noiseSeeds: noiseSeedsSchema.exactOptional(),
  evaluationBatch: count.exactOptional(),
})

/** What can be changed between two evaluations of the same weights. */
export interface EvaluationSettings {
  readonly reconstruction: ReconstructionSettings
  readonly scoring: ScoringSettings
  /** Chooses T′ for each image; without one, the reconstruction's T′ is that of all. */
  readonly startStepRule?: StartStepRule | null
  /** Each image's maps are means over this many draws of noise, of seeds that follow on the noise seed; 1 without. */
  readonly noiseSeeds?: number
  /** Images per batch, which the reference's normalisation depends on; the run's own without. */
  readonly evaluationBatch?: number
}
