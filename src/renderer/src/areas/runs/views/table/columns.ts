/** The columns that the run table can show: what is known of every run, any setting, any figure. */
import { formatSetting, readSetting } from '../../../../../../shared/config/setting-values.ts'
import { settingName, settings, type SettingKey } from '../../../../../../shared/config/settings.ts'
import { metricNames, type MetricName } from '../../../../../../shared/evaluation/evaluation.ts'
import type { Run } from '../../../../../../shared/runs/run.ts'
import type { Table, TableColumn } from '../../../../../../shared/exchange/table.ts'
import { metricInfo } from '../../../evaluation/reading/metric-info.ts'
import { formatPercent, formatSteps, formatValue } from '../../../../format/numbers.ts'
import { formatDate, formatDuration } from '../../../../format/time.ts'

export interface Column {
  readonly key: string
  readonly label: string
  /** What it means, shown on hover. */
  readonly title?: string
  readonly group: 'Run' | 'Newest figures' | 'Best figures' | 'Settings'
  readonly number: boolean
  /** What the column is sorted by; null is unknown and comes last. */
  readonly value: (run: Run) => string | number | null
  readonly text: (run: Run) => string
}

function plain(
  key: string,
  label: string,
  value: (run: Run) => string | number | null,
  text: (run: Run) => string = (run) => String(value(run) ?? '–'),
  title?: string,
): Column {
  const number = typeof value === 'function' && numeric.has(key)
  return { key, label, group: 'Run', number, value, text, ...(title ? { title } : {}) }
}

const numeric = new Set([
  'id',
  'step',
  'loss',
  'bestLoss',
  'trainingSeconds',
  'secondsPerImage',
  'created',
])

const runColumns: readonly Column[] = [
  plain('id', 'Run', (run) => run.id),
  plain('dataset', 'Data set', (run) => run.datasetName),
  plain('category', 'Category', (run) => run.category),
  plain('preset', 'Preset', (run) => run.config.preset),
  plain('tags', 'Tags', (run) => run.tags.join(', ')),
  plain('note', 'Note', (run) => run.note),
  plain(
    'step',
    'Step',
    (run) => run.step,
    (run) => formatSteps(run.step, run.totalSteps),
    'Optimiser steps done, of all',
  ),
  plain(
    'loss',
    'Loss',
    (run) => run.lastLoss,
    (run) => formatValue(run.lastLoss),
    'Last training loss',
  ),
  plain(
    'bestLoss',
    'Lowest loss',
    (run) => run.bestLoss,
    (run) => formatValue(run.bestLoss),
  ),
  plain(
    'trainingSeconds',
    'Training time',
    (run) => run.trainingSeconds,
    (run) => formatDuration(run.trainingSeconds),
    'Time worked on the training until its last end',
  ),
  plain(
    'secondsPerImage',
    'Per image',
    (run) => run.headline?.secondsPerImage ?? null,
    (run) => formatDuration(run.headline?.secondsPerImage),
    'Time to reconstruct and score one image',
  ),
  plain(
    'created',
    'Created',
    (run) => run.createdAt,
    (run) => formatDate(run.createdAt),
  ),
]

function figure(name: MetricName, of: 'last' | 'best'): Column {
  const { label, definition } = metricInfo[name]
  const value = (run: Run) => run.metrics[of][name] ?? null
  return {
    key: `${of}.${name}`,
    label: of === 'best' ? `${label}, best` : label,
    title: of === 'best' ? `Best of all evaluations. ${definition}` : definition,
    group: of === 'best' ? 'Best figures' : 'Newest figures',
    number: true,
    value,
    text: (run) => formatPercent(value(run)),
  }
}

function setting(key: SettingKey): Column {
  const { explanation, input } = settings[key]
  return {
    key: `config.${key}`,
    label: settingName(key),
    title: explanation,
    group: 'Settings',
    number: input.kind === 'number',
    value: (run) => {
      const value = readSetting(run.config, key)
      return typeof value === 'number' ? value : formatSetting(key, value)
    },
    text: (run) => formatSetting(key, readSetting(run.config, key)),
  }
}

export const columns: readonly Column[] = [
  ...runColumns,
  ...metricNames.map((name) => figure(name, 'last')),
  ...metricNames.map((name) => figure(name, 'best')),
  ...(Object.keys(settings) as SettingKey[]).map(setting),
]

export const columnGroups = ['Run', 'Newest figures', 'Best figures', 'Settings'] as const

/** The columns of a new workspace. */
export const defaultColumns: readonly string[] = [
  'category',
  'preset',
  'step',
  'loss',
  'last.imageAuroc',
  'last.pixelAuroc',
  'last.auPro30',
  'tags',
  'created',
]

/** Columns in the order of their keys; keys of another version are left out. */
export function chosenColumns(keys: readonly string[]): readonly Column[] {
  return keys.flatMap((key) => columns.find((column) => column.key === key) ?? [])
}

/** Keys with one of them at another place; a place outside is the nearest one inside. */
export function moved(keys: readonly string[], key: string, place: number): readonly string[] {
  const others = keys.filter((other) => other !== key)
  return others.toSpliced(Math.max(0, place), 0, key)
}

/** What the run table is sorted by in a column, also in those that are always there. */
export function sortValue(run: Run, key: string): string | number | null {
  if (key === 'name') return run.name
  if (key === 'state') return run.state
  return columns.find((column) => column.key === key)?.value(run) ?? null
}

/** Runs as the table shows them, for other programs: numbers with every digit, times in UTC. */
export function shownRunsTable(runs: readonly Run[], shown: readonly Column[]): Table {
  const own = shown.filter(({ key }) => key !== 'id')
  return {
    title: 'Runs',
    columns: [
      { key: 'run', label: 'Run', format: 'whole' },
      { key: 'name', label: 'Name' },
      { key: 'state', label: 'Training' },
      ...own.map(({ key, label, group }): TableColumn => {
        const figures = group === 'Newest figures' || group === 'Best figures'
        return { key, label, ...(figures && { format: 'percent' }) }
      }),
    ],
    rows: runs.map((run) => [
      run.id,
      run.name,
      run.state,
      ...own.map(({ key, value }) =>
        key === 'created' ? new Date(run.createdAt).toISOString() : value(run),
      ),
    ]),
  }
}
