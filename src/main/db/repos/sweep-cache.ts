import type { RunId } from '../../../shared/core/ids.ts'
import type { Db } from '../open.ts'

/** What one setting's stored maps take. */
export interface CachedCell {
  readonly id: number
  /** A run that has its weights; null when none has them any more. */
  readonly runId: RunId | null
  readonly maps: number
  readonly bytes: number
  readonly usedAt: number
}

/** The maps of sweeps as a store of bounded size. */
export function createSweepCacheRepo(db: Db) {
  const cells = db.prepare<
    [],
    { id: number; run_id: RunId | null; maps: number; bytes: number; used_at: number }
  >(
    `SELECT sweep_cell.id, used_at, count(sweep_map.id) AS maps, coalesce(sum(bytes), 0) AS bytes,
       (SELECT run_id FROM checkpoint WHERE kind = 'unet' AND sha256 = unet_sha256
        ORDER BY id DESC LIMIT 1) AS run_id
     FROM sweep_cell LEFT JOIN sweep_map ON sweep_map.cell_id = sweep_cell.id
     GROUP BY sweep_cell.id ORDER BY used_at, sweep_cell.id`,
  )
  const touch = db.prepare(
    'UPDATE sweep_cell SET used_at = ? WHERE id IN (SELECT value FROM json_each(?))',
  )
  const remove = db.prepare('DELETE FROM sweep_cell WHERE id IN (SELECT value FROM json_each(?))')
  const busy = db.prepare<[], { run_id: RunId }>(
    `SELECT DISTINCT run_id FROM job WHERE kind = 'sweep' AND run_id IS NOT NULL
       AND state IN ('queued', 'running', 'paused')`,
  )
  return {
    /** Used longest ago first. */
    cells: (): readonly CachedCell[] =>
      cells
        .all()
        .map(({ run_id: runId, used_at: usedAt, ...cell }) => ({ ...cell, runId, usedAt })),
    /** Runs with a sweep that runs or waits. */
    busyRuns: (): ReadonlySet<RunId> => new Set(busy.all().map(({ run_id }) => run_id)),
    touch: (ids: readonly number[], usedAt: number): void =>
      void touch.run(usedAt, JSON.stringify(ids)),
    /** Forgets settings with their maps and what was measured on them; the files are left. */
    remove: (ids: readonly number[]): void => void remove.run(JSON.stringify(ids)),
  }
}
