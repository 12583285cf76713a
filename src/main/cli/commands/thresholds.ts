import type { EvaluationId } from '../../../shared/domain/ids.ts'
import {
  decide,
  decisionSettingsSchema,
  thresholdRuleSchema,
  type ChosenOn,
} from '../../../shared/domain/operating-point.ts'
import type { ImageResult } from '../../../shared/domain/evaluation.ts'
import { chooseHalf } from '../../../shared/metrics/held-out.ts'
import { chooseThreshold, type ThresholdRule } from '../../../shared/metrics/thresholds.ts'
import { UsageError, type Command, type CommandContext } from '../command.ts'
import { figure, table } from '../output.ts'
import { toSeed } from '../values.ts'

const evaluationId = ({ values }: CommandContext) => values.id('evaluation') as EvaluationId

export const thresholdsList: Command = {
  name: 'thresholds list',
  usage: '--evaluation ID',
  summary: 'Lists the operating points of an evaluation.',
  options: { evaluation: { type: 'string' } },
  run: async (context) => {
    const points = context.studio().operatingPoints.list(evaluationId(context))
    const rows = points.map(({ name, settings, inUse }) => [
      inUse ? `${name} *` : name,
      figure(settings.threshold),
      figure(settings.upper),
      figure(settings.pixelThreshold),
      String(settings.pixelWeight),
      settings.rule?.kind ?? 'by hand',
      settings.chosenOn.kind,
    ])
    const header = ['name', 'threshold', 'upper', 'pixel', 'v', 'rule', 'chosen on']
    const text = rows.length === 0 ? 'There are no operating points yet.' : table(header, rows)
    context.output.result(points, text)
  },
}

export const thresholdsSave: Command = {
  name: 'thresholds save',
  usage:
    '--evaluation ID --name NAME (--threshold X | --rule RULE [--limit X] [--half SEED | --training]) [--upper X] [--pixel X] [--start-step N]',
  summary: 'Saves an operating point of an evaluation under a name.',
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
    'start-step': { type: 'string' },
  },
  run: async (context) => {
    const { values, output, studio } = context
    const id = evaluationId(context)
    const { evaluations, operatingPoints } = studio()
    const evaluation = evaluations.get(id)
    const rule = ruleOf(context)
    const chosenOn = chosenOnOf(context)
    const threshold = rule
      ? chosen(rule, scoresOf(evaluations.results(id), chosenOn, evaluation.calibration))
      : values.number('threshold')
    if (threshold === undefined) throw new UsageError('--threshold or --rule is missing.')
    const settings = decisionSettingsSchema.safeParse({
      threshold,
      upper: values.number('upper') ?? null,
      pixelThreshold: values.number('pixel') ?? null,
      pixelWeight: evaluation.settings.scoring.pixelWeight,
      rule,
      chosenOn,
      startStep: values.number('start-step') ?? null,
    })
    if (!settings.success) {
      throw new UsageError(settings.error.issues.map(({ message }) => message).join('; '))
    }
    const point = operatingPoints.save(id, values.required('name'), settings.data)
    output.result(point, `Saved ${point.name}: threshold ${figure(threshold)}.`)
  },
}

export const thresholdsApply: Command = {
  name: 'thresholds apply',
  usage: '--evaluation ID --name NAME [--all]',
  summary: "Decides an evaluation's images at an operating point and takes it into use.",
  details:
    'A threshold that was chosen on one half of the test images is judged on the other; --all judges all.',
  options: {
    evaluation: { type: 'string' },
    name: { type: 'string' },
    all: { type: 'boolean' },
  },
  run: async (context) => {
    const { values, output, studio } = context
    const id = evaluationId(context)
    const { operatingPoints, evaluations, cachedFigures } = studio()
    const point = operatingPoints.named(id, values.required('name'))
    const { pixelWeight, chosenOn } = point.settings
    const stored = evaluations.results(id)
    const results =
      pixelWeight === evaluations.get(id).settings.scoring.pixelWeight
        ? stored
        : await cachedFigures.rescored(id, pixelWeight)
    const half = chosenOn.kind === 'half' ? chooseHalf(results, chosenOn.seed) : null
    const judged =
      half && !values.flag('all') ? results.filter(({ imageId }) => !half.has(imageId)) : results
    const images = judged.map(({ imageId, path, defectType, anomalous, score }) => {
      const decision = decide(score, point.settings)
      return { imageId, path, defectType, anomalous, score, decision }
    })
    operatingPoints.use(id, point.id)
    const data = { operatingPoint: { ...point, inUse: true }, ...counts(images), images }
    const rows = data.byType.map((row) => [
      row.defectType,
      String(row.images),
      String(row.nominal),
      String(row.unsure),
      String(row.defective),
    ])
    const header = ['type', 'images', 'called nominal', 'unsure', 'called defective']
    const trust = chosenOn.kind === 'test' ? ' Chosen on the images that it is judged on.' : ''
    const text = `${point.name}: threshold ${figure(point.settings.threshold)}.${trust}\n\n`
    output.result(data, text + table(header, rows))
  },
}

export const thresholdsRemove: Command = {
  name: 'thresholds remove',
  usage: '--evaluation ID --name NAME',
  summary: 'Deletes an operating point.',
  options: { evaluation: { type: 'string' }, name: { type: 'string' } },
  run: async (context) => {
    const { operatingPoints } = context.studio()
    const point = operatingPoints.named(evaluationId(context), context.values.required('name'))
    operatingPoints.remove(point.id)
    context.output.result({ removed: point.id }, `Deleted ${point.name}.`)
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

function scoresOf(
  results: readonly ImageResult[],
  chosenOn: ChosenOn,
  calibration: { readonly nominalScores: readonly number[] } | null,
) {
  if (chosenOn.kind === 'training') {
    return { nominal: calibration?.nominalScores ?? [], anomalous: [] }
  }
  const half = chosenOn.kind === 'half' ? chooseHalf(results, chosenOn.seed) : null
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

/** How many images of each kind are called what. */
function counts(
  images: readonly {
    readonly defectType: string
    readonly anomalous: boolean
    readonly decision: ReturnType<typeof decide>
  }[],
) {
  const types = [...new Set(images.map(({ defectType }) => defectType))].sort()
  const of = (own: typeof images) => ({
    images: own.length,
    nominal: own.filter(({ decision }) => decision === 'nominal').length,
    unsure: own.filter(({ decision }) => decision === 'unsure').length,
    defective: own.filter(({ decision }) => decision === 'defective').length,
  })
  return {
    confusion: {
      nominal: of(images.filter(({ anomalous }) => !anomalous)),
      defective: of(images.filter(({ anomalous }) => anomalous)),
    },
    byType: types.map((defectType) => ({
      defectType,
      ...of(images.filter((image) => image.defectType === defectType)),
    })),
  }
}
