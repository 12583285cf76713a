/** The tables that window and command line export, built from what they show. */
import type { RunConfig } from '../config/run-config.ts'
import { differingSettings, formatSetting, readSetting } from '../config/setting-values.ts'
import type { ComparedMetric, Comparison, ComparisonColumn } from '../evaluation/comparison.ts'
import { metricNames, type Evaluation, type ImageResult } from '../evaluation/evaluation.ts'
import { metricLabels } from '../evaluation/metric-labels.ts'
import type { Run } from '../runs/run.ts'
import type { Interval } from '../metrics/bootstrap.ts'
import type { Difference } from '../metrics/paired-bootstrap.ts'
import type { Table, TableColumn } from './table.ts'

const percent = (key: string, label: string): TableColumn => ({ key, label, format: 'percent' })
const whole = (key: string, label: string): TableColumn => ({ key, label, format: 'whole' })
const text = (key: string, label: string): TableColumn => ({ key, label })

/** Runs with their state and newest figures. */
export function runsTable(runs: readonly Run[]): Table {
  return {
    title: 'Runs',
    columns: [
      whole('run', 'Run'),
      text('name', 'Name'),
      text('dataset', 'Data set'),
      text('category', 'Category'),
      text('preset', 'Preset'),
      whole('seed', 'Seed'),
      text('state', 'State'),
      whole('step', 'Step'),
      whole('total_steps', 'Steps'),
      text('loss', 'Loss'),
      percent('image_auroc', 'Image AUROC'),
      percent('pixel_auroc', 'Pixel AUROC'),
      percent('au_pro', 'AU-PRO'),
      { key: 'seconds_per_image', label: 's per image', format: 'seconds' },
      text('created', 'Created'),
    ],
    rows: runs.map((run) => [
      run.id,
      run.name,
      run.datasetName,
      run.category,
      run.config.preset,
      run.config.seed,
      run.state,
      run.step,
      run.totalSteps,
      run.lastLoss,
      run.headline?.imageAuroc ?? null,
      run.headline?.pixelAuroc ?? null,
      run.headline?.auPro ?? null,
      run.headline?.secondsPerImage ?? null,
      new Date(run.createdAt).toISOString(),
    ]),
  }
}

/** Every figure of an evaluation, one row for the category and one per defect type. */
export function metricsTable(evaluation: Evaluation): Table {
  const types = [...new Set(evaluation.metrics.map(({ defectType }) => defectType))]
  return {
    title: `Figures of ${evaluation.category}, evaluation ${evaluation.id}`,
    columns: [
      text('category', 'Category'),
      text('defect_type', 'Defect type'),
      ...metricNames.map((name) => percent(name, metricLabels[name])),
    ],
    rows: types.map((type) => [
      evaluation.category,
      type ?? 'all',
      ...metricNames.map(
        (name) =>
          evaluation.metrics.find((row) => row.defectType === type && row.name === name)?.value ??
          null,
      ),
    ]),
  }
}

/** The figures of whole categories, one row per evaluation. */
export function categoriesTable(title: string, evaluations: readonly Evaluation[]): Table {
  return {
    title,
    columns: [
      text('category', 'Category'),
      ...metricNames.map((name) => percent(name, metricLabels[name])),
      { key: 'seconds_per_image', label: 's per image', format: 'seconds' },
    ],
    rows: evaluations.map(({ category, metrics, secondsPerImage }) => [
      category,
      ...metricNames.map(
        (name) =>
          metrics.find((row) => row.defectType === null && row.name === name)?.value ?? null,
      ),
      secondsPerImage,
    ]),
  }
}

/** Results of single images, with the decision at a threshold where there is one. */
export function resultsTable(results: readonly ImageResult[], threshold: number | null): Table {
  return {
    title: 'Results of single images',
    columns: [
      text('image', 'Image'),
      text('defect_type', 'Type'),
      text('anomalous', 'Defective'),
      { key: 'score', label: 'Score', format: 'number' },
      text('called_anomalous', 'Called defective'),
      whole('start_step', 'Start step T′'),
      { key: 'seconds', label: 's', format: 'seconds' },
    ],
    rows: results.map(({ path, defectType, anomalous, score, startStep, milliseconds }) => [
      path,
      defectType,
      anomalous,
      score,
      threshold === null ? null : score >= threshold,
      startStep,
      milliseconds / 1000,
    ]),
  }
}

/** The category × column grid in one row per category, then means and ranks. */
export function comparisonTable(grid: Comparison, metric: ComparedMetric): Table {
  const columns = grid.columns.flatMap(({ label }, index) => {
    const own: TableColumn[] = [
      percent(label, '%'),
      percent(`${label}_low`, 'low'),
      percent(`${label}_high`, 'high'),
      percent(`${label}_difference`, 'Δ'),
      { key: `${label}_p`, label: 'p', format: 'number' },
    ]
    const shown = index === grid.baseline ? own.slice(0, 3) : own
    return shown.map((column) => ({ ...column, group: label }))
  })
  type Read = (column: ComparisonColumn, index: number) => Partial<Shown>
  const row = (name: string, published: number | null, read: Read) => [
    name,
    ...grid.columns.flatMap((column, index) => {
      const { value = null, interval, difference } = read(column, index)
      const own = [value, interval?.low ?? null, interval?.high ?? null]
      if (index === grid.baseline) return own
      return [...own, difference?.value ?? null, difference?.pValue ?? null]
    }),
    published,
  ]
  return {
    title: `Comparison, ${metric}`,
    columns: [text('category', 'Category'), ...columns, percent('published', 'Published')],
    rows: [
      ...grid.rows.map(({ category, published }, index) =>
        row(category, published?.[metric] ?? null, ({ cells }) => {
          const cell = cells[index]
          if (!cell) return {}
          const { figures, intervals, differences } = cell
          const value = figures[metric]
          return { value, interval: intervals[metric], difference: differences[metric] }
        }),
      ),
      row('mean', grid.publishedMeans?.[metric] ?? null, ({ means, differences }) => ({
        value: means[metric],
        difference: differences[metric],
      })),
      row('mean rank', null, ({ ranks }) => ({ value: ranks[metric] })),
    ],
    rowFormats: { [grid.rows.length + 1]: 'number' },
  }
}

interface Shown {
  readonly value: number | null
  readonly interval: Interval | undefined
  readonly difference: Difference | undefined
}

/** Settings in which columns differ, one row per setting; each column by one of its runs. */
export function settingsTable(columns: readonly { label: string; config: RunConfig }[]): Table {
  return {
    title: 'Settings that differ',
    columns: [text('setting', 'Setting'), ...columns.map(({ label }) => text(label, label))],
    rows: differingSettings(columns.map(({ config }) => config)).map((key) => [
      key,
      ...columns.map(({ config }) => formatSetting(key, readSetting(config, key))),
    ]),
  }
}
