import { presets } from '../config/presets.ts'
import { changedSettings, formatSetting, readSetting } from '../config/setting-values.ts'
import { settingName } from '../config/settings.ts'
import type { RunConfig } from '../config/run-config.ts'
import type { DatasetLayout } from '../datasets/dataset.ts'
import { publishedFor } from '../config/published.ts'
import type { Interval } from '../metrics/bootstrap.ts'
import type { ByMetric, CellStatistics, Difference } from '../metrics/paired-bootstrap.ts'
import type { Evaluation, MetricName } from './evaluation.ts'
import type { DatasetId, EvaluationId, RunId } from '../core/ids.ts'
import { meanOf } from '../metrics/mean.ts'

/** The figures of the grid: what papers report. */
export const comparedMetrics = [
  'imageAuroc',
  'pixelAuroc',
  'auPro30',
  'imageAp',
  'pixelAp',
] as const satisfies MetricName[]
export type ComparedMetric = (typeof comparedMetrics)[number]
export type Figures = Readonly<Record<ComparedMetric, number | null>>

/** At most this many models side by side; more can be told apart neither by colour nor by eye. */
export const MAX_COLUMNS = 10

/** One category; published figures as ratios, null where the authors give none. */
export interface ComparisonRow {
  readonly datasetId: DatasetId
  readonly datasetName: string
  readonly category: string
  readonly published: Figures | null
}

/** With 95 % intervals, bootstrap over images, and differences to the baseline of the same category. */
export interface ComparisonCell extends CellStatistics {
  readonly runId: RunId
  /** Its newest finished evaluation; null while there is none. */
  readonly evaluationId: EvaluationId | null
  readonly figures: Figures
  /** Those of the evaluation itself. */
  readonly intervals: ByMetric<Interval>
  /** Images that were measured with another mask than the baseline's. */
  readonly otherMasks: number
}

/** One way of training and scoring, with its run of each category. */
export interface ComparisonColumn {
  readonly label: string
  /** One per row; null where no run of that category was chosen. */
  readonly cells: readonly (ComparisonCell | null)[]
  /** Over the rows in which every column has a figure. */
  readonly means: Figures
  /** Mean rank over the same rows, 1 is best; ties share theirs. */
  readonly ranks: Figures
  /** Of the means, against the baseline. */
  readonly differences: ByMetric<Difference>
}

export interface Comparison {
  readonly rows: readonly ComparisonRow[]
  readonly columns: readonly ComparisonColumn[]
  /** Index of the column that the others are compared with. */
  readonly baseline: number
  /** Number of rows that means and ranks are over. */
  readonly sharedRows: number
  readonly publishedMeans: Figures | null
  /** Whether the figures of pixels have their intervals and differences, which take longer. */
  readonly pixels: boolean
}

/** Each figure of the grid. */
export function figuresBy(read: (metric: ComparedMetric) => number | null): Figures {
  return Object.fromEntries(comparedMetrics.map((name) => [name, read(name)])) as Record<
    ComparedMetric,
    number | null
  >
}

/** An evaluation's figures for the category (null) or a defect type. */
export function figuresOf(
  evaluation: Evaluation | null,
  defectType: string | null = null,
): Figures {
  const own = evaluation?.metrics.filter((row) => row.defectType === defectType) ?? []
  return figuresBy((metric) => own.find(({ name }) => name === metric)?.value ?? null)
}

/** An evaluation's intervals of the category's figures. */
export function intervalsOf(evaluation: Evaluation | null): ByMetric<Interval> {
  const own = evaluation?.metrics.filter(({ defectType }) => defectType === null) ?? []
  return Object.fromEntries(
    own.flatMap(({ name, interval }) => (interval ? [[name, interval]] : [])),
  )
}

/** What DDAD's authors report for a category, as ratios; they give no average precision. */
export function publishedFigures(layout: DatasetLayout, category: string): Figures | null {
  const known = publishedFor(layout, category)
  if (!known) return null
  const { imageAuroc, pixelAuroc, pro } = known
  const percent: Partial<Record<ComparedMetric, number>> = { imageAuroc, pixelAuroc, auPro30: pro }
  return figuresBy((metric) => (percent[metric] === undefined ? null : percent[metric] / 100))
}

/** A configuration without what belongs to its category: preset family, seed and what was changed. */
export function variantOf(config: RunConfig): string {
  const family = config.preset.split('/')[0] ?? config.preset
  const preset = presets[config.preset]
  const changes = preset ? changedSettings(config, preset).filter((key) => key !== 'seed') : []
  const parts = changes.map(
    (key) => `${settingName(key).toLowerCase()} ${formatSetting(key, readSetting(config, key))}`,
  )
  return [family, `seed ${config.seed}`, ...parts].join(', ')
}

interface Placed {
  readonly id: RunId
  readonly datasetId: DatasetId
  readonly category: string
  readonly config: RunConfig
}

/**
 * Sorts runs into columns: runs of one variant share a column as long as their categories differ.
 * Columns keep the order in which the runs were chosen.
 */
export function columnsOf<Run extends Placed>(
  runs: readonly Run[],
): { label: string; runs: Run[] }[] {
  const columns: { variant: string; runs: Run[] }[] = []
  for (const run of runs) {
    const variant = variantOf(run.config)
    const free = columns.find(
      (column) =>
        column.variant === variant &&
        column.runs.every(
          (other) => other.datasetId !== run.datasetId || other.category !== run.category,
        ),
    )
    if (free) free.runs.push(run)
    else columns.push({ variant, runs: [run] })
  }
  return shortLabels(columns)
}

/** Labels without the parts that all columns share; repeated ones are numbered. */
function shortLabels<Run>(columns: readonly { variant: string; runs: Run[] }[]) {
  const parts = columns.map(({ variant }) => variant.split(', '))
  const common = (part: string) => columns.length > 1 && parts.every((own) => own.includes(part))
  const labels = parts.map((own) => own.filter((part) => !common(part)).join(', ') || own[0]!)
  return columns.map(({ runs }, index) => {
    const label = labels[index]!
    const same = labels.filter((other) => other === label).length
    const number = labels.slice(0, index + 1).filter((other) => other === label).length
    return { label: same > 1 ? `${label} #${number}` : label, runs }
  })
}

/** Mean of each figure over the given rows; null where one is missing. */
export function meanFigures(rows: readonly (Figures | null)[]): Figures {
  return figuresBy((metric) => {
    const values = rows.map((row) => row?.[metric] ?? null)
    const known = values.filter((value) => value !== null)
    return known.length === 0 || known.length < values.length ? null : meanOf(known)
  })
}

/** Mean rank of each column: [column] of figures of [row][column]. Highest is rank 1, ties share. */
export function meanRanks(rows: readonly (readonly Figures[])[], columns: number): Figures[] {
  const rank = (column: number, metric: ComparedMetric): number | null => {
    const ranks = rows.map((row) => {
      const own = row[column]?.[metric] ?? null
      const all = row.map((figures) => figures[metric])
      if (own === null || all.some((value) => value === null)) return null
      const better = all.filter((value) => value! > own).length
      const equal = all.filter((value) => value === own).length
      return better + (equal + 1) / 2
    })
    const known = ranks.filter((value) => value !== null)
    return known.length === 0 ? null : meanOf(known)
  }
  return Array.from({ length: columns }, (_, column) => figuresBy((metric) => rank(column, metric)))
}
