import type { EvaluationId, JobId, RunId } from '../../../shared/core/ids.ts'
import {
  laneOf,
  type Job,
  type JobKind,
  type JobProgress,
  type JobState,
  type Lane,
} from '../../../shared/runs/run.ts'
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
  readonly seconds_left_low: number | null
  readonly seconds_left_high: number | null
  readonly error: string | null
  readonly position: number
  readonly interruption: string | null
  readonly interrupted_at: number | null
  readonly continued: number
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
  /** How a user wants it ended; null when it is to go on. */
  readonly wanted: Wanted | null
}

/** How a running job is to end: cancelled, or stopped to take a state of rest. */
export interface Wanted {
  readonly mode: EndMode
  readonly rest: RestState
}

/** States of a job that has ended early with its work kept. Queued goes on in its turn. */
export type RestState = Extract<JobState, 'stopped' | 'paused' | 'queued'>

interface OwnedRow {
  readonly id: JobId
  readonly run_id: RunId | null
  readonly kind: JobKind
  readonly card: number
  readonly owner_pid: number
  readonly owner_token: string
  readonly heartbeat_at: number
  readonly wanted_end: EndMode | null
  readonly rest_state: 'queued' | 'paused' | null
}

export interface NewJob {
  readonly kind: JobKind
  /** Null for an import. */
  readonly runId: RunId | null
  readonly evaluationId: EvaluationId | null
  /** Begins only when that job has finished. */
  readonly afterId: JobId | null
  readonly title: string
  readonly createdAt: number
}

export type EndState = Exclude<JobState, 'running'>

/** How a job ended, or why it is to go on. */
export interface JobEnding {
  readonly state: EndState
  readonly error: string | null
  /** What ended it without anyone's wish; it is to go on by itself. */
  readonly interruption?: string
}

function toProgress(row: JobRow): JobProgress | null {
  if (row.done === null || row.total === null) return null
  return {
    done: row.done,
    total: row.total,
    secondsPerStep: row.seconds_per_step ?? 0,
    secondsLeft: row.seconds_left,
    ...(row.seconds_left_low !== null && row.seconds_left_high !== null
      ? { spread: { low: row.seconds_left_low, high: row.seconds_left_high } }
      : {}),
  }
}

const toWanted = ({
  wanted_end: mode,
  rest_state: rest,
}: Pick<OwnedRow, 'wanted_end' | 'rest_state'>): Wanted | null =>
  mode && { mode, rest: rest ?? 'stopped' }

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
    position: row.position,
    interruption: row.interruption,
    interruptedAt: row.interrupted_at,
    continued: row.continued,
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
  UNION SELECT * FROM (SELECT * FROM job ORDER BY id DESC LIMIT 200)
  ORDER BY position, id`

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
       AND (kind = 'import') = @import
       AND (run_id IS NULL OR run_id NOT IN (SELECT value FROM json_each(@busy)))
     ORDER BY position, id LIMIT 1`,
  )
  const place = db.prepare('UPDATE job SET position = ? WHERE id = ?')
  const waiting = db.prepare<[], { id: JobId; position: number }>(
    "SELECT id, position FROM job WHERE state IN ('queued', 'paused') ORDER BY position, id",
  )
  const followers = db.prepare<[object], { id: JobId }>(`${FOLLOWERS} SELECT id FROM follower`)
  const interrupted = db.prepare<[], JobRow & { attempts: number }>(
    "SELECT * FROM job WHERE state = 'stopped' AND interruption IS NOT NULL ORDER BY position, id",
  )
  const start = db.prepare(
    `UPDATE job SET state = 'running', owner_pid = @pid, owner_token = @token, heartbeat_at = @now, card = @card,
       started_at = @now, ended_at = NULL, error = NULL, wanted_end = NULL, rest_state = NULL,
       seconds_left = NULL, seconds_left_low = NULL, seconds_left_high = NULL
     WHERE id = @id`,
  )
  const end = db.prepare(
    `UPDATE job SET state = @state, error = @error,
       seconds_spent = seconds_spent + iif(state = 'running', (@now - started_at) / 1000.0, 0),
       ended_at = iif(@state IN ('queued', 'paused'), NULL, @now), owner_pid = NULL,
       owner_token = NULL, heartbeat_at = NULL, wanted_end = NULL, seconds_left = 0,
       rest_state = iif(@state = 'paused', 'paused', NULL), interruption = @interruption,
       interrupted_at = iif(@interruption IS NULL, interrupted_at, @now)
     WHERE id = @id`,
  )
  const goOn = db.prepare(
    `UPDATE job SET state = 'queued', ended_at = NULL, continued = continued + 1,
       attempts = attempts + @counts WHERE id = @id`,
  )
  const saved = db.prepare('UPDATE job SET attempts = 0 WHERE id = ? AND attempts > 0')
  const hold = db.prepare(
    "UPDATE job SET state = 'paused', rest_state = 'paused' WHERE id = ? AND state = 'queued'",
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
    `UPDATE job SET state = 'queued', error = NULL, wanted_end = NULL, ended_at = NULL,
       rest_state = NULL, interruption = NULL, attempts = 0
     WHERE id = @id AND state IN ('stopped', 'cancelled', 'failed', 'paused')`,
  )
  const requeueFollowers = db.prepare(
    `${FOLLOWERS} UPDATE job SET state = 'queued', error = NULL, ended_at = NULL
     WHERE id IN (SELECT id FROM follower) AND rest_state IS NULL
       AND state IN ('paused', 'stopped', 'cancelled')`,
  )
  const releaseFollowers = db.prepare(
    `${FOLLOWERS} UPDATE job SET state = 'queued'
     WHERE id IN (SELECT id FROM follower) AND state = 'paused' AND rest_state IS NULL`,
  )
  const beat = db.prepare<[object], Pick<OwnedRow, 'wanted_end' | 'rest_state'>>(
    'UPDATE job SET heartbeat_at = @now WHERE id = @id RETURNING wanted_end, rest_state',
  )
  const progress = db.prepare(
    `UPDATE job SET done = @done, total = @total, seconds_per_step = @secondsPerStep,
       seconds_left = @secondsLeft, seconds_left_low = @low, seconds_left_high = @high
     WHERE id = @id`,
  )
  const want = db.prepare(
    "UPDATE job SET wanted_end = ?, rest_state = ? WHERE id = ? AND state = 'running'",
  )

  function settle(id: JobId, { state, error, interruption }: JobEnding, now: number): void {
    end.run({ id, state, error, interruption: interruption ?? null, now })
    if (state === 'cancelled') cancelFollowers.run({ id, now })
    else if (state === 'stopped' || state === 'failed') pauseFollowers.run({ id })
  }

  function move(id: JobId, beforeId: JobId | null): void {
    const rows = waiting.all()
    const moved = new Set([id, ...followers.all({ id }).map((row) => row.id)])
    const group = rows.filter((row) => moved.has(row.id))
    const rest = rows.filter((row) => !moved.has(row.id))
    const at = beforeId === null ? rest.length : rest.findIndex((row) => row.id === beforeId)
    if (group.length === 0 || at < 0) return
    const order = rest.toSpliced(at, 0, ...group)
    order.forEach((row, index) => place.run(rows[index]?.position, row.id))
  }

  const moving = db.transaction(move)

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
        wanted: toWanted(row),
      })),
    insert: db.transaction((job: NewJob): JobId => {
      const id = Number(insert.run(job).lastInsertRowid) as JobId
      // Moving exchanges places, so that the newest id is always the last place.
      place.run(id, id)
      return id
    }),
    /**
     * Takes the next job of a lane whose predecessor has finished, or null when there is none or another one
     * of the lane is running on that card. Jobs of one run wait for each other: they share its files. To be called
     * inside an immediate transaction.
     */
    claim: (
      owner: JobOwner,
      now: number,
      { lane, card }: { readonly lane: Lane; readonly card: number },
      only: readonly JobId[] | null,
    ): Job | null => {
      const atWork = running.all().filter(({ kind }) => laneOf(kind) === lane)
      if (atWork.some((job) => job.card === card)) return null
      const row = next.get({
        only: only && JSON.stringify(only),
        import: Number(lane === 'files'),
        busy: JSON.stringify(atWork.flatMap((job) => job.run_id ?? [])),
      })
      if (!row) return null
      start.run({ id: row.id, pid: owner.pid, token: owner.token, now, card })
      return toJob({ ...row, state: 'running', started_at: now, ended_at: null, error: null })
    },
    /** Whether a job waits for nothing but its turn. */
    isDue: (lane: Lane): boolean =>
      next.get({ only: null, import: Number(lane === 'files'), busy: '[]' }) !== undefined,
    /** Tells that the owner is alive; answers how another process wants the job ended. */
    heartbeat: (id: JobId, now: number): Wanted | null => {
      const row = beat.get({ id, now })
      return row ? toWanted(row) : null
    },
    setProgress: (id: JobId, { done, total, secondsPerStep, secondsLeft, spread }: JobProgress) =>
      void progress.run({
        id,
        done,
        total,
        secondsPerStep,
        secondsLeft,
        low: spread?.low ?? null,
        high: spread?.high ?? null,
      }),
    /** Leaves word for the owner, whichever process it is. */
    want: (id: JobId, { mode, rest }: Wanted): void =>
      void want.run(mode, rest === 'stopped' ? null : rest, id),
    /** Holds a waiting job back. */
    hold: (id: JobId): void => void hold.run(id),
    /** Ends a job. Followers of a cancelled one are cancelled, of a stopped or failed one paused. */
    settle: db.transaction(settle),
    /** Jobs that were interrupted and have not gone on yet, with their fruitless continuations in a row. */
    interrupted: (): readonly { readonly job: Job; readonly attempts: number }[] =>
      interrupted.all().map((row) => ({ job: toJob(row), attempts: row.attempts })),
    /** Puts an interrupted job back into its place in the queue; `counts` when it may be the job's own fault. */
    goOn: db.transaction((id: JobId, counts: boolean): void => {
      goOn.run({ id, counts: Number(counts) })
      releaseFollowers.run({ id })
    }),
    /** Something of the job was stored, so that it gets further with each continuation. */
    saved: (id: JobId): void => void saved.run(id),
    /**
     * Moves a waiting job, and those that wait for it, before another one or to the end. Immediate: what is
     * read first must not be outdated by another process, which SQLite would refuse without waiting.
     */
    move: (id: JobId, beforeId: JobId | null): void => moving.immediate(id, beforeId),
    /** Puts a job and those that waited for it back into the queue. */
    requeue: db.transaction((id: JobId): void => {
      requeue.run({ id })
      requeueFollowers.run({ id })
    }),
  }
}

export type JobsRepo = ReturnType<typeof createJobsRepo>
