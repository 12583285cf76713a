import { evaluationSettings } from '../evaluation-settings.ts'
import type { RunId } from '../../../shared/domain/ids.ts'
import { UsageError, type Command } from '../command.ts'
import { evaluationText } from '../run-text.ts'
import type { Values } from '../values.ts'
import { workAndReport } from './work.ts'

const modes = ['auto', 'category', 'image'] as const

/** A choice holds T′, skip, w, v and η together. */
function refuseOthers(values: Values): void {
  const given = ['skip', 'w', 'v', 'eta', 'seed'].find((name) => values.text(name) !== undefined)
  if (given) throw new UsageError(`--${given} is part of what was chosen; leave it out.`)
}

export const evaluate: Command = {
  name: 'evaluate',
  usage:
    '--run ID [--start-step N|auto|category|image] [--skip N] [--w X] [--v X] [--eta X] [--seed N]',
  summary: "Evaluates a run's newest checkpoint on the test images.",
  details:
    "The run's own settings hold where none is given. --w is the guidance weight, --v the weight of\n" +
    'the pixel distance, --start-step is T′, --seed that of the noise. T′ can be what `ddad sweep --use`\n' +
    'or "Use this" has chosen: category is one T′ for all, image a rule that chooses T′ for each image,\n' +
    "auto the newest of either, or the run's own T′ where nothing is chosen.",
  options: {
    run: { type: 'string' },
    'start-step': { type: 'string' },
    skip: { type: 'string' },
    w: { type: 'string' },
    v: { type: 'string' },
    eta: { type: 'string' },
    seed: { type: 'string' },
  },
  run: async ({ values, output, studio }) => {
    const id = values.id('run') as RunId
    const { runs, evaluations, sweeps } = studio()
    const mode = modes.find((one) => one === values.text('start-step'))
    const settings = mode
      ? sweeps.chosenSettings(id, mode)
      : evaluationSettings(runs.get(id).config, values)
    if (mode) refuseOthers(values)
    const { evaluation, jobId } = evaluations.start(id, settings)
    await workAndReport(studio(), [jobId], output, (jobs) => {
      const data = { evaluation: evaluations.get(evaluation.id), jobs }
      return { data, text: evaluationText(data.evaluation) }
    })
  },
}
