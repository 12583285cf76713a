/** Runs side by side: figures by category, what chance allows, and curves. */
import {
  columnsOf,
  figuresBy,
  figuresOf,
  intervalsOf,
  MAX_COLUMNS,
  meanFigures,
  meanRanks,
  publishedFigures,
  type Comparison,
  type ComparisonCell,
  type ComparisonRow,
} from '../../../shared/evaluation/comparison.ts'
import type { Evaluation, ImageResult } from '../../../shared/evaluation/evaluation.ts'
import type { RunId } from '../../../shared/core/ids.ts'
import type { MetricPoint, Run } from '../../../shared/runs/run.ts'
import { DdadError } from '../../../shared/errors.ts'
import type { BackgroundContract, GridCell } from '../../../shared/processes/background.ts'
import type { Supervisor } from '../../processes/supervisor.ts'
import type { PixelProfilesOf } from './pixel-profiles.ts'
import type { Workspace } from '../core/workspace.ts'
import { found } from '../core/found.ts'

const SEED = 0

const noFigures = figuresBy(() => null)

/** A column's run of a category, and what its newest evaluation says of each image. */
interface Placed {
  readonly run: Run
  readonly evaluation: Evaluation | null
  readonly results: readonly ImageResult[]
}

export function createComparisons(
  { store }: Workspace,
  background: Supervisor<BackgroundContract>,
  profilesOf: PixelProfilesOf,
) {
  const run = (id: RunId) => found(store.runs.get(id), `run ${id}`)

  function rowOf({ datasetId, datasetName, category }: Run): ComparisonRow {
    const dataset = store.datasets.get(datasetId)
    const published = dataset ? publishedFigures(dataset.layout, category) : null
    return { datasetId, datasetName, category, published }
  }

  function placedOf(own: Run | undefined): Placed | null {
    if (!own) return null
    const id = own.headline?.evaluationId
    const evaluation = id ? store.evaluations.get(id) : null
    return { run: own, evaluation, results: id ? store.imageResults.list(id) : [] }
  }

  async function gridCell(placed: Placed | null, pixels: boolean): Promise<GridCell | null> {
    if (!placed?.evaluation) return null
    const { evaluation, results } = placed
    return {
      images: results.map(({ imageId }) => imageId),
      scores: results.map(({ score }) => score),
      anomalous: results.map(({ anomalous }) => anomalous),
      figures: figuresOf(evaluation),
      profiles: pixels ? await profilesOf(evaluation, results) : null,
    }
  }

  return {
    /**
     * The newest finished evaluation of each run, runs sorted into columns.
     * @param options `baseline`: index of the column that the others are compared with; `pixels`: whether the
     * figures of pixels get intervals and differences too, for which every map is read once.
     * @throws {DdadError} INVALID_INPUT for more than ten columns.
     */
    grid: async (
      runIds: readonly RunId[],
      { baseline, pixels }: { readonly baseline: number; readonly pixels: boolean },
      onProgress: (done: number, total: number) => void = () => undefined,
    ): Promise<Comparison> => {
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
        columns.map((column) =>
          placedOf(
            column.runs.find(
              ({ datasetId, category }) => datasetId === row.datasetId && category === row.category,
            ),
          ),
        ),
      )
      const total = rows.length * columns.length
      const inputs: (GridCell | null)[][] = []
      for (const row of placed) {
        const input: (GridCell | null)[] = []
        for (const entry of row) {
          input.push(await gridCell(entry, pixels))
          onProgress(inputs.length * columns.length + input.length, total)
        }
        inputs.push(input)
      }
      const statistics = await background.call('gridStatistics', {
        rows: inputs,
        baseline: reference,
        seed: SEED,
      }).result
      const cells = placed.map((row, rowIndex) =>
        row.map((entry, column): ComparisonCell | null => {
          if (!entry) return null
          const { run, evaluation, results } = entry
          const own = statistics.cells[rowIndex]?.[column]
          return {
            runId: run.id,
            evaluationId: evaluation?.id ?? null,
            figures: figuresOf(evaluation),
            intervals: intervalsOf(evaluation),
            differences: own?.differences ?? {},
            otherMasks: otherMasks(row[reference]?.results ?? [], results),
          }
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
          differences: statistics.means[column] ?? {},
        })),
        baseline: reference,
        sharedRows: common.length,
        publishedMeans:
          commonRows.length > 0 && commonRows.every(({ published }) => published)
            ? meanFigures(commonRows.map(({ published }) => published))
            : null,
        pixels,
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

/** Images of both that were measured with different masks. */
function otherMasks(before: readonly ImageResult[], after: readonly ImageResult[]): number {
  const masks = new Map(before.map(({ imageId, maskVersionId }) => [imageId, maskVersionId]))
  return after.filter(
    ({ imageId, maskVersionId }) => masks.has(imageId) && masks.get(imageId) !== maskVersionId,
  ).length
}

/** Each category once, data sets and categories in order. */
function distinctRows(rows: readonly ComparisonRow[]): ComparisonRow[] {
  const byKey = new Map(rows.map((row) => [`${row.datasetId}/${row.category}`, row]))
  return [...byKey.values()].toSorted(
    (a, b) => a.datasetId - b.datasetId || a.category.localeCompare(b.category),
  )
}
