import type { RunId } from '../../../shared/core/ids.ts'
import type { MetricPoint } from '../../../shared/runs/run.ts'
import type { Db } from '../open.ts'

interface PointRow {
  readonly step: number
  readonly name: string
  /** SQLite stores NaN as NULL. */
  readonly value: number | null
}

/** Points of one curve that are written together: the last one, and how far they reach. */
interface Summary {
  readonly step: number
  readonly value: number | null
  readonly min: number | null
  readonly max: number | null
}

/** Learning curves. */
export function createMetricPointsRepo(db: Db) {
  const upsert = db.prepare(
    'INSERT OR REPLACE INTO metric_point (run_id, name, step, value) VALUES (?, ?, ?, ?)',
  )
  const summarise = db.prepare(
    `INSERT INTO metric_summary (run_id, name, last_step, last_value, min_value, max_value)
     VALUES (@runId, @name, @step, @value, @min, @max)
     ON CONFLICT (run_id, name) DO UPDATE SET
       last_value = iif(excluded.last_step >= last_step, excluded.last_value, last_value),
       last_step = max(last_step, excluded.last_step),
       min_value = min(coalesce(min_value, excluded.min_value), coalesce(excluded.min_value, min_value)),
       max_value = max(coalesce(max_value, excluded.max_value), coalesce(excluded.max_value, max_value))`,
  )
  const clear = db.prepare('DELETE FROM metric_point WHERE run_id = ?')
  const clearSummary = db.prepare('DELETE FROM metric_summary WHERE run_id = ?')
  const names = db.prepare<[number], { name: string }>(
    'SELECT name FROM metric_summary WHERE run_id = ? ORDER BY name',
  )
  // One seek for each bucket: a sparkline reads as many rows as it shows, however long the curve is.
  const sampled = db.prepare<[object], { value: number | null }>(
    `WITH RECURSIVE
       span AS (SELECT
         (SELECT step FROM metric_point WHERE run_id = @runId AND name = @name ORDER BY step LIMIT 1)
           AS first,
         (SELECT last_step FROM metric_summary WHERE run_id = @runId AND name = @name) AS last),
       bucket (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM bucket WHERE n + 1 < @count)
     SELECT (SELECT value FROM metric_point WHERE run_id = @runId AND name = @name
         AND step >= span.first + CAST((span.last - span.first) * n / max(1.0, @count - 1) AS INTEGER)
         ORDER BY step LIMIT 1) AS value
     FROM span, bucket WHERE span.last IS NOT NULL ORDER BY n`,
  )
  const range = db.prepare<[number, string], { first: number | null; last: number | null }>(
    'SELECT min(step) AS first, max(step) AS last FROM metric_point WHERE run_id = ? AND name = ?',
  )
  const thinned = db.prepare<[object], PointRow>(
    `SELECT max(step) AS step, name, value FROM metric_point
     WHERE run_id = @runId AND name = @name GROUP BY CAST(step - @first AS INTEGER) / CAST(@width AS INTEGER) ORDER BY step`,
  )
  const since = db.prepare<[number, string, number], PointRow>(
    `SELECT step, name, value FROM
       (SELECT * FROM metric_point WHERE run_id = ? AND name = ? AND step > ?
         ORDER BY step DESC LIMIT 2000) ORDER BY step`,
  )
  return {
    since: (runId: RunId, name: string, step: number): readonly MetricPoint[] =>
      since.all(runId, name, step).map((row) => ({ ...row, value: row.value ?? NaN })),
    /** To be called inside a transaction. A step that is computed again replaces the earlier value. */
    put: (runId: RunId, points: readonly MetricPoint[]): void => {
      const curves = new Map<string, Summary>()
      for (const { name, step, value } of points) {
        upsert.run(runId, name, step, value)
        const known = curves.get(name) ?? { step: -1, value: null, min: null, max: null }
        const number = Number.isNaN(value) ? null : value
        curves.set(name, {
          step: Math.max(step, known.step),
          value: step >= known.step ? number : known.value,
          min: number === null ? known.min : Math.min(number, known.min ?? number),
          max: number === null ? known.max : Math.max(number, known.max ?? number),
        })
      }
      for (const [name, summary] of curves) summarise.run({ runId, name, ...summary })
    },
    clear: (runId: RunId): void => {
      clear.run(runId)
      clearSummary.run(runId)
    },
    /** The curves that a run has. */
    names: (runId: RunId): readonly string[] => names.all(runId).map(({ name }) => name),
    /** Values at `count` steps spread evenly over a curve, for a sparkline. */
    sample: (runId: RunId, name: string, count: number): readonly number[] =>
      sampled.all({ runId, name, count }).flatMap(({ value }) => (value === null ? [] : [value])),
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
