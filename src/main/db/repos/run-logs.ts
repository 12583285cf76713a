import type { JobId, RunId } from '../../../shared/core/ids.ts'
import type { LogEntry, LogLevel } from '../../../shared/runs/run.ts'
import type { Db } from '../open.ts'

interface LogRow {
  readonly id: number
  readonly job_id: JobId | null
  readonly at: number
  readonly level: LogLevel
  readonly text: string
}

/** What happened to runs, in words. */
export function createRunLogsRepo(db: Db) {
  const insert = db.prepare(
    'INSERT INTO run_log (run_id, job_id, at, level, text) VALUES (?, ?, ?, ?, ?)',
  )
  const newest = db.prepare<[number, number], LogRow>(
    'SELECT * FROM run_log WHERE run_id = ? ORDER BY id DESC LIMIT ?',
  )
  return {
    add: (runId: RunId, jobId: JobId, at: number, level: LogLevel, text: string): void =>
      void insert.run(runId, jobId, at, level, text),
    /** The newest `limit` entries, oldest first. */
    list: (runId: RunId, limit: number): readonly LogEntry[] =>
      newest
        .all(runId, limit)
        .toReversed()
        .map(({ id, job_id, at, level, text }) => ({ id, jobId: job_id, at, level, text })),
  }
}
