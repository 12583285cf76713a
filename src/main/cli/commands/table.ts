import path from 'node:path'
import { columnsOf, comparedMetrics } from '../../../shared/evaluation/comparison.ts'
import type { EvaluationId, RunId } from '../../../shared/core/ids.ts'
import { formatTable, tableFormats, type Table } from '../../../shared/exchange/table.ts'
import {
  categoriesTable,
  comparisonTable,
  metricsTable,
  resultsTable,
  runsTable,
  settingsTable,
} from '../../../shared/exchange/tables.ts'
import { defaultThreshold } from '../../../shared/metrics/default-threshold.ts'
import { writeExport } from '../../files/files.ts'
import { UsageError, type Command, type CommandContext } from '../command.ts'
import { toId } from '../values.ts'

const kinds: Readonly<Record<string, (context: CommandContext) => Promise<Table>>> = {
  runs: async ({ studio }) => runsTable(studio().runs.list()),
  metrics: async ({ values, studio }) =>
    metricsTable(studio().evaluations.get(values.id('evaluation') as EvaluationId)),
  results: async ({ values, studio }) => {
    const { evaluations } = studio()
    const evaluation = evaluations.get(values.id('evaluation') as EvaluationId)
    const results = evaluations.results(evaluation.id)
    const threshold = defaultThreshold(evaluation, results)
    return resultsTable(results, threshold?.value ?? null)
  },
  categories: async ({ values, studio }) => {
    const { datasets, evaluations } = studio()
    const { id, name } = datasets.find(values.required('dataset'))
    return categoriesTable(`Figures of ${name}`, evaluations.latest(id))
  },
  settings: async ({ values, studio }) => {
    const columns = columnsOf(runIds(values).map((id) => studio().runs.get(id)))
    return settingsTable(columns.map(({ label, runs }) => ({ label, config: runs[0]!.config })))
  },
  comparison: async ({ values, studio }) => {
    const metric = comparedMetrics.find((name) => name === (values.text('metric') ?? 'imageAuroc'))
    if (!metric) throw new UsageError(`--metric takes ${comparedMetrics.join(', ')}.`)
    const grid = await studio().comparisons.grid(runIds(values), { baseline: 0, pixels: true })
    return comparisonTable(grid, metric)
  },
}

function runIds(values: CommandContext['values']): RunId[] {
  const ids = values.required('runs').split(',')
  if (ids.length < 2) throw new UsageError('--runs takes at least two ids, as in 1,2,3.')
  return ids.map((id) => toId(id.trim(), '--runs') as RunId)
}

export const tableExport: Command = {
  name: 'table',
  usage: `${Object.keys(kinds).join('|')} [--format csv|json|latex] [--out FILE]`,
  summary: 'Writes a table as CSV, JSON or LaTeX.',
  details:
    '`metrics` and `results` take --evaluation ID, `categories` takes --dataset NAME|ID, `settings` and\n' +
    '`comparison` take --runs 1,2,3, and `comparison` --metric.\n' +
    'Without --out the table goes to stdout.',
  options: {
    format: { type: 'string' },
    out: { type: 'string' },
    evaluation: { type: 'string' },
    dataset: { type: 'string' },
    runs: { type: 'string' },
    metric: { type: 'string' },
  },
  run: async (context) => {
    const { values, output } = context
    const kind = values.positional('The kind of table')
    const make = kinds[kind]
    if (!make) throw new UsageError(`There is no table ${kind}.`)
    const format = tableFormats.find((name) => name === (values.text('format') ?? 'csv'))
    if (!format) throw new UsageError(`--format takes ${tableFormats.join(', ')}.`)
    const table = await make(context)
    const text = formatTable(table, format)
    const out = values.text('out')
    if (out === undefined) {
      process.stdout.write(text)
      return
    }
    const file = path.resolve(out)
    await writeExport(file, Buffer.from(text))
    output.result({ file, rows: table.rows.length }, `${table.rows.length} rows in ${file}`)
  },
}
