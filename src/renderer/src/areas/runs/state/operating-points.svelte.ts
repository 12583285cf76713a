import type { OperatingSettings } from '../../../../../shared/runs/operating-point.ts'
import type { EvaluationId, RunId } from '../../../../../shared/core/ids.ts'
import type {
  DecisionSettings,
  OperatingPoint,
} from '../../../../../shared/runs/operating-point.ts'
import { request } from '../../../api/client.ts'
import { subscribe } from '../../../api/events.ts'
import { Remote } from '../../core/state/remote.svelte.ts'

/** The operating points of one run. */
export class OperatingPoints {
  readonly list = new Remote<readonly OperatingPoint[]>()
  /** The one that was deleted last, to be brought back. */
  deleted = $state.raw<OperatingPoint | null>(null)
  readonly inUse = $derived(this.list.value?.find(({ inUse }) => inUse) ?? null)

  open(runId: RunId): () => void {
    const refresh = (): void =>
      void this.list.load(() => request('operatingPoints.list', { runId }))
    refresh()
    return subscribe('operatingPoints.changed', (change) => {
      if (change.runId === runId) refresh()
    })
  }

  /** The name, with a number where a point has it already. */
  freeName(name: string): string {
    const taken = this.list.value?.map((point) => point.name) ?? []
    for (let n = 1; ; n++) {
      const wanted = n === 1 ? name : `${name} (${n})`
      if (!taken.includes(wanted)) return wanted
    }
  }

  save(evaluationId: EvaluationId, name: string, settings: DecisionSettings) {
    return request('operatingPoints.save', { evaluationId, name, settings })
  }

  /** Keeps a choice of T′ and takes it into use. */
  choose(runId: RunId, name: string, choice: Omit<OperatingSettings, 'thresholds'>) {
    return request('operatingPoints.choose', { runId, name, choice: structuredClone(choice) })
  }

  async remove(point: OperatingPoint): Promise<void> {
    await request('operatingPoints.remove', { operatingPointId: point.id })
    this.deleted = point
  }

  async undoRemove(): Promise<void> {
    if (!this.deleted) return
    await request('operatingPoints.restore', { operatingPointId: this.deleted.id })
    this.deleted = null
  }

  use({ id }: OperatingPoint) {
    return request('operatingPoints.use', { operatingPointId: id })
  }

  release({ id }: OperatingPoint) {
    return request('operatingPoints.release', { operatingPointId: id })
  }

  evaluate({ id }: OperatingPoint) {
    return request('operatingPoints.evaluate', { operatingPointId: id })
  }
}
