import { untrack } from 'svelte'
import type { Comparison } from '../../../../../shared/evaluation/comparison.ts'
import type { Evaluation, ImageResult } from '../../../../../shared/evaluation/evaluation.ts'
import type { EvaluationId, RunId } from '../../../../../shared/core/ids.ts'
import type { MetricPoint } from '../../../../../shared/runs/run.ts'
import { request } from '../../../api/client.ts'
import { subscribe } from '../../../api/events.ts'
import { scoreOf } from '../../../../../shared/metrics/envelope.ts'
import { defaultThreshold, type Threshold } from '../reading/threshold.ts'
import { Remote } from '../../core/state/remote.svelte.ts'

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
  /** With their scores at the v of the operating point in use. */
  readonly results: readonly ImageResult[]
  /** Of the operating point in use, otherwise the default. */
  readonly threshold: Threshold | null
  /** From this score on an image is called defective, below it unsure; null: there is no such band. */
  readonly upper: number | null
  /** v of the scores; null: that of the evaluation. */
  readonly pixelWeight: number | null
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

  /**
   * Loads the grid and follows new evaluations; the returned function ends that. What needs every map comes after
   * the rest.
   */
  open(runIds: readonly RunId[], baseline: number): () => void {
    const ask = (pixels: boolean) =>
      this.grid.load(() => request('compare.grid', { runIds: [...runIds], baseline, pixels }))
    let ended = false
    const refresh = async (): Promise<void> => {
      // Called inside an effect, which must not run again for what this loads.
      if (!untrack(() => this.grid.value?.pixels)) await ask(false)
      if (!ended) await ask(true)
    }
    void refresh()
    const unsubscribe = subscribe('evaluations.changed', () => void refresh())
    return () => {
      ended = true
      unsubscribe()
    }
  }

  /** Loads the results of a category's runs that have been evaluated. */
  openEvaluations(runs: readonly ComparedRun[]): void {
    void this.evaluations.load(async () => (await Promise.all(runs.map(loadEvaluation))).flat())
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

async function loadEvaluation(run: ComparedRun): Promise<ComparedEvaluation[]> {
  const { evaluationId } = run
  if (evaluationId === null) return []
  const [evaluation, results] = await Promise.all([
    request('evaluations.get', { evaluationId }),
    request('evaluations.results', { evaluationId }),
  ])
  const { decision, settings } = evaluation
  if (!decision || decision.pixelWeight === settings.scoring.pixelWeight) {
    const threshold = defaultThreshold(evaluation, results)
    const upper = decision?.upper ?? null
    return [{ ...run, evaluation, results, threshold, upper, pixelWeight: null }]
  }
  // The point in use has another v than the evaluation, and its threshold is about scores at that.
  const { threshold: value, upper, pixelWeight } = decision
  const envelopes = await request('evaluations.envelopes', { evaluationId })
  const byResult = new Map(envelopes.map(({ resultId, envelope }) => [resultId, envelope]))
  const rescored = results.map((result) => {
    const envelope = byResult.get(result.id)
    return envelope ? { ...result, score: scoreOf(envelope, pixelWeight * result.ratio) } : result
  })
  const threshold = { value, rule: `the operating point in use, with v ${pixelWeight}` }
  return [{ ...run, evaluation, results: rescored, threshold, upper, pixelWeight }]
}
