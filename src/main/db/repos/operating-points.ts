import {
  operatingSettingsSchema,
  type OperatingPoint,
  type OperatingSettings,
} from '../../../shared/runs/operating-point.ts'
import type { EvaluationId, OperatingPointId, RunId } from '../../../shared/core/ids.ts'
import type { Db } from '../open.ts'

interface PointRow {
  readonly id: OperatingPointId
  readonly run_id: RunId
  readonly evaluation_id: EvaluationId | null
  readonly name: string
  readonly settings: string
  readonly created_at: number
  readonly deleted_at: number | null
  readonly in_use: 0 | 1
  readonly decides: string
}

export interface NewOperatingPoint {
  readonly runId: RunId
  readonly evaluationId: EvaluationId | null
  readonly name: string
  readonly settings: OperatingSettings
  readonly createdAt: number
}

const SELECT = `
  SELECT operating_point.*, operating_point.id IS run.operating_point_id AS in_use,
    (SELECT json_group_array(id) FROM evaluation
     WHERE operating_point_id = operating_point.id) AS decides
  FROM operating_point JOIN run ON run.id = operating_point.run_id`

function toPoint(row: PointRow): OperatingPoint {
  return {
    id: row.id,
    runId: row.run_id,
    evaluationId: row.evaluation_id,
    name: row.name,
    settings: operatingSettingsSchema.parse(JSON.parse(row.settings)),
    createdAt: row.created_at,
    deletedAt: row.deleted_at,
    inUse: row.in_use === 1 && row.deleted_at === null,
    decides: JSON.parse(row.decides) as EvaluationId[],
  }
}

/** Operating points of runs, by name. Deleted ones can be brought back. */
export function createOperatingPointsRepo(db: Db) {
  const one = db.prepare<[number], PointRow>(`${SELECT} WHERE operating_point.id = ?`)
  const named = db.prepare<[number, string], PointRow>(
    `${SELECT} WHERE run_id = ? AND operating_point.name = ? AND deleted_at IS NULL`,
  )
  const list = db.prepare<[number], PointRow>(
    `${SELECT} WHERE run_id = ? AND deleted_at IS NULL ORDER BY operating_point.name`,
  )
  const deleted = db.prepare<[number], PointRow>(
    `${SELECT} WHERE run_id = ? AND deleted_at IS NOT NULL ORDER BY deleted_at DESC`,
  )
  const deciding = db.prepare<[number], PointRow>(
    `${SELECT} JOIN evaluation ON evaluation.operating_point_id = operating_point.id
     WHERE evaluation.id = ? AND deleted_at IS NULL`,
  )
  const insert = db.prepare(
    `INSERT INTO operating_point (run_id, evaluation_id, name, settings, created_at)
     VALUES (@runId, @evaluationId, @name, @settings, @createdAt)`,
  )
  const setDeleted = db.prepare('UPDATE operating_point SET deleted_at = ? WHERE id = ?')
  const use = db.prepare('UPDATE run SET operating_point_id = ? WHERE id = ?')
  const decide = db.prepare('UPDATE evaluation SET operating_point_id = ? WHERE id = ?')

  const orNull = (row: PointRow | undefined) => (row ? toPoint(row) : null)
  return {
    get: (id: OperatingPointId) => orNull(one.get(id)),
    named: (runId: RunId, name: string) => orNull(named.get(runId, name)),
    /** By name; without deleted ones. */
    list: (runId: RunId): readonly OperatingPoint[] => list.all(runId).map(toPoint),
    /** The last one deleted first. */
    deleted: (runId: RunId): readonly OperatingPoint[] => deleted.all(runId).map(toPoint),
    /** The one that decides an evaluation's images. */
    deciding: (id: EvaluationId) => orNull(deciding.get(id)),
    insert: (point: NewOperatingPoint) => {
      const row = { ...point, settings: JSON.stringify(point.settings) }
      return Number(insert.run(row).lastInsertRowid) as OperatingPointId
    },
    /** @param deletedAt Null brings it back. */
    setDeleted: (id: OperatingPointId, deletedAt: number | null): void =>
      void setDeleted.run(deletedAt, id),
    /** What new evaluations of a run are made with; null: the run's own settings. */
    use: (runId: RunId, id: OperatingPointId | null): void => void use.run(id, runId),
    /** What decides the images of an evaluation; null: its default threshold. */
    decide: (evaluationId: EvaluationId, id: OperatingPointId | null): void =>
      void decide.run(id, evaluationId),
  }
}
