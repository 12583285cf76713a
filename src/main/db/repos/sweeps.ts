import type { SweepSpec } from '../../../shared/config/sweep-spec.ts'
import type { JobId, RunId } from '../../../shared/core/ids.ts'
import type { MetricRow } from '../../../shared/evaluation/evaluation.ts'
import type { Db } from '../open.ts'

export interface StoredSweep {
  readonly id: number
  readonly spec: SweepSpec
}

/** Sweeps, and what follows from their maps together. */
export function createSweepsRepo(db: Db) {
  const insert = db.prepare(
    'INSERT INTO sweep (run_id, job_id, spec, created_at) VALUES (?, ?, ?, ?)',
  )
  const ofJob = db.prepare<[number], { id: number; spec: string }>(
    'SELECT id, spec FROM sweep WHERE job_id = ?',
  )
  const newest = db.prepare<[number], { id: number; spec: string }>(
    'SELECT id, spec FROM sweep WHERE run_id = ? ORDER BY id DESC LIMIT 1',
  )
  const figure = db.prepare<[string], { metrics: string }>(
    'SELECT metrics FROM sweep_figure WHERE digest = ?',
  )
  const putFigure = db.prepare(
    'INSERT OR REPLACE INTO sweep_figure (digest, metrics) VALUES (?, ?)',
  )
  const distances = db.prepare<[string, string], { image_key: string; distance: number }>(
    'SELECT image_key, distance FROM sweep_distance WHERE features = ? AND bank = ?',
  )
  const putDistance = db.prepare(
    `INSERT OR REPLACE INTO sweep_distance (features, bank, image_key, distance)
     VALUES (?, ?, ?, ?)`,
  )
  return {
    insert: (runId: RunId, jobId: JobId, spec: SweepSpec, createdAt: number): number =>
      Number(insert.run(runId, jobId, JSON.stringify(spec), createdAt).lastInsertRowid),
    ofJob: (jobId: JobId): StoredSweep | null => read(ofJob.get(jobId)),
    newest: (runId: RunId): StoredSweep | null => read(newest.get(runId)),
    figure: (digest: string): readonly MetricRow[] | null =>
      parsed<readonly MetricRow[]>(figure.get(digest)?.metrics),
    putFigure: (digest: string, metrics: readonly MetricRow[]): void =>
      void putFigure.run(digest, JSON.stringify(metrics)),
    distances: (features: string, bank: string): ReadonlyMap<string, number> =>
      new Map(distances.all(features, bank).map((found) => [found.image_key, found.distance])),
    putDistance: (features: string, bank: string, key: string, distance: number): void =>
      void putDistance.run(features, bank, key, distance),
  }
}

const read = (row: { id: number; spec: string } | undefined): StoredSweep | null =>
  row ? { id: row.id, spec: JSON.parse(row.spec) as SweepSpec } : null

function parsed<Value>(text: string | undefined): Value | null {
  return text === undefined ? null : (JSON.parse(text) as Value)
}
