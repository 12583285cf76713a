import { evaluationSettings } from '../evaluation-settings.ts'
import type { RunId } from '../../../shared/domain/ids.ts'
import type { Command } from '../command.ts'
import { evaluationText } from '../run-text.ts'
import { workAndReport } from './work.ts'

export const evaluate: Command = {
  name: 'evaluate',
  usage: '--run ID [--start-step N] [--skip N] [--w X] [--v X] [--eta X] [--seed N]',
  summary: "Evaluates a run's newest checkpoint on the test images.",
  details:
    "The run's own settings hold where none is given. --w is the guidance weight, --v the weight of\n" +
    'the pixel distance, --start-step is T′, --seed that of the noise.',
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
    const { runs, evaluations } = studio()
    const settings = evaluationSettings(runs.get(id).config, values)
    const { evaluation, jobId } = evaluations.start(id, settings)
    await workAndReport(studio(), [jobId], output, (jobs) => {
      const data = { evaluation: evaluations.get(evaluation.id), jobs }
      return { data, text: evaluationText(data.evaluation) }
    })
  },
}
