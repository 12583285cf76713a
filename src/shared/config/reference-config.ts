/** DDAD's own `config.yaml`, as far as this program has the settings. */
import { z } from 'zod'
import { DdadError } from '../errors.ts'
import { extractorNames, type RunConfig } from './run-config.ts'
import { runConfigSchema } from './run-config.ts'

const number = z.number().optional()
const section = z.object({}).loose().optional()

const referenceSchema = z
  .object({
    data: section.pipe(
      z
        .object({ batch_size: number, DA_batch_size: number, test_batch_size: number })
        .loose()
        .optional(),
    ),
    model: section.pipe(
      z
        .object({
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
        })
        .loose()
        .optional(),
    ),
  })
  .loose()

/**
 * A configuration with the settings of a `config.yaml` in place of its own. What the file does not name stays;
 * keys that are not known are left out, as the reference code has keys that it never reads.
 *
 * @param content the file, parsed
 * @param file named in errors
 * @throws DdadError BAD_FILE for values of the wrong kind or out of range
 */
export function withReferenceConfig(config: RunConfig, content: unknown, file: string): RunConfig {
  const parsed = referenceSchema.safeParse(content)
  if (!parsed.success) throw unusable(file, parsed.error)
  const { data = {}, model = {} } = parsed.data
  const { training, adaptation, reconstruction, scoring } = config
  const extractor = extractorNames.find((name) => name === model.feature_extractor)
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
  if (!result.success) throw unusable(file, result.error)
  return result.data
}

function unusable(file: string, error: z.ZodError): DdadError {
  const [issue] = error.issues
  return new DdadError(
    'BAD_FILE',
    `${file} is not a usable DDAD configuration: ${issue?.path.join('.')}: ${issue?.message}. ` +
      'Nothing was imported. Correct it, or import without it.',
  )
}
