import { columnsOf, type ComparedMetric } from '../../../shared/evaluation/comparison.ts'
import type { RunId } from '../../../shared/core/ids.ts'
import { UsageError, type Command } from '../command.ts'
import { counted } from '../exporting.ts'
import { table } from '../output.ts'
import { toId } from '../values.ts'

const names: Readonly<Record<string, ComparedMetric>> = {
  'image-auroc': 'imageAuroc',
  'pixel-auroc': 'pixelAuroc',
  'au-pro': 'auPro30',
  'image-ap': 'imageAp',
  'pixel-ap': 'pixelAp',
}

const percent = (value: number | null | undefined) =>
  value == null ? '–' : (100 * value).toFixed(1)

export const compare: Command = {
  name: 'compare',
  usage: `RUN RUN … [--baseline RUN] [--metric ${Object.keys(names).join('|')}]`,
  summary: 'Compares runs by category: figures, means, ranks and the significance of differences.',
  details:
    'Runs of one preset, seed and settings share a column. Differences are against the baseline (the first\n' +
    'column), with a 95 % interval and p of a paired bootstrap over images.',
  options: { baseline: { type: 'string' }, metric: { type: 'string' } },
  run: async ({ values, output, studio }) => {
    const ids = values.positionals.map((text) => toId(text, 'The run') as RunId)
    if (ids.length < 2) throw new UsageError('Name at least two runs.')
    const metric = names[values.text('metric') ?? 'image-auroc']
    if (!metric) throw new UsageError(`--metric takes ${Object.keys(names).join(', ')}.`)
    const { comparisons, runs } = studio()
    const chosen = columnsOf(ids.map((id) => runs.get(id)))
    const reference =
      values.text('baseline') === undefined ? ids[0]! : (values.id('baseline') as RunId)
    const baseline = chosen.findIndex((column) => column.runs.some(({ id }) => id === reference))
    if (baseline < 0) throw new UsageError(`Run ${reference} is not among the runs compared.`)
    const options = { baseline, pixels: metric.startsWith('pixel') || metric === 'auPro30' }
    const grid = await comparisons.grid(ids, options, counted(output, 'Counting pixels'))
    const cells = grid.rows.map(({ category, published }, row) => [
      category,
      ...grid.columns.map((column) => percent(column.cells[row]?.figures[metric])),
      percent(published?.[metric]),
    ])
    const differences = grid.columns.flatMap(({ label, differences: own }) => {
      const difference = own[metric]
      if (!difference) return []
      const { value, low, high, pValue, images } = difference
      const sign = value > 0 ? '+' : ''
      return [
        `${label}: ${sign}${percent(value)} [${percent(low)}, ${percent(high)}], p = ${pValue.toFixed(3)}, ${images} images`,
      ]
    })
    const text = [
      table(
        ['category', ...grid.columns.map(({ label }) => label), 'published'],
        [
          ...cells,
          [
            `mean of ${grid.sharedRows}`,
            ...grid.columns.map(({ means }) => percent(means[metric])),
            percent(grid.publishedMeans?.[metric]),
          ],
          ['mean rank', ...grid.columns.map(({ ranks }) => ranks[metric]?.toFixed(2) ?? '–'), ''],
        ],
      ),
      ...(differences.length > 0
        ? [`Means against ${grid.columns[grid.baseline]?.label}:`, ...differences]
        : []),
    ]
    output.result(grid, text.join('\n'))
  },
}
