import type { Evaluation } from '../../../../shared/domain/evaluation.ts'
import type { RunId } from '../../../../shared/domain/ids.ts'
import type { Checkpoint, MetricPoint, Run } from '../../../../shared/domain/run.ts'
import { request } from '../api/client.ts'
import { subscribe } from '../api/events.ts'
import { Remote } from './remote.svelte.ts'

const LIMIT = 4000

/** Everything shown of one run; its loss grows while it trains. */
export class RunPage {
  readonly run = new Remote<Run>()
  readonly loss = new Remote<readonly MetricPoint[]>()
  readonly checkpoints = new Remote<readonly Checkpoint[]>()
  readonly evaluations = new Remote<readonly Evaluation[]>()

  /** Shows a run and follows it; the returned function ends that. */
  open(runId: RunId): () => void {
    const refresh = (): void => {
      void this.run.load(() => request('runs.get', { runId }))
      void this.checkpoints.load(() => request('runs.checkpoints', { runId }))
      void this.evaluations.load(() => request('evaluations.list', { runId }))
    }
    for (const remote of [this.run, this.loss, this.checkpoints, this.evaluations]) remote.clear()
    refresh()
    void this.loss.load(() => request('runs.metrics', { runId, name: 'loss', limit: LIMIT }))
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

  #append(points: readonly MetricPoint[]): void {
    const known = this.loss.value ?? []
    const last = known.at(-1)?.step ?? -1
    const fresh = points.filter((point) => point.name === 'loss' && point.step > last)
    if (fresh.length > 0) this.loss.value = [...known, ...fresh]
  }
}
