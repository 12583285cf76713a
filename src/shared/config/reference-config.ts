/** DDAD's own `config.yaml`: every key is used, checked, known to mean nothing here, or told. */
import { z } from 'zod'
import { DIFFUSION_STEPS } from '../diffusion/schedule.ts'
import { DdadError } from '../errors.ts'
import { extractorNames, type ExtractorName, type RunConfig } from './run-config.ts'
import { runConfigSchema } from './run-config.ts'

const number = z.number().optional()

/** Keys that set something here. */
const used = {
  data: z.looseObject({
    image_size: number,
    batch_size: number,
    DA_batch_size: number,
    test_batch_size: number,
  }),
  model: z.looseObject({
    DDADS: z.boolean().optional(),
    learning_rate: number,
    weight_decay: number,
    epochs: number,
    seed: number,
    feature_extractor: z.string().optional(),
    test_trajectoy_steps: number,
    skip: number,
    eta: number,
    v: number,
    w: number,
    w_DA: number,
    DLlambda: number,
    DA_epochs: number,
    DA_learning_rate: number,
  }),
}

/** Keys that have one possible value here: the schedule is part of the network that was trained with it. */
const fixed: Readonly<Record<string, number>> = {
  'model.trajectory_steps': DIFFUSION_STEPS,
  'model.beta_start': 1e-4,
  'model.beta_end': 0.02,
  'data.input_channel': 3,
  'data.imput_channel': 3,
}

/** Keys about places and machines, and those that the reference code itself never reads. */
const without = new Set(
  (
    'data.name data.data_dir data.category data.mask data.manualseed model.manualseed model.checkpoint_dir ' +
    'model.checkpoint_name model.exp_name model.device model.save_model model.num_workers model.load_chp ' +
    'model.DA_chp model.skip_DA model.test_trajectoy_steps_DA'
  ).split(' '),
)

/** What a `config.yaml` says. */
export interface ReferenceConfig {
  readonly config: RunConfig
  /** The sizes of the network that it is for, where it names them. */
  readonly imageSize: number | null
  readonly small: boolean | null
  readonly extractor: ExtractorName | null
  /** Keys that nothing is known about, as `section.key`. */
  readonly unused: readonly string[]
}

/**
 * A configuration with the settings of a `config.yaml` in place of its own, and the authors' protocol for what the
 * file cannot name: maps scaled by each batch, the outer frame left out, T′ as their code takes it. What the file
 * does not name stays.
 *
 * @param content the file, parsed
 * @param file named in errors
 * @throws DdadError BAD_FILE for values of the wrong kind, out of range, or of a schedule that is not DDAD's
 */
export function withReferenceConfig(
  config: RunConfig,
  content: unknown,
  file: string,
): ReferenceConfig {
  const schema = z.looseObject({ data: used.data.optional(), model: used.model.optional() })
  const parsed = schema.safeParse(content)
  if (!parsed.success) throw unusable(file, describe(parsed.error))
  const { data = {}, model = {} } = parsed.data
  refuseOtherSchedules({ data, model }, file)
  const { training, adaptation, reconstruction, scoring } = config
  const extractor = extractorIn(model.feature_extractor, file)
  const batchSize = data.batch_size ?? training.batchSize
  const result = runConfigSchema.safeParse({
    ...config,
    seed: model.seed ?? config.seed,
    extractor: extractor ?? config.extractor,
    evaluationBatch: data.test_batch_size ?? config.evaluationBatch,
    training: {
      ...training,
      batchSize,
      microBatch: Math.min(training.microBatch, batchSize),
      epochs: model.epochs ?? training.epochs,
      learningRate: model.learning_rate ?? training.learningRate,
      weightDecay: model.weight_decay ?? training.weightDecay,
    },
    adaptation: {
      ...adaptation,
      batchSize: data.DA_batch_size ?? adaptation.batchSize,
      epochs: model.DA_epochs ?? adaptation.epochs,
      learningRate: model.DA_learning_rate ?? adaptation.learningRate,
      distillationWeight: model.DLlambda ?? adaptation.distillationWeight,
      guidanceWeight: model.w_DA ?? adaptation.guidanceWeight,
    },
    reconstruction: {
      ...reconstruction,
      startStep: model.test_trajectoy_steps ?? reconstruction.startStep,
      skip: model.skip ?? reconstruction.skip,
      eta: model.eta ?? reconstruction.eta,
      guidanceWeight: model.w ?? reconstruction.guidanceWeight,
    },
    scoring: { ...scoring, pixelWeight: model.v ?? scoring.pixelWeight },
  })
  if (!result.success) throw unusable(file, describe(result.error))
  return {
    config: result.data,
    imageSize: data.image_size ?? null,
    small: model.DDADS ?? null,
    extractor,
    unused: unknownKeys({ data, model }),
  }
}

/** The authors' way to score: each batch is its own measure, the outer frame is left out. */
export function withAuthorsProtocol(config: RunConfig): RunConfig {
  const { reconstruction, scoring } = config
  return {
    ...config,
    reconstruction: { ...reconstruction, start: 'compatible' },
    scoring: { ...scoring, normalisation: 'compatible', crop: true, blurSigma: 4 },
  }
}

type Sections = Readonly<Record<'data' | 'model', Readonly<Record<string, unknown>>>>

function refuseOtherSchedules(sections: Sections, file: string): void {
  for (const [path, expected] of Object.entries(fixed)) {
    const [section, key] = path.split('.') as ['data' | 'model', string]
    const value = sections[section][key]
    if (value !== undefined && value !== expected)
      throw unusable(
        file,
        `${path} is ${JSON.stringify(value)}, and this program’s networks have ${expected} alone`,
      )
  }
}

function extractorIn(name: string | undefined, file: string): ExtractorName | null {
  if (name === undefined) return null
  const known = extractorNames.find((one) => one === name)
  if (known) return known
  throw unusable(
    file,
    `model.feature_extractor is ${name}, and there are ${extractorNames.join(', ')}`,
  )
}

function unknownKeys(sections: Sections): string[] {
  return (['data', 'model'] as const).flatMap((section) =>
    Object.keys(sections[section])
      .filter((key) => !Object.hasOwn(used[section].shape, key))
      .map((key) => `${section}.${key}`)
      .filter((path) => !without.has(path) && !Object.hasOwn(fixed, path)),
  )
}

function describe({ issues: [issue] }: z.ZodError): string {
  return `${issue?.path.join('.')}: ${issue?.message}`
}

function unusable(file: string, reason: string): DdadError {
  return new DdadError(
    'BAD_FILE',
    `${file} is not a usable DDAD configuration: ${reason}. Nothing was imported. Correct it, or import without it.`,
  )
}
