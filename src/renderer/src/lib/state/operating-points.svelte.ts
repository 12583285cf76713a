import type { EvaluationId } from '../../../../shared/domain/ids.ts'
import type { DecisionSettings, OperatingPoint } from '../../../../shared/domain/operating-point.ts'
import { request } from '../api/client.ts'
import { subscribe } from '../api/events.ts'
import { Remote } from './remote.svelte.ts'

/** The operating points of one evaluation. */
export class OperatingPoints {
  readonly list = new Remote<readonly OperatingPoint[]>()
  /** The one that was deleted last, to be brought back. */
  deleted = $state.raw<OperatingPoint | null>(null)

  open(evaluationId: EvaluationId): () => void {
    const refresh = (): void =>
      void this.list.load(() => request('operatingPoints.list', { evaluationId }))
    refresh()
    return subscribe('operatingPoints.changed', (change) => {
      if (change.evaluationId === evaluationId) refresh()
    })
  }

  save(evaluationId: EvaluationId, name: string, settings: DecisionSettings) {
    return request('operatingPoints.save', { evaluationId, name, settings })
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

  /** Takes the point into use, or out of it. */
  toggleUse({ id, evaluationId, inUse }: OperatingPoint) {
    return request('operatingPoints.use', { evaluationId, operatingPointId: inUse ? null : id })
  }
}
