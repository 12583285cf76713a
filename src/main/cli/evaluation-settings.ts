import { changed } from '../../shared/config/overrides.ts'
import {
  evaluationSettingsSchema,
  type EvaluationSettings,
  type RunConfig,
} from '../../shared/config/run-config.ts'
import { UsageError } from './command.ts'
import { overrides } from './config.ts'
import type { Values } from './values.ts'

/** A run's own evaluation settings with those given on the command line; `--set` has the last word. */
export function evaluationSettings(config: RunConfig, values: Values): EvaluationSettings {
  const own = config.reconstruction
  const named = {
    reconstruction: {
      ...own,
      startStep: values.number('start-step') ?? own.startStep,
      skip: values.number('skip') ?? own.skip,
      guidanceWeight: values.number('w') ?? own.guidanceWeight,
      eta: values.number('eta') ?? own.eta,
      noiseSeed: values.number('seed') ?? own.noiseSeed,
    },
    scoring: {
      ...config.scoring,
      pixelWeight: values.number('v') ?? config.scoring.pixelWeight,
    },
    noiseSeeds: values.number('noise-seeds') ?? 1,
    evaluationBatch: config.evaluationBatch,
  }
  const result = evaluationSettingsSchema.safeParse(
    changed(named, overrides(values.list('set')), 'an evaluation'),
  )
  if (result.success) return result.data
  throw new UsageError(
    result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
  )
}
