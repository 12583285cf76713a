import {
  changedSettings,
  formatSetting,
  readSetting,
} from '../../../../shared/config/setting-values.ts'
import { settings, type SettingKey } from '../../../../shared/config/settings.ts'
import type { Run } from '../../../../shared/domain/run.ts'
import { metricInfo } from '../evaluation/metric-info.ts'
import { formatPercent, formatValue } from '../format/numbers.ts'

/** One vertical axis of parallel coordinates. */
export interface ParallelAxis {
  readonly label: string
  readonly title: string
  /** Whether the axis shows what came out, not what was set. */
  readonly outcome: boolean
  /** Place of each run from 0 (bottom) to 1 (top); null where it has no value. */
  readonly places: readonly (number | null)[]
  /** Each run's value as text. */
  readonly texts: readonly string[]
  readonly ticks: readonly { readonly place: number; readonly text: string }[]
}

interface Column {
  readonly label: string
  readonly title: string
  readonly outcome: boolean
  readonly values: readonly (number | string | null)[]
  readonly format: (value: number | string) => string
}

/**
 * Axes for the settings in which the runs differ, then for their figures. Numbers are placed by value
 * (by their logarithm when they span more than a factor of 50), everything else evenly in order.
 */
export function parallelAxes(runs: readonly Run[]): ParallelAxis[] {
  return columnsOf(runs).map((column) => {
    const numeric = column.values.every((value) => value === null || typeof value === 'number')
    const placed = numeric ? numericScale(column) : orderedScale(column)
    const { label, title, outcome, values, format } = column
    const texts = values.map((value) => (value === null ? '–' : format(value)))
    return { label, title, outcome, texts, ...placed }
  })
}

function columnsOf(runs: readonly Run[]): Column[] {
  const first = runs[0]
  if (!first) return []
  const keys = new Set<SettingKey>(
    runs.flatMap(({ config }) => changedSettings(config, first.config)),
  )
  const set = (Object.keys(settings) as SettingKey[]).filter((key) => keys.has(key))
  const categories = new Set(runs.map(({ category }) => category))
  const text = (label: string, read: (run: Run) => string): Column => ({
    label,
    title: label,
    outcome: false,
    values: runs.map(read),
    format: String,
  })
  const figure = (
    name: 'imageAuroc' | 'pixelAuroc' | 'auPro30',
    read: (run: Run) => number | null,
  ) => ({
    label: metricInfo[name].label,
    title: metricInfo[name].definition,
    outcome: true,
    values: runs.map(read),
    format: (value: number | string) => formatPercent(Number(value)),
  })
  return [
    ...(categories.size > 1 ? [text('Category', (run) => run.category)] : []),
    ...set.map((key): Column => {
      const values = runs.map(({ config }) => readSetting(config, key))
      const numeric = values.every((value) => typeof value === 'number')
      return {
        label: settings[key].label,
        title: settings[key].explanation,
        outcome: false,
        values: numeric ? values : values.map((value) => formatSetting(key, value)),
        format: numeric ? (value) => formatSetting(key, value) : String,
      }
    }),
    {
      label: 'Loss',
      title: 'Last training loss',
      outcome: true,
      values: runs.map((run) => run.lastLoss),
      format: (value) => formatValue(Number(value), 3),
    },
    figure('imageAuroc', (run) => run.headline?.imageAuroc ?? null),
    figure('pixelAuroc', (run) => run.headline?.pixelAuroc ?? null),
    figure('auPro30', (run) => run.headline?.auPro ?? null),
  ]
}

function numericScale({ values, format }: Column): Pick<ParallelAxis, 'places' | 'ticks'> {
  const numbers = values.filter((value) => typeof value === 'number')
  const low = Math.min(...numbers)
  const high = Math.max(...numbers)
  const logarithmic = low > 0 && high / low > 50
  const scale = (value: number): number => {
    if (high === low) return 0.5
    return logarithmic ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low)
  }
  const distinct = [...new Set(numbers)].toSorted((a, b) => a - b)
  const middle = logarithmic ? Math.sqrt(low * high) : (low + high) / 2
  const apart = distinct.every(
    (value, index) => index === 0 || scale(value) - scale(distinct[index - 1] ?? value) > 0.07,
  )
  const marks = apart ? distinct : [...new Set([low, middle, high])]
  return {
    places: values.map((value) => (typeof value === 'number' ? scale(value) : null)),
    ticks: marks.map((value) => ({ place: scale(value), text: format(value) })),
  }
}

function orderedScale({ values }: Column): Pick<ParallelAxis, 'places' | 'ticks'> {
  const distinct = [...new Set(values.filter((value) => value !== null).map(String))].toSorted()
  const place = (value: string) =>
    distinct.length === 1 ? 0.5 : distinct.indexOf(value) / (distinct.length - 1)
  return {
    places: values.map((value) => (value === null ? null : place(String(value)))),
    ticks: distinct.length > 12 ? [] : distinct.map((text) => ({ place: place(text), text })),
  }
}
