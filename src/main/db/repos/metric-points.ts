import type { RunId } from '../../../shared/domain/ids.ts'
import type { MetricPoint } from '../../../shared/domain/run.ts'
import type { Db } from '../open.ts'

interface PointRow {
  readonly step: number
  readonly name: string
  /** SQLite stores NaN as NULL. */
  readonly value: number | null
}

/** Learning curves. */
export function createMetricPointsRepo(db: Db) {
  const upsert = db.prepare(
    'INSERT OR REPLACE INTO metric_point (run_id, name, step, value) VALUES (?, ?, ?, ?)',
  )
  const clear = db.prepare('DELETE FROM metric_point WHERE run_id = ?')
  const range = db.prepare<[number, string], { first: number | null; last: number | null }>(
    'SELECT min(step) AS first, max(step) AS last FROM metric_point WHERE run_id = ? AND name = ?',
  )
  const thinned = db.prepare<[object], PointRow>(
    `SELECT max(step) AS step, name, value FROM metric_point
     WHERE run_id = @runId AND name = @name GROUP BY CAST(step - @first AS INTEGER) / CAST(@width AS INTEGER) ORDER BY step`,
  )
  const names = db.prepare<[number], { name: string }>(
    'SELECT DISTINCT name FROM metric_point WHERE run_id = ? ORDER BY name',
  )
  return {
    names: (runId: RunId): readonly string[] => names.all(runId).map(({ name }) => name),
    /** To be called inside a transaction. A step that is computed again replaces the earlier value. */
    put: (runId: RunId, points: readonly MetricPoint[]): void => {
      for (const point of points) upsert.run(runId, point.name, point.step, point.value)
    },
    clear: (runId: RunId): void => void clear.run(runId),
    /** At most `limit` points: of each bucket of equal width, the last one. */
    list: (runId: RunId, name: string, limit: number): readonly MetricPoint[] => {
      const { first, last } = range.get(runId, name) ?? { first: null, last: null }
      if (first === null || last === null) return []
      const width = Math.max(1, Math.ceil((last - first + 1) / limit))
      return thinned
        .all({ runId, name, first, width })
        .map((row) => ({ step: row.step, name: row.name, value: row.value ?? NaN }))
    },
  }
}
