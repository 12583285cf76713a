import type { EvaluationId, RunId } from '../../../shared/core/ids.ts'
import type { OperatingPoint } from '../../../shared/runs/operating-point.ts'
import { decide, decisionOf, sameMaps } from '../../../shared/evaluation/decide.ts'
import type { DecisionSettings } from '../../../shared/runs/operating-point.ts'
import { DdadError } from '../../../shared/errors.ts'
import { choosingPart } from '../../../shared/metrics/held-out.ts'
import { UsageError, type Command, type CommandContext } from '../command.ts'
import { figure, table } from '../output.ts'

const place = '(--run ID | --evaluation ID)'
const placeOptions = { run: { type: 'string' }, evaluation: { type: 'string' } } as const

/** The run whose points are meant; an evaluation stands for its run. */
function runIdOf({ values, studio }: CommandContext): RunId {
  if (values.text('run') !== undefined) return values.id('run') as RunId
  if (values.text('evaluation') === undefined) {
    throw new UsageError('--run or --evaluation is missing.')
  }
  return studio().evaluations.get(values.id('evaluation') as EvaluationId).runId
}

const named = (context: CommandContext): OperatingPoint =>
  context.studio().operatingPoints.named(runIdOf(context), context.values.required('name'))

/** T′, or those of the rule. */
function startStepText({ settings }: OperatingPoint): string {
  const { startStepRule: rule, reconstruction } = settings.evaluation
  if (!rule) return String(reconstruction.startStep)
  return `${Math.min(...rule.startSteps)}–${Math.max(...rule.startSteps)} by ${rule.kind}`
}

export const thresholdsList: Command = {
  name: 'thresholds list',
  usage: `${place} [--deleted]`,
  summary: "Lists a run's operating points: T′, skip, w, v and thresholds, by name.",
  details:
    'The one marked * is what `evaluate --start-step auto` uses. --deleted lists what can be restored.',
  options: { ...placeOptions, deleted: { type: 'boolean' } },
  run: async (context) => {
    const { operatingPoints } = context.studio()
    const id = runIdOf(context)
    const deleted = context.values.flag('deleted')
    const points = deleted ? operatingPoints.deleted(id) : operatingPoints.list(id)
    const rows = points.map((point) => {
      const { evaluation, thresholds } = point.settings
      const { skip, guidanceWeight } = evaluation.reconstruction
      return [
        point.inUse ? `${point.name} *` : point.name,
        startStepText(point),
        String(skip),
        String(guidanceWeight),
        String(evaluation.scoring.pixelWeight),
        figure(thresholds?.threshold ?? null),
        figure(thresholds?.upper ?? null),
        figure(thresholds?.pixelThreshold ?? null),
        thresholds ? (thresholds.rule?.kind ?? 'by hand') : '',
        thresholds?.chosenOn.kind ?? '',
      ]
    })
    const header = ['name', 'T′', 'skip', 'w', 'v', 'threshold', 'upper', 'pixel', 'rule', 'on']
    const none = deleted ? 'No operating point was deleted.' : 'There are no operating points yet.'
    context.output.result(points, rows.length === 0 ? none : table(header, rows))
  },
}

export const thresholdsUse: Command = {
  name: 'thresholds use',
  usage: `${place} --name NAME [--all]`,
  summary: 'Takes an operating point into use; with --evaluation, decides its images at it.',
  details:
    "The run's next evaluations are made with it, and those of the same settings are decided by it. A threshold\n" +
    'that was chosen on one half of the test images is judged on the other; --all judges all.',
  options: { ...placeOptions, name: { type: 'string' }, all: { type: 'boolean' } },
  run: async (context) => {
    const { values, output, studio } = context
    const { operatingPoints } = studio()
    const point = named(context)
    const decision = decisionOf(point.settings)
    const of = values.text('evaluation') === undefined ? null : values.id('evaluation')
    const decided = of !== null && decision ? await decisions(context, point, decision) : null
    operatingPoints.use(point.id)
    const used = operatingPoints.get(point.id)
    const title = `${point.name}: T′ ${startStepText(point)}`
    if (!decision || !decided) {
      output.result({ operatingPoint: used }, `${title}. New evaluations of the run use it.`)
      return
    }
    const data = { operatingPoint: used, ...decided }
    const rows = data.byType.map((row) => [
      row.defectType,
      String(row.images),
      String(row.nominal),
      String(row.unsure),
      String(row.defective),
    ])
    const header = ['type', 'images', 'called nominal', 'unsure', 'called defective']
    const honest = decision.chosenOn.kind !== 'test'
    const trust = honest ? '' : ' Chosen on the images that it is judged on.'
    const text = `${title}, threshold ${figure(decision.threshold)}.${trust}\n\n`
    output.result(data, text + table(header, rows))
  },
}

/** An evaluation's images at a point of its run. */
async function decisions(
  { values, studio }: CommandContext,
  point: OperatingPoint,
  decision: DecisionSettings,
) {
  const { evaluations, cachedFigures } = studio()
  const evaluation = evaluations.get(values.id('evaluation') as EvaluationId)
  if (!sameMaps(evaluation.settings, point.settings.evaluation)) {
    throw new DdadError(
      'CONFLICT',
      `The thresholds of ${point.name} belong to T′ ${startStepText(point)} and its settings, which evaluation ` +
        `${evaluation.id} was not made with. Use \`ddad evaluate --run ${point.runId} --point NAME\`.`,
    )
  }
  const { pixelWeight, chosenOn } = decision
  const stored = evaluations.results(evaluation.id)
  const results =
    pixelWeight === evaluation.settings.scoring.pixelWeight
      ? stored
      : await cachedFigures.rescored(evaluation.id, pixelWeight)
  const half =
    chosenOn.kind === 'half' ? choosingPart(results, chosenOn.seed, evaluation.chosenOn) : null
  const judged =
    half && !values.flag('all') ? results.filter(({ imageId }) => !half.has(imageId)) : results
  const images = judged.map(({ imageId, path, defectType, anomalous, score }) => {
    const called = decide(score, decision)
    return { imageId, path, defectType, anomalous, score, decision: called }
  })
  return { ...counts(images), images }
}

export const thresholdsDelete: Command = {
  name: 'thresholds delete',
  usage: `${place} --name NAME`,
  summary: 'Deletes an operating point; `thresholds restore` brings it back.',
  options: { ...placeOptions, name: { type: 'string' } },
  run: async (context) => {
    const point = named(context)
    context.studio().operatingPoints.remove(point.id)
    context.output.result({ deleted: point.id }, `Deleted ${point.name}.`)
  },
}

export const thresholdsRestore: Command = {
  name: 'thresholds restore',
  usage: `${place} --name NAME`,
  summary: 'Brings a deleted operating point back, the last deleted one of that name.',
  options: { ...placeOptions, name: { type: 'string' } },
  run: async (context) => {
    const { operatingPoints } = context.studio()
    const name = context.values.required('name')
    const deleted = operatingPoints.deleted(runIdOf(context))
    const point = deleted.find((one) => one.name === name)
    if (!point) {
      const names = [...new Set(deleted.map((one) => one.name))]
      const known = names.length > 0 ? ` Deleted are ${names.join(', ')}.` : ''
      throw new DdadError('NOT_FOUND', `No operating point called ${name} was deleted.${known}`)
    }
    operatingPoints.restore(point.id)
    context.output.result(operatingPoints.get(point.id), `${name} is back.`)
  },
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
