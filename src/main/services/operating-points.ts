/** Operating points: thresholds and what goes with them, kept by name for an evaluation. */
import type { EvaluationId, OperatingPointId } from '../../shared/domain/ids.ts'
import type { DecisionSettings, OperatingPoint } from '../../shared/domain/operating-point.ts'
import { DdadError } from '../../shared/errors.ts'
import type { Facts } from './facts.ts'
import type { Workspace } from './workspace.ts'

export function createOperatingPoints({ store }: Workspace, facts: Facts) {
  function get(id: OperatingPointId): OperatingPoint {
    const point = store.operatingPoints.get(id)
    if (point) return point
    throw new DdadError('NOT_FOUND', `There is no operating point ${id} in this workspace.`)
  }

  function checkName(evaluationId: EvaluationId, name: string): void {
    if (!store.operatingPoints.named(evaluationId, name)) return
    throw new DdadError(
      'CONFLICT',
      `This evaluation already has an operating point called ${name}. Choose another name, or delete that one first.`,
    )
  }

  function changed(evaluationId: EvaluationId): void {
    facts.tell('operatingPoints.changed', { evaluationId })
    facts.tell('evaluations.changed', { evaluationId })
  }

  return {
    list: (evaluationId: EvaluationId): readonly OperatingPoint[] =>
      store.operatingPoints.list(evaluationId),
    /** The one that other views and the command line use; null while none was chosen. */
    inUse: (evaluationId: EvaluationId): OperatingPoint | null =>
      store.operatingPoints.inUse(evaluationId),
    /** @throws {DdadError} NOT_FOUND when the evaluation has none of that name. */
    named: (evaluationId: EvaluationId, name: string): OperatingPoint => {
      const point = store.operatingPoints.named(evaluationId, name)
      if (point) return point
      const names = store.operatingPoints.list(evaluationId).map((other) => other.name)
      const known = names.length > 0 ? ` It has ${names.join(', ')}.` : ''
      throw new DdadError(
        'NOT_FOUND',
        `Evaluation ${evaluationId} has no operating point called ${name}.${known}`,
      )
    },
    /** @throws {DdadError} CONFLICT when the name is taken, NOT_FOUND without the evaluation. */
    save: (
      evaluationId: EvaluationId,
      name: string,
      settings: DecisionSettings,
    ): OperatingPoint => {
      if (!store.evaluations.get(evaluationId)) {
        throw new DdadError('NOT_FOUND', `There is no evaluation ${evaluationId} here.`)
      }
      const id = store.transaction(() => {
        checkName(evaluationId, name)
        return store.operatingPoints.insert(evaluationId, name, settings, Date.now())
      })
      changed(evaluationId)
      return get(id)
    },
    /** Deletes a point; {@link restore} brings it back. */
    remove: (id: OperatingPointId): void => {
      const { evaluationId } = get(id)
      store.operatingPoints.setDeleted(id, Date.now())
      changed(evaluationId)
    },
    /** @throws {DdadError} CONFLICT when another point has its name by now. */
    restore: (id: OperatingPointId): void => {
      const { evaluationId, name } = get(id)
      store.transaction(() => {
        checkName(evaluationId, name)
        store.operatingPoints.setDeleted(id, null)
      })
      changed(evaluationId)
    },
    /** @param id Null: none is in use. @throws {DdadError} NOT_FOUND for a point of another evaluation. */
    use: (evaluationId: EvaluationId, id: OperatingPointId | null): void => {
      if (id !== null && get(id).evaluationId !== evaluationId) {
        throw new DdadError('NOT_FOUND', 'The operating point belongs to another evaluation.')
      }
      store.operatingPoints.use(evaluationId, id)
      changed(evaluationId)
    },
  }
}
