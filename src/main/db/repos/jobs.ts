import type { EvaluationId, JobId, RunId } from '../../../shared/domain/ids.ts'
import type { Job, JobKind, JobProgress, JobState } from '../../../shared/domain/run.ts'
import type { EndMode } from '../../../shared/processes/frames.ts'
import type { Db } from '../open.ts'

/** A process that runs jobs. The token tells it from a later process with the same id. */
export interface JobOwner {
  readonly pid: number
  readonly token: string
}

interface JobRow {
  readonly id: JobId
  readonly kind: JobKind
  readonly state: JobState
  readonly run_id: RunId | null
  readonly evaluation_id: EvaluationId | null
  readonly title: string
  readonly done: number | null
  readonly total: number | null
  readonly seconds_per_step: number | null
  readonly seconds_left: number | null
  readonly error: string | null
  readonly created_at: number
  readonly started_at: number | null
  readonly ended_at: number | null
}

/** A running job as its row has it. */
export interface OwnedJob {
  readonly id: JobId
  readonly kind: JobKind
  readonly owner: JobOwner
  readonly heartbeatAt: number
}

interface OwnedRow {
  readonly id: JobId
  readonly kind: JobKind
  readonly owner_pid: number
  readonly owner_token: string
  readonly heartbeat_at: number
}

export interface NewJob {
  readonly kind: JobKind
  readonly runId: RunId
  readonly evaluationId: EvaluationId | null
  /** Begins only when that job has finished. */
  readonly afterId: JobId | null
  readonly title: string
  readonly createdAt: number
}

export type EndState = Extract<JobState, 'finished' | 'stopped' | 'cancelled' | 'failed'>

function toProgress(row: JobRow): JobProgress | null {
  if (row.done === null || row.total === null) return null
  return {
    done: row.done,
    total: row.total,
    secondsPerStep: row.seconds_per_step ?? 0,
    secondsLeft: row.seconds_left ?? 0,
  }
}

function toJob(row: JobRow): Job {
  return {
    id: row.id,
    kind: row.kind,
    state: row.state,
    runId: row.run_id,
    evaluationId: row.evaluation_id,
    title: row.title,
    progress: toProgress(row),
    error: row.error,
    createdAt: row.created_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
  }
}

/** The jobs that wait for a job, directly or through others. */
const FOLLOWERS = `
  WITH RECURSIVE follower (id) AS (
    SELECT id FROM job WHERE after_id = @id
    UNION SELECT job.id FROM job JOIN follower ON job.after_id = follower.id)`

/** Jobs that are not over, and the newest of those that are. */
const LIST = `
  SELECT * FROM job WHERE state IN ('queued', 'running', 'paused')
  UNION SELECT * FROM (SELECT * FROM job ORDER BY id DESC LIMIT 200) ORDER BY id`

/** The queue as rows; who may run what is decided in one transaction by {@link JobsRepo.claim}. */
export function createJobsRepo(db: Db) {
  const all = db.prepare<[], JobRow>(LIST)
  const one = db.prepare<[number], JobRow>('SELECT * FROM job WHERE id = ?')
  const ofRun = db.prepare<[number], JobRow>('SELECT * FROM job WHERE run_id = ? ORDER BY id')
  const running = db.prepare<[], OwnedRow>("SELECT * FROM job WHERE state = 'running'")
  const insert = db.prepare(
    `INSERT INTO job (kind, state, run_id, evaluation_id, after_id, title, created_at)
     VALUES (@kind, 'queued', @runId, @evaluationId, @afterId, @title, @createdAt)`,
  )
  const next = db.prepare<[object], JobRow>(
    `SELECT * FROM job WHERE state = 'queued'
       AND (after_id IS NULL OR
         (SELECT state FROM job AS earlier WHERE earlier.id = job.after_id) = 'finished')
       AND (@only IS NULL OR id IN (SELECT value FROM json_each(@only)))
     ORDER BY id LIMIT 1`,
  )
  const start = db.prepare(
    `UPDATE job SET state = 'running', owner_pid = @pid, owner_token = @token, heartbeat_at = @now,
       started_at = @now, ended_at = NULL, error = NULL, wanted_end = NULL
     WHERE id = @id`,
  )
  const end = db.prepare(
    `UPDATE job SET state = @state, error = @error, ended_at = @now, owner_pid = NULL,
       owner_token = NULL, heartbeat_at = NULL, wanted_end = NULL, seconds_left = 0
     WHERE id = @id`,
  )
  const pauseFollowers = db.prepare(
    `${FOLLOWERS} UPDATE job SET state = 'paused'
     WHERE id IN (SELECT id FROM follower) AND state = 'queued'`,
  )
  const cancelFollowers = db.prepare(
    `${FOLLOWERS} UPDATE job SET state = 'cancelled', ended_at = @now
     WHERE id IN (SELECT id FROM follower) AND state IN ('queued', 'paused')`,
  )
  const requeue = db.prepare(
    `UPDATE job SET state = 'queued', error = NULL, wanted_end = NULL, ended_at = NULL
     WHERE id = @id AND state IN ('stopped', 'cancelled', 'failed', 'paused')`,
  )
  const requeueFollowers = db.prepare(
    `${FOLLOWERS} UPDATE job SET state = 'queued', error = NULL, ended_at = NULL
     WHERE id IN (SELECT id FROM follower) AND state IN ('paused', 'stopped', 'cancelled')`,
  )
  const beat = db.prepare<[object], { wanted_end: EndMode | null }>(
    'UPDATE job SET heartbeat_at = @now WHERE id = @id RETURNING wanted_end',
  )
  const progress = db.prepare(
    `UPDATE job SET done = @done, total = @total, seconds_per_step = @secondsPerStep,
       seconds_left = @secondsLeft WHERE id = @id`,
  )
  const want = db.prepare("UPDATE job SET wanted_end = ? WHERE id = ? AND state = 'running'")

  function settle(id: JobId, state: EndState, error: string | null, now: number): void {
    end.run({ id, state, error, now })
    if (state === 'cancelled') cancelFollowers.run({ id, now })
    else if (state !== 'finished') pauseFollowers.run({ id })
  }

  return {
    list: (): readonly Job[] => all.all().map(toJob),
    ofRun: (runId: RunId): readonly Job[] => ofRun.all(runId).map(toJob),
    get: (id: JobId): Job | null => {
      const row = one.get(id)
      return row ? toJob(row) : null
    },
    running: (): readonly OwnedJob[] =>
      running.all().map((row) => ({
        id: row.id,
        kind: row.kind,
        owner: { pid: row.owner_pid, token: row.owner_token },
        heartbeatAt: row.heartbeat_at,
      })),
    insert: (job: NewJob): JobId => Number(insert.run(job).lastInsertRowid) as JobId,
    /**
     * Takes the next job whose predecessor has finished, or null when there is none or another job is
     * running: the device does one at a time. To be called inside an immediate transaction.
     */
    claim: (owner: JobOwner, now: number, only: readonly JobId[] | null): Job | null => {
      if (running.get()) return null
      const row = next.get({ only: only && JSON.stringify(only) })
      if (!row) return null
      start.run({ id: row.id, pid: owner.pid, token: owner.token, now })
      return toJob({ ...row, state: 'running', started_at: now, ended_at: null, error: null })
    },
    /** Tells that the owner is alive; answers how another process wants the job ended. */
    heartbeat: (id: JobId, now: number): EndMode | null =>
      beat.get({ id, now })?.wanted_end ?? null,
    setProgress: (id: JobId, value: JobProgress): void => void progress.run({ ...value, id }),
    /** Leaves word for the owner, whichever process it is. */
    want: (id: JobId, mode: EndMode): void => void want.run(mode, id),
    /** Ends a job. Followers of a cancelled one are cancelled, of a stopped or failed one paused. */
    settle: db.transaction(settle),
    /** Puts a job and those that waited for it back into the queue. */
    requeue: db.transaction((id: JobId): void => {
      requeue.run({ id })
      requeueFollowers.run({ id })
    }),
  }
}

export type JobsRepo = ReturnType<typeof createJobsRepo>
