import { applyOverrides } from '../../../shared/config/overrides.ts'
import { presetFor } from '../../../shared/config/presets.ts'
import type { Command } from '../command.ts'
import { runText } from '../run-text.ts'
import { toSeed } from '../values.ts'
import { workAndReport } from './work.ts'

export const train: Command = {
  name: 'train',
  usage:
    '--dataset NAME|ID --category NAME [--preset NAME] [--seed N] [--set KEY=VALUE]… [--evaluate]',
  summary: 'Trains a model of one category.',
  details:
    '--set changes a setting of the preset, for instance --set training.epochs=20.\n' +
    '--evaluate goes on with adaptation and evaluation.',
  options: {
    dataset: { type: 'string' },
    category: { type: 'string' },
    preset: { type: 'string' },
    seed: { type: 'string' },
    set: { type: 'string', multiple: true },
    evaluate: { type: 'boolean' },
  },
  run: async ({ values, output, studio }) => {
    const category = values.required('category')
    const reference = values.required('dataset')
    const seed = toSeed(values.text('seed') ?? '0')
    const preset = presetFor(values.text('preset') ?? 'tiny', category)
    const config = applyOverrides({ ...preset, seed }, values.list('set'))
    const { datasets, runs } = studio()
    const datasetId = datasets.find(reference).id
    const evaluate = values.flag('evaluate')
    const run = runs.start({ datasetId, category, config, evaluate })
    const ids = runs.jobs(run.id).map(({ id }) => id)
    await workAndReport(studio(), ids, output, (jobs) => {
      const data = { run: runs.get(run.id), jobs }
      return { data, text: runText(data.run, jobs) }
    })
  },
}
