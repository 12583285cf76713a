import type { CheckpointId, RunId } from '../../../shared/core/ids.ts'
import type { Checkpoint } from '../../../shared/runs/run.ts'
import type { Db } from '../open.ts'

/** A checkpoint with its file, relative to the workspace. */
export type StoredCheckpoint = Checkpoint & {
  readonly file: string
  /** Whether its file is there; one that is not stays on record for what was computed from it. */
  readonly onDisk: boolean
}

interface CheckpointRow {
  readonly id: CheckpointId
  readonly run_id: RunId
  readonly kind: 'unet' | 'features'
  readonly step: number
  readonly file: string
  readonly bytes: number
  readonly sha256: string
  readonly created_at: number
  readonly removed_at: number | null
}

function toCheckpoint(row: CheckpointRow): StoredCheckpoint {
  return {
    id: row.id,
    runId: row.run_id,
    kind: row.kind,
    step: row.step,
    file: row.file,
    bytes: row.bytes,
    sha256: row.sha256,
    createdAt: row.created_at,
    onDisk: row.removed_at === null,
  }
}

/** Checkpoints of runs. */
export function createCheckpointsRepo(db: Db) {
  const ofRun = db.prepare<[number], CheckpointRow>(
    'SELECT * FROM checkpoint WHERE run_id = ? ORDER BY kind, step DESC',
  )
  const ofKind = db.prepare<[number, string], CheckpointRow>(
    `SELECT * FROM checkpoint WHERE run_id = ? AND kind = ? AND removed_at IS NULL
     ORDER BY step DESC`,
  )
  const upsert = db.prepare(
    `INSERT INTO checkpoint (run_id, kind, step, file, bytes, sha256, created_at)
     VALUES (@runId, @kind, @step, @file, @bytes, @sha256, @createdAt)
     ON CONFLICT (run_id, kind, step) DO UPDATE SET file = excluded.file, bytes = excluded.bytes,
       sha256 = excluded.sha256, created_at = excluded.created_at, removed_at = NULL`,
  )
  const markRemoved = db.prepare('UPDATE checkpoint SET removed_at = ? WHERE id = ?')
  const remove = db.prepare('DELETE FROM checkpoint WHERE id = ?')
  return {
    /** With those whose files were removed. */
    list: (runId: RunId): readonly StoredCheckpoint[] => ofRun.all(runId).map(toCheckpoint),
    /** Those whose files are there, newest first. */
    ofKind: (runId: RunId, kind: 'unet' | 'features'): readonly StoredCheckpoint[] =>
      ofKind.all(runId, kind).map(toCheckpoint),
    put: (checkpoint: Omit<StoredCheckpoint, 'id' | 'onDisk'>): void => void upsert.run(checkpoint),
    /** Records that a file goes or has gone; null: that it is there. */
    markRemoved: (id: CheckpointId, at: number | null): void => void markRemoved.run(at, id),
    remove: (id: CheckpointId): void => void remove.run(id),
  }
}
