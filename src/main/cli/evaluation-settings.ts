import {
  reconstructionSchema,
  scoringSchema,
  type EvaluationSettings,
  type RunConfig,
} from '../../shared/config/run-config.ts'
import { UsageError } from './command.ts'
import type { Values } from './values.ts'

/** A run's own evaluation settings with those given on the command line. */
export function evaluationSettings(config: RunConfig, values: Values): EvaluationSettings {
  const own = config.reconstruction
  const reconstruction = reconstructionSchema.safeParse({
    ...own,
    startStep: values.number('start-step') ?? own.startStep,
    skip: values.number('skip') ?? own.skip,
    guidanceWeight: values.number('w') ?? own.guidanceWeight,
    eta: values.number('eta') ?? own.eta,
    noiseSeed: values.number('seed') ?? own.noiseSeed,
  })
  const scoring = scoringSchema.safeParse({
    ...config.scoring,
    pixelWeight: values.number('v') ?? config.scoring.pixelWeight,
  })
  if (reconstruction.success && scoring.success) {
    return { reconstruction: reconstruction.data, scoring: scoring.data }
  }
  const issues = [...(reconstruction.error?.issues ?? []), ...(scoring.error?.issues ?? [])]
  throw new UsageError(
    issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
  )
}
