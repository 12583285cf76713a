import {
  decisionSettingsSchema,
  type DecisionSettings,
  type OperatingPoint,
} from '../../../shared/domain/operating-point.ts'
import type { EvaluationId, OperatingPointId } from '../../../shared/domain/ids.ts'
import type { Db } from '../open.ts'

interface PointRow {
  readonly id: OperatingPointId
  readonly evaluation_id: EvaluationId
  readonly name: string
  readonly settings: string
  readonly created_at: number
  readonly in_use: 0 | 1
}

const SELECT = `
  SELECT operating_point.*, operating_point.id IS evaluation.operating_point_id AS in_use
  FROM operating_point JOIN evaluation ON evaluation.id = operating_point.evaluation_id`

function toPoint(row: PointRow): OperatingPoint {
  return {
    id: row.id,
    evaluationId: row.evaluation_id,
    name: row.name,
    settings: decisionSettingsSchema.parse(JSON.parse(row.settings)),
    createdAt: row.created_at,
    inUse: row.in_use === 1,
  }
}

/** Thresholds and what goes with them, by name. Deleted ones can be brought back. */
export function createOperatingPointsRepo(db: Db) {
  const one = db.prepare<[number], PointRow>(`${SELECT} WHERE operating_point.id = ?`)
  const named = db.prepare<[number, string], PointRow>(
    `${SELECT} WHERE evaluation_id = ? AND operating_point.name = ? AND deleted_at IS NULL`,
  )
  const list = db.prepare<[number], PointRow>(
    `${SELECT} WHERE evaluation_id = ? AND deleted_at IS NULL ORDER BY operating_point.name`,
  )
  const inUse = db.prepare<[number], PointRow>(
    `${SELECT} WHERE evaluation.id = ? AND operating_point.id = evaluation.operating_point_id
       AND deleted_at IS NULL`,
  )
  const insert = db.prepare(
    `INSERT INTO operating_point (evaluation_id, name, settings, created_at) VALUES (?, ?, ?, ?)`,
  )
  const setDeleted = db.prepare('UPDATE operating_point SET deleted_at = ? WHERE id = ?')
  const use = db.prepare('UPDATE evaluation SET operating_point_id = ? WHERE id = ?')

  const orNull = (row: PointRow | undefined) => (row ? toPoint(row) : null)
  return {
    get: (id: OperatingPointId) => orNull(one.get(id)),
    named: (evaluationId: EvaluationId, name: string) => orNull(named.get(evaluationId, name)),
    /** By name; without deleted ones. */
    list: (evaluationId: EvaluationId): readonly OperatingPoint[] =>
      list.all(evaluationId).map(toPoint),
    inUse: (evaluationId: EvaluationId) => orNull(inUse.get(evaluationId)),
    insert: (evaluationId: EvaluationId, name: string, settings: DecisionSettings, now: number) =>
      Number(
        insert.run(evaluationId, name, JSON.stringify(settings), now).lastInsertRowid,
      ) as OperatingPointId,
    /** @param deletedAt Null brings it back. */
    setDeleted: (id: OperatingPointId, deletedAt: number | null): void =>
      void setDeleted.run(deletedAt, id),
    use: (evaluationId: EvaluationId, id: OperatingPointId | null): void =>
      void use.run(id, evaluationId),
  }
}
