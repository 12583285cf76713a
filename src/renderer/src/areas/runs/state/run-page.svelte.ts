import type { Evaluation } from '../../../../../shared/evaluation/evaluation.ts'
import type { RunId } from '../../../../../shared/core/ids.ts'
import type { ListedCheckpoint, MetricPoint, Run } from '../../../../../shared/runs/run.ts'
import { request } from '../../../api/client.ts'
import { subscribe } from '../../../api/events.ts'
import { Remote } from '../../core/state/remote.svelte.ts'

const LIMIT = 4000

/** Everything shown of one run; the chosen curve grows while it trains. */
export class RunPage {
  readonly run = new Remote<Run>()
  readonly curves = new Remote<readonly string[]>()
  readonly points = new Remote<readonly MetricPoint[]>()
  curve = $state('loss')
  #runId: RunId | null = null
  readonly checkpoints = new Remote<readonly ListedCheckpoint[]>()
  readonly evaluations = new Remote<readonly Evaluation[]>()

  /** Shows a run and follows it; the returned function ends that. */
  open(runId: RunId): () => void {
    const refresh = (): void => {
      void this.run.load(() => request('runs.get', { runId }))
      void this.checkpoints.load(() => request('runs.checkpoints', { runId }))
      void this.evaluations.load(() => request('evaluations.list', { runId }))
      void this.curves.load(() => request('runs.curves', { runId }))
    }
    this.#runId = runId
    for (const remote of [this.run, this.curves, this.checkpoints, this.evaluations]) remote.clear()
    refresh()
    this.show('loss')
    const endings = [
      subscribe('runs.changed', (change) => {
        if (change.runId === runId || change.runId === null) refresh()
      }),
      subscribe('evaluations.changed', refresh),
      subscribe('run.metrics', (event) => {
        if (event.runId === runId) this.#append(event.points)
      }),
    ]
    return () => endings.forEach((end) => end())
  }

  /** Shows another curve. */
  show(name: string): void {
    const runId = this.#runId
    if (runId === null) return
    this.curve = name
    this.points.clear()
    void this.points.load(() => request('runs.metrics', { runId, name, limit: LIMIT }))
  }

  #append(points: readonly MetricPoint[]): void {
    const known = this.points.value ?? []
    const last = known.at(-1)?.step ?? -1
    const fresh = points.filter((point) => point.name === this.curve && point.step > last)
    if (fresh.length > 0) this.points.value = [...known, ...fresh]
  }
}
