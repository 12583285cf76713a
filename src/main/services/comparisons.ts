/** Runs side by side: figures by category, what chance allows, and curves. */
import {
  columnsOf,
  type ComparedMetric,
  MAX_COLUMNS,
  meanFigures,
  meanRanks,
  type Comparison,
  type ComparisonCell,
  type ComparisonRow,
  type Figures,
} from '../../shared/domain/comparison.ts'
import { publishedFor } from '../../shared/config/published.ts'
import type { Evaluation } from '../../shared/domain/evaluation.ts'
import type { RunId } from '../../shared/domain/ids.ts'
import type { MetricPoint, Run } from '../../shared/domain/run.ts'
import { DdadError } from '../../shared/errors.ts'
import type { ScoredImages } from '../../shared/metrics/paired-bootstrap.ts'
import type { BackgroundContract } from '../../shared/processes/background.ts'
import type { Supervisor } from '../engine-host/supervisor.ts'
import type { Workspace } from './workspace.ts'

const SEED = 0

const noFigures: Figures = { imageAuroc: null, pixelAuroc: null, auPro30: null }

export function createComparisons(
  { store }: Workspace,
  background: Supervisor<BackgroundContract>,
) {
  function run(id: RunId): Run {
    const found = store.runs.get(id)
    if (found) return found
    throw new DdadError('NOT_FOUND', `There is no run ${id} in this workspace.`)
  }

  function rowOf({ datasetId, datasetName, category }: Run): ComparisonRow {
    const dataset = store.datasets.get(datasetId)
    const known = dataset && publishedFor(dataset.layout, category)
    const published = known
      ? {
          imageAuroc: known.imageAuroc / 100,
          pixelAuroc: known.pixelAuroc / 100,
          auPro30: known.pro / 100,
        }
      : null
    return { datasetId, datasetName, category, published }
  }

  function scoresOf(evaluation: Evaluation): ScoredImages {
    const results = store.imageResults.list(evaluation.id)
    return {
      images: results.map(({ imageId }) => imageId),
      scores: results.map(({ score }) => score),
      anomalous: results.map(({ anomalous }) => anomalous),
    }
  }

  return {
    /**
     * The newest finished evaluation of each run, runs sorted into columns.
     * @param baseline Index of the column that the others are compared with.
     * @throws {DdadError} INVALID_INPUT for more than ten columns.
     */
    grid: async (runIds: readonly RunId[], baseline: number): Promise<Comparison> => {
      const columns = columnsOf([...new Set(runIds)].map(run))
      if (columns.length > MAX_COLUMNS) {
        throw new DdadError(
          'INVALID_INPUT',
          `These runs make ${columns.length} columns; at most ${MAX_COLUMNS} can be compared. Choose fewer.`,
        )
      }
      const reference = Math.min(baseline, columns.length - 1)
      const rows = distinctRows(columns.flatMap((column) => column.runs).map(rowOf))
      const placed = rows.map((row) =>
        columns.map((column) => {
          const own = column.runs.find(
            ({ datasetId, category }) => datasetId === row.datasetId && category === row.category,
          )
          const evaluationId = own?.headline?.evaluationId
          const evaluation = evaluationId ? store.evaluations.get(evaluationId) : null
          return own ? { run: own, evaluation } : null
        }),
      )
      const statistics = await background.call('gridStatistics', {
        rows: placed.map((row) =>
          row.map((entry) => (entry?.evaluation ? scoresOf(entry.evaluation) : null)),
        ),
        baseline: reference,
        seed: SEED,
      }).result
      const cells = placed.map((row, rowIndex) =>
        row.map((entry, column): ComparisonCell | null => {
          if (!entry) return null
          const { interval, difference } = statistics.cells[rowIndex]?.[column] ?? {
            interval: null,
            difference: null,
          }
          const figures = figuresOf(entry.evaluation)
          const evaluationId = entry.evaluation?.id ?? null
          return { runId: entry.run.id, evaluationId, figures, interval, difference }
        }),
      )
      const common = cells.filter((row) => row.every((cell) => cell?.evaluationId != null))
      const commonRows = rows.filter((_, index) => common.includes(cells[index]!))
      const ranks = meanRanks(
        common.map((row) => row.map((cell) => cell?.figures ?? noFigures)),
        columns.length,
      )
      return {
        rows,
        columns: columns.map(({ label }, column) => ({
          label,
          cells: cells.map((row) => row[column] ?? null),
          means: meanFigures(common.map((row) => row[column]?.figures ?? null)),
          ranks: ranks[column] ?? noFigures,
          difference: statistics.means[column] ?? null,
        })),
        baseline: reference,
        sharedRows: common.length,
        publishedMeans:
          commonRows.length > 0 && commonRows.every(({ published }) => published)
            ? meanFigures(commonRows.map(({ published }) => published))
            : null,
      }
    },
    curves: (runIds: readonly RunId[], name: string, limit: number) =>
      runIds.map((runId): { runId: RunId; points: readonly MetricPoint[] } => ({
        runId,
        points: store.metricPoints.list(run(runId).id, name, limit),
      })),
    curveNames: (runIds: readonly RunId[]): readonly string[] => [
      ...new Set(runIds.flatMap((runId) => store.metricPoints.names(runId))),
    ],
  }
}

function figuresOf(evaluation: Evaluation | null): Figures {
  if (!evaluation) return noFigures
  const value = (name: ComparedMetric) =>
    evaluation.metrics.find((row) => row.name === name && row.defectType === null)?.value ?? null
  return {
    imageAuroc: value('imageAuroc'),
    pixelAuroc: value('pixelAuroc'),
    auPro30: value('auPro30'),
  }
}

/** Each category once, data sets and categories in order. */
function distinctRows(rows: readonly ComparisonRow[]): ComparisonRow[] {
  const byKey = new Map(rows.map((row) => [`${row.datasetId}/${row.category}`, row]))
  return [...byKey.values()].toSorted(
    (a, b) => a.datasetId - b.datasetId || a.category.localeCompare(b.category),
  )
}
