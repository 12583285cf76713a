import type { SecondsRange } from '../../../shared/jobs/estimate.ts'
import type { Command } from '../command.ts'
import { chosenConfig } from '../config.ts'
import { duration, table } from '../output.ts'

const row = (what: string, { expected, low, high }: SecondsRange) => [
  what,
  duration(expected),
  `${duration(low)} – ${duration(high)}`,
]

export const estimate: Command = {
  name: 'estimate',
  usage: '--dataset NAME|ID --category NAME [--preset NAME] [--set KEY=VALUE]…',
  summary: 'Measures a few steps and says what a run will take, without starting it.',
  options: {
    dataset: { type: 'string' },
    category: { type: 'string' },
    preset: { type: 'string' },
    set: { type: 'string', multiple: true },
  },
  run: async ({ values, output, studio }) => {
    const category = values.required('category')
    const reference = values.required('dataset')
    const { datasets, estimates } = studio()
    const { id, layout } = datasets.find(reference)
    const config = chosenConfig(
      values.text('preset'),
      { layout, name: category },
      values.list('set'),
    )
    const found = await estimates.probe(id, category, config)
    const text = table(
      ['', 'expected', 'range'],
      [
        row('Training', found.training),
        row('Adaptation', found.adaptation),
        row('Evaluation', found.evaluation),
        row('In all', found.total),
      ],
    )
    const memory = `${Math.round(found.peakBytes / 1e6)} MB of memory on ${found.device}`
    const basis = `measured ${found.measured.steps} steps and ${found.measured.images} images in ${duration(found.measured.seconds)}`
    output.result(found, `${text}\n${memory}; ${basis}.`)
  },
}
