import { evaluationSettings } from '../evaluation-settings.ts'
import { defectTypeIn, pointForType } from '../start-step-choice.ts'
import type { RunId } from '../../../shared/core/ids.ts'
import { UsageError, type Command } from '../command.ts'
import { evaluationText } from '../run-text.ts'
import type { Values } from '../values.ts'
import { workAndReport } from './work.ts'

const modes = ['auto', 'category', 'image'] as const

/** A point holds T′, skip, w, v and η together. */
function refuseOthers(values: Values, more: readonly string[]): void {
  const given = ['skip', 'w', 'v', 'eta', 'seed', 'noise-seeds', 'set', ...more].find(
    (name) => values.text(name) !== undefined || values.list(name).length > 0,
  )
  if (given) throw new UsageError(`--${given} is part of what was chosen; leave it out.`)
}

export const evaluate: Command = {
  name: 'evaluate',
  usage:
    '--run ID [--point NAME | --start-step N|auto|category|image|type:NAME] [--skip N] [--w X] [--v X] [--eta X] [--seed N] [--noise-seeds N] [--set KEY=VALUE]…',
  summary: "Evaluates a run's newest checkpoint on the test images.",
  details:
    "The run's own settings hold where none is given. --w is the guidance weight, --v the weight of\n" +
    'the pixel distance, --start-step is T′, --seed that of the noise; --noise-seeds N takes the mean of N\n' +
    'draws of it, at N times the cost. --set changes any setting, for instance scoring.normalisation=compatible or\n' +
    'evaluationBatch=16. --point takes an operating point by\n' +
    'name: its T′ or rule, skip, w and v, and its thresholds decide. --start-step auto is the point in use\n' +
    '(`ddad sweep --use`, `ddad thresholds use` or "Use this"), or the run\'s own T′ where there is none;\n' +
    'category asks for one T′ for all images, image for a rule that chooses T′ for each. type:NAME is the T′\n' +
    'that is best for one defect type: as it was chosen before, else by the newest sweep.',
  options: {
    run: { type: 'string' },
    point: { type: 'string' },
    'start-step': { type: 'string' },
    skip: { type: 'string' },
    w: { type: 'string' },
    v: { type: 'string' },
    eta: { type: 'string' },
    seed: { type: 'string' },
    'noise-seeds': { type: 'string' },
    set: { type: 'string', multiple: true },
  },
  run: async ({ values, output, studio }) => {
    const id = values.id('run') as RunId
    const { runs, evaluations, operatingPoints } = studio()
    const mode = modes.find((one) => one === values.text('start-step'))
    const named = values.text('point')
    const type = defectTypeIn(values.text('start-step'))
    if (mode || type !== null || named)
      refuseOthers(values, named === undefined ? [] : ['start-step'])
    const point =
      named !== undefined
        ? operatingPoints.named(id, named)
        : type !== null
          ? await pointForType(studio(), id, type)
          : null
    const at = point
      ? { point, settings: point.settings.evaluation }
      : mode
        ? operatingPoints.forEvaluation(id, mode)
        : { point: null, settings: evaluationSettings(runs.get(id).config, values) }
    const { evaluation, jobId } = evaluations.start(id, at.settings, at.point)
    await workAndReport(studio(), [jobId], output, (jobs) => {
      const data = { evaluation: evaluations.get(evaluation.id), jobs }
      return { data, text: evaluationText(data.evaluation) }
    })
  },
}
