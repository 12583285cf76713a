import type { Evaluation, ImageResult } from '../../../shared/evaluation/evaluation.ts'
import type { EvaluationId } from '../../../shared/core/ids.ts'
import {
  decisionSettingsSchema,
  thresholdRuleSchema,
  type ChosenOn,
} from '../../../shared/runs/operating-point.ts'
import { choosingPart } from '../../../shared/metrics/held-out.ts'
import { chooseThreshold, type ThresholdRule } from '../../../shared/metrics/thresholds.ts'
import { UsageError, type Command, type CommandContext } from '../command.ts'
import { figure } from '../output.ts'
import { toSeed } from '../values.ts'

export const thresholdsSave: Command = {
  name: 'thresholds save',
  usage:
    '--evaluation ID --name NAME (--threshold X | --rule RULE [--limit X] [--half SEED | --training]) [--upper X] [--pixel X]',
  summary: 'Saves thresholds of an evaluation, with its T′, skip, w and v, as an operating point.',
  details:
    'RULE is f1-max, youden, equal-error, false-positive-rate, false-negative-rate (both with --limit 0 … 1),\n' +
    'max-nominal or sigma (with --limit k). --half chooses on one half of the test images, drawn with a seed,\n' +
    'so that the other half can judge; --training chooses on the nominal training images. Images with a\n' +
    'score from --threshold to below --upper are unsure.',
  options: {
    evaluation: { type: 'string' },
    name: { type: 'string' },
    threshold: { type: 'string' },
    rule: { type: 'string' },
    limit: { type: 'string' },
    half: { type: 'string' },
    training: { type: 'boolean' },
    upper: { type: 'string' },
    pixel: { type: 'string' },
  },
  run: async (context) => {
    const { values, output, studio } = context
    const id = values.id('evaluation') as EvaluationId
    const { evaluations, operatingPoints } = studio()
    const evaluation = evaluations.get(id)
    const rule = ruleOf(context)
    const chosenOn = chosenOnOf(context)
    const threshold = rule
      ? chosen(rule, scoresOf(evaluation, evaluations.results(id), chosenOn))
      : values.number('threshold')
    if (threshold === undefined) throw new UsageError('--threshold or --rule is missing.')
    const settings = decisionSettingsSchema.safeParse({
      threshold,
      upper: values.number('upper') ?? null,
      pixelThreshold: values.number('pixel') ?? null,
      pixelWeight: evaluation.settings.scoring.pixelWeight,
      rule,
      chosenOn,
    })
    if (!settings.success) {
      throw new UsageError(settings.error.issues.map(({ message }) => message).join('; '))
    }
    const point = operatingPoints.save(id, values.required('name'), settings.data)
    output.result(point, `Saved ${point.name}: threshold ${figure(threshold)}.`)
  },
}

function ruleOf({ values }: CommandContext): ThresholdRule | null {
  const kind = values.text('rule')
  if (kind === undefined) return null
  if (values.text('threshold') !== undefined) {
    throw new UsageError('Give --threshold or --rule, not both.')
  }
  const limit = values.number('limit')
  const parameter = kind === 'sigma' ? { sigmas: limit ?? 3 } : limit === undefined ? {} : { limit }
  const rule = thresholdRuleSchema.safeParse({ kind, ...parameter })
  if (rule.success) return rule.data
  throw new UsageError(
    `--rule ${kind}${limit === undefined ? '' : ` --limit ${limit}`} is no rule.`,
  )
}

function chosenOnOf({ values }: CommandContext): ChosenOn {
  const half = values.text('half')
  if (half !== undefined && values.flag('training')) {
    throw new UsageError('Give --half or --training, not both.')
  }
  if (half !== undefined) return { kind: 'half', seed: toSeed(half) }
  return { kind: values.flag('training') ? 'training' : 'test' }
}

function scoresOf(evaluation: Evaluation, results: readonly ImageResult[], chosenOn: ChosenOn) {
  if (chosenOn.kind === 'training') {
    return { nominal: evaluation.calibration?.nominalScores ?? [], anomalous: [] }
  }
  const half =
    chosenOn.kind === 'half' ? choosingPart(results, chosenOn.seed, evaluation.chosenOn) : null
  const own = results.filter(({ imageId }) => !half || half.has(imageId))
  const scores = (anomalous: boolean) =>
    own.filter((result) => result.anomalous === anomalous).map(({ score }) => score)
  return { nominal: scores(false), anomalous: scores(true) }
}

function chosen(
  rule: ThresholdRule,
  { nominal, anomalous }: { nominal: readonly number[]; anomalous: readonly number[] },
): number {
  const threshold = chooseThreshold(rule, nominal, anomalous)
  if (threshold !== null) return threshold
  throw new UsageError(
    `The rule ${rule.kind} needs scores that are not there: ${nominal.length} nominal and ${anomalous.length} defective images were looked at.`,
  )
}
