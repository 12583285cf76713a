import path from 'node:path'
import { presets } from '../../../shared/config/presets.ts'
import type { Job, Run } from '../../../shared/runs/run.ts'
import type { Command } from '../command.ts'
import { withSettings } from '../config.ts'
import { figure, table, type Output } from '../output.ts'
import { toSeed } from '../values.ts'
import { workAndReport } from './work.ts'
import { meanOf } from '../../../shared/metrics/mean.ts'

/** Shows how far the pictures are. */
export const showMaking = (output: Output) => (done: number, total: number) =>
  output.progress('Making images', { done, total, secondsPerStep: 0, secondsLeft: null })

export const demoMake: Command = {
  name: 'demo make',
  usage: 'DIR [--seed N]',
  summary: 'Writes the demo data set into a new folder.',
  options: { seed: { type: 'string' } },
  run: async ({ values, output, studio }) => {
    const folder = path.resolve(values.positional('The folder'))
    const seed = toSeed(values.text('seed') ?? '0')
    const images = await studio().demo.make(folder, seed, showMaking(output))
    output.result({ folder, images }, `${images} images in ${folder}`)
  },
}

export const demoRun: Command = {
  name: 'demo run',
  usage: '[--seed N]… [--set KEY=VALUE]…',
  summary:
    'Makes the demo data, trains, adapts and evaluates every category, and prints the table.',
  details: 'Every --seed is one run of each category (default: 0).',
  options: { seed: { type: 'string', multiple: true }, set: { type: 'string', multiple: true } },
  run: async ({ values, output, studio }) => {
    const seeds = values.list('seed').map(toSeed)
    const { demo, runs } = studio()
    const configs = (seeds.length === 0 ? [0] : seeds).map((seed) =>
      withSettings({ ...presets.tiny, seed }, values.list('set')),
    )
    const started = await demo.start(configs, showMaking(output))
    const ids = started.flatMap(({ id }) => runs.jobs(id).map((job) => job.id))
    await workAndReport(studio(), ids, output, (jobs) =>
      figuresReport(
        started.map(({ id }) => runs.get(id)),
        jobs,
      ),
    )
  },
}

const figures = ['imageAuroc', 'pixelAuroc', 'auPro', 'secondsPerImage'] as const
type Figures = Readonly<Record<(typeof figures)[number], number | null>>

function figuresOf({ headline }: Run): Figures {
  return headline ?? { imageAuroc: null, pixelAuroc: null, auPro: null, secondsPerImage: null }
}

/** Means over the runs in which a figure is defined. */
function means(all: readonly Figures[]): Figures {
  const mean = (name: keyof Figures) => {
    const defined = all.map((one) => one[name]).filter((value) => value !== null)
    return defined.length === 0 ? null : meanOf(defined)
  }
  return {
    imageAuroc: mean('imageAuroc'),
    pixelAuroc: mean('pixelAuroc'),
    auPro: mean('auPro'),
    secondsPerImage: mean('secondsPerImage'),
  }
}

/** The table of runs with their figures and means. */
export function figuresReport(runs: readonly Run[], jobs: readonly Job[]) {
  const categories = runs.map((run) => ({
    runId: run.id,
    category: run.category,
    seed: run.config.seed,
    state: run.state,
    ...figuresOf(run),
  }))
  const mean = means(categories)
  const cells = (values: Figures) => figures.map((name) => figure(values[name]))
  const rows = [
    ...categories.map((row) => [row.category, String(row.seed), ...cells(row)]),
    ['mean', '', ...cells(mean)],
  ]
  const header = ['category', 'seed', 'image AUROC', 'pixel AUROC', 'AU-PRO@0.3', 's per image']
  return { data: { categories, mean, jobs }, text: table(header, rows) }
}
