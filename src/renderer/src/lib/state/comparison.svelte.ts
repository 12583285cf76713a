import type { Comparison } from '../../../../shared/domain/comparison.ts'
import type { Evaluation, ImageResult } from '../../../../shared/domain/evaluation.ts'
import type { EvaluationId, RunId } from '../../../../shared/domain/ids.ts'
import type { MetricPoint } from '../../../../shared/domain/run.ts'
import { request } from '../api/client.ts'
import { subscribe } from '../api/events.ts'
import { defaultThreshold, type Threshold } from '../evaluation/threshold.ts'
import { Remote } from './remote.svelte.ts'

/** One column's run of the chosen category. */
export interface ComparedRun {
  readonly column: number
  readonly label: string
  readonly runId: RunId
  readonly evaluationId: EvaluationId | null
}

/** A compared run with what its newest evaluation says of every image. */
export interface ComparedEvaluation extends ComparedRun {
  readonly evaluation: Evaluation
  readonly results: readonly ImageResult[]
  readonly threshold: Threshold | null
}

interface ComparedCurve {
  readonly runId: RunId
  readonly points: readonly MetricPoint[]
}

/** One curve of all compared runs. */
export interface NamedCurves {
  readonly name: string
  readonly curves: readonly ComparedCurve[]
}

const LIMIT = 4000

/** Runs side by side: the grid, and for one category curves and single images. */
export class ComparisonPage {
  readonly grid = new Remote<Comparison>()
  readonly evaluations = new Remote<readonly ComparedEvaluation[]>()
  readonly curves = new Remote<readonly NamedCurves[]>()

  /** Loads the grid and follows new evaluations; the returned function ends that. */
  open(runIds: readonly RunId[], baseline: number): () => void {
    const input = { runIds: [...runIds], baseline }
    const refresh = (): void => void this.grid.load(() => request('compare.grid', input))
    refresh()
    return subscribe('evaluations.changed', refresh)
  }

  /** Loads the results of a category's runs that have been evaluated. */
  openEvaluations(runs: readonly ComparedRun[]): void {
    void this.evaluations.load(() => Promise.all(runs.flatMap((run) => loadEvaluation(run) ?? [])))
  }

  /** Loads every curve that the runs have. */
  openCurves(runs: readonly ComparedRun[]): void {
    void this.curves.load(async () => {
      const runIds = runs.map(({ runId }) => runId)
      const names = await request('compare.curveNames', { runIds })
      const curves = await Promise.all(
        names.map((name) => request('compare.curves', { runIds, name, limit: LIMIT })),
      )
      return names.map((name, index) => ({ name, curves: curves[index] ?? [] }))
    })
  }
}

function loadEvaluation(run: ComparedRun): Promise<ComparedEvaluation> | null {
  const { evaluationId } = run
  if (evaluationId === null) return null
  return Promise.all([
    request('evaluations.get', { evaluationId }),
    request('evaluations.results', { evaluationId }),
  ]).then(([evaluation, results]) => {
    const threshold = defaultThreshold(evaluation, results)
    return { ...run, evaluation, results, threshold }
  })
}
