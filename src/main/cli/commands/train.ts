import type { Command } from '../command.ts'
import { chosenConfig } from '../config.ts'
import { runText } from '../run-text.ts'
import { toSeed } from '../values.ts'
import { workAndReport } from './work.ts'

export const train: Command = {
  name: 'train',
  usage:
    '--dataset NAME|ID --category NAME [--preset NAME] [--seed N] [--set KEY=VALUE]… [--evaluate]',
  summary: 'Trains a model of one category.',
  details:
    'The preset is the published one for the category where none is named; `tiny` trains without a GPU.\n' +
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
    const { datasets, runs } = studio()
    const { id: datasetId, layout } = datasets.find(reference)
    const preset = values.text('preset')
    const chosen = chosenConfig(preset, { layout, name: category }, values.list('set'))
    const seed = values.text('seed')
    const config = seed === undefined ? chosen : { ...chosen, seed: toSeed(seed) }
    const evaluate = values.flag('evaluate')
    const run = runs.start({ datasetId, category, config, evaluate })
    const ids = runs.jobs(run.id).map(({ id }) => id)
    await workAndReport(studio(), ids, output, (jobs) => {
      const data = { run: runs.get(run.id), jobs }
      return { data, text: runText(data.run, jobs) }
    })
  },
}
