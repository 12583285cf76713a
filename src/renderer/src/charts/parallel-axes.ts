import {
  changedSettings,
  formatSetting,
  readSetting,
} from '../../../shared/config/setting-values.ts'
import { settings, type SettingKey } from '../../../shared/config/settings.ts'
import type { MetricName } from '../../../shared/evaluation/evaluation.ts'
import type { Run } from '../../../shared/runs/run.ts'
import { metricInfo } from '../areas/evaluation/reading/metric-info.ts'
import { formatPercent, formatValue } from '../format/numbers.ts'

/** One vertical axis of parallel coordinates. */
export interface ParallelAxis {
  readonly label: string
  readonly title: string
  /** Whether the axis shows what came out, not what was set. */
  readonly outcome: boolean
  readonly values: readonly (number | string | null)[]
  /** Place of each line from 0 (bottom) to 1 (top); null where it has no value. */
  readonly places: readonly (number | null)[]
  /** Each line's value as text. */
  readonly texts: readonly string[]
  readonly ticks: readonly { readonly place: number; readonly text: string }[]
}

/** What an axis shows of each line. */
export interface AxisColumn {
  readonly label: string
  readonly title: string
  readonly outcome: boolean
  readonly values: readonly (number | string | null)[]
  readonly format: (value: number | string) => string
}

/**
 * Axes of columns. Numbers are placed by value (by their logarithm when they span more than a factor of 50),
 * everything else evenly in order.
 */
export function axesOf(columns: readonly AxisColumn[]): ParallelAxis[] {
  return columns.map((column) => {
    const numeric = column.values.every((value) => value === null || typeof value === 'number')
    const placed = numeric ? numericScale(column) : orderedScale(column)
    const { label, title, outcome, values, format } = column
    const texts = values.map((value) => (value === null ? '–' : format(value)))
    return { label, title, outcome, values, texts, ...placed }
  })
}

/** Axes for the settings in which the runs differ, then for their figures. */
export function parallelAxes(runs: readonly Run[]): ParallelAxis[] {
  return axesOf(columnsOf(runs))
}

function columnsOf(runs: readonly Run[]): AxisColumn[] {
  const first = runs[0]
  if (!first) return []
  const keys = new Set<SettingKey>(
    runs.flatMap(({ config }) => changedSettings(config, first.config)),
  )
  const set = (Object.keys(settings) as SettingKey[]).filter((key) => keys.has(key))
  const categories = new Set(runs.map(({ category }) => category))
  const text = (label: string, read: (run: Run) => string): AxisColumn => ({
    label,
    title: label,
    outcome: false,
    values: runs.map(read),
    format: String,
  })
  const figure = (name: MetricName, read: (run: Run) => number | null) =>
    figureColumn(name, runs.map(read))
  return [
    ...(categories.size > 1 ? [text('Category', (run) => run.category)] : []),
    ...set.map((key): AxisColumn => {
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

/** A figure of each line, in per cent. */
export function figureColumn(name: MetricName, values: readonly (number | null)[]): AxisColumn {
  const { label, definition } = metricInfo[name]
  return {
    label,
    title: definition,
    outcome: true,
    values,
    format: (value) => formatPercent(Number(value)),
  }
}

function numericScale({ values, format }: AxisColumn): Pick<ParallelAxis, 'places' | 'ticks'> {
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

function orderedScale({ values }: AxisColumn): Pick<ParallelAxis, 'places' | 'ticks'> {
  const distinct = [...new Set(values.filter((value) => value !== null).map(String))].toSorted()
  const place = (value: string) =>
    distinct.length === 1 ? 0.5 : distinct.indexOf(value) / (distinct.length - 1)
  return {
    places: values.map((value) => (value === null ? null : place(String(value)))),
    ticks: distinct.length > 12 ? [] : distinct.map((text) => ({ place: place(text), text })),
  }
}
