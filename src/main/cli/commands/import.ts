import path from 'node:path'
import { overrides } from '../config.ts'
import type { Command } from '../command.ts'

export const importWeights: Command = {
  name: 'import',
  usage:
    '--unet FILE [--features FILE] [--config FILE] --dataset NAME|ID --category NAME [--set KEY=VALUE]…',
  summary: 'Makes a run out of an official DDAD checkpoint.',
  details:
    "The U-Net is what the authors' code saves (with or without an ending), --features is their feat<N>,\n" +
    '--config their config.yaml; without it the published settings of the category hold.\n' +
    'Scores follow the authors’ protocol (each batch its own measure, outer frame left out); --set changes any\n' +
    'setting, for instance --set scoring.normalisation=calibrated.\n' +
    'Nothing in the files is executed. Evaluate the run with `ddad evaluate --run ID`.',
  options: {
    unet: { type: 'string' },
    features: { type: 'string' },
    config: { type: 'string' },
    dataset: { type: 'string' },
    category: { type: 'string' },
    set: { type: 'string', multiple: true },
  },
  run: async ({ values, output, studio }) => {
    const unet = path.resolve(values.required('unet'))
    const category = values.required('category')
    const { datasets, weightsImport } = studio()
    const { id: datasetId } = datasets.find(values.required('dataset'))
    const file = (name: string) => {
      const given = values.text(name)
      return given === undefined ? null : path.resolve(given)
    }
    const run = await weightsImport.read({
      datasetId,
      category,
      unet,
      features: file('features'),
      config: file('config'),
      settings: overrides(values.list('set')),
    })
    const { imageSize, baseChannels } = run.config.model
    output.result(
      { run },
      `Run ${run.id}: ${run.name}, ${imageSize} px, base ${baseChannels}\n${run.note}`,
    )
  },
}
