import { presets } from '../../../shared/config/presets.ts'
import type { RunConfig } from '../../../shared/config/run-config.ts'
import type { RunId } from '../../../shared/core/ids.ts'
import type { Run } from '../../../shared/runs/run.ts'
import type { Studio } from '../../services/studio.ts'
import type { Command } from '../command.ts'
import { withSettings } from '../config.ts'
import { figure, table } from '../output.ts'
import { toSeed } from '../values.ts'
import { showMaking } from './demo.ts'
import { workAndReport } from './work.ts'
import { meanOf } from '../../../shared/metrics/mean.ts'

/** Methods at settings that a processor takes minutes for; pictures of the demonstration have 128 pixels. */
const methods: readonly { readonly name: string; readonly config: RunConfig }[] = [
  { name: 'PatchCore', config: withSettings(presets.patchcore, ['model.imageSize=128']) },
  { name: 'DDAD', config: presets.tiny },
]

export const demoMethods: Command = {
  name: 'demo methods',
  usage: '[--seed N]',
  summary: 'Runs every method on every category of the demo data, and sets them side by side.',
  details:
    'PatchCore with 1 % of the patches, and DDAD with the preset `tiny`. Seconds to prepare are those of the memory\n' +
    'bank, or of training and adaptation, on this machine.',
  options: { seed: { type: 'string' } },
  run: async ({ values, output, studio }) => {
    const seed = toSeed(values.text('seed') ?? '0')
    const { demo, runs } = studio()
    const configs = methods.map(({ config }) => ({ ...config, seed }))
    const started = await demo.start(configs, showMaking(output))
    const each = started.length / methods.length
    const ids = started.flatMap(({ id }) => runs.jobs(id).map((job) => job.id))
    await workAndReport(studio(), ids, output, (jobs) => {
      const rows = methods.flatMap(({ name }, i) =>
        started.slice(i * each, (i + 1) * each).map((run) => rowOf(studio(), name, run.id)),
      )
      const means = methods.map(({ name }) => meanRow(rows.filter(({ method }) => method === name)))
      return { data: { rows, means, jobs }, text: text([...rows, ...means]) }
    })
  },
}

interface MethodRow extends Pick<Run, 'category'> {
  readonly method: string
  readonly imageAuroc: number | null
  readonly pixelAuroc: number | null
  readonly auPro: number | null
  readonly secondsPerImage: number | null
  readonly secondsToPrepare: number | null
}

const figures = [
  'imageAuroc',
  'pixelAuroc',
  'auPro',
  'secondsPerImage',
  'secondsToPrepare',
] as const

function rowOf({ runs }: Studio, method: string, id: RunId): MethodRow {
  const { category, headline } = runs.get(id)
  const seconds = runs
    .jobs(id)
    .filter(({ kind }) => kind === 'train' || kind === 'adapt')
    .map(({ startedAt, endedAt }) =>
      startedAt === null || endedAt === null ? null : (endedAt - startedAt) / 1000,
    )
  const whole = seconds.every((one) => one !== null)
  return {
    method,
    category,
    imageAuroc: headline?.imageAuroc ?? null,
    pixelAuroc: headline?.pixelAuroc ?? null,
    auPro: headline?.auPro ?? null,
    secondsPerImage: headline?.secondsPerImage ?? null,
    secondsToPrepare: whole ? seconds.reduce((sum, one) => sum + one, 0) : null,
  }
}

/** Means over the categories in which a figure is defined. */
function meanRow(rows: readonly MethodRow[]): MethodRow {
  const mean = (name: (typeof figures)[number]) => {
    const defined = rows.map((row) => row[name]).filter((value) => value !== null)
    return defined.length === 0 ? null : meanOf(defined)
  }
  return {
    method: rows[0]?.method ?? '',
    category: 'mean',
    imageAuroc: mean('imageAuroc'),
    pixelAuroc: mean('pixelAuroc'),
    auPro: mean('auPro'),
    secondsPerImage: mean('secondsPerImage'),
    secondsToPrepare: mean('secondsToPrepare'),
  }
}

function text(rows: readonly MethodRow[]): string {
  const header = [
    ...['method', 'category', 'image AUROC', 'pixel AUROC', 'AU-PRO@0.3'],
    ...['s per image', 's to prepare'],
  ]
  return table(
    header,
    rows.map((row) => [row.method, row.category, ...figures.map((name) => figure(row[name]))]),
  )
}
