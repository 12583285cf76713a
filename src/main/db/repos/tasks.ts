import type { SentStudy, Task, TaskCounts } from '../../../shared/jobs/place.ts'
import { submissionSchema } from '../../../shared/jobs/place-schemas.ts'
import type { PlaceId, RunId, StudyId } from '../../../shared/core/ids.ts'
import type { JobState } from '../../../shared/runs/run.ts'
import type { Db } from '../open.ts'
import { toPlace } from './places.ts'

interface SentRow {
  readonly study_id: StudyId
  readonly place_id: PlaceId
  readonly place_name: string
  readonly place_settings: string
  readonly key: string
  readonly folder: string
  readonly submission: string
  readonly script: string
  readonly submitted_at: number
}

interface TaskRow {
  readonly run_id: RunId
  readonly study_id: StudyId
  readonly number: number
  readonly state: JobState
  readonly queue: string | null
  readonly node: string | null
  readonly slurm_job: number | null
  readonly phase: string | null
  readonly steps: number
  readonly total_steps: number
  readonly done: number
  readonly total: number
  readonly seconds_left: number | null
  readonly attempt: number
  readonly error: string | null
  readonly log: string
  readonly told_at: number | null
  readonly imported_at: number | null
}

export type NewSentStudy = Omit<SentStudy, 'place'> & { readonly placeId: PlaceId }

/** What was heard of a task; everything else of it stays. */
export type TaskNews = Omit<Task, 'runId' | 'studyId' | 'number' | 'importedAt'>

const toSent = (row: SentRow): SentStudy => ({
  studyId: row.study_id,
  place: toPlace({ id: row.place_id, name: row.place_name, settings: row.place_settings }),
  key: row.key,
  folder: row.folder,
  submission: submissionSchema.parse(JSON.parse(row.submission)),
  script: row.script,
  submittedAt: row.submitted_at,
})

const toTask = (row: TaskRow): Task => ({
  runId: row.run_id,
  studyId: row.study_id,
  number: row.number,
  state: row.state,
  queue: row.queue,
  node: row.node,
  slurmJob: row.slurm_job,
  phase: row.phase,
  steps: row.steps,
  totalSteps: row.total_steps,
  done: row.done,
  total: row.total,
  secondsLeft: row.seconds_left,
  attempt: row.attempt,
  error: row.error,
  log: row.log,
  toldAt: row.told_at,
  importedAt: row.imported_at,
})

const SENT = `
  SELECT sent_study.*, place.name AS place_name, place.settings AS place_settings
  FROM sent_study JOIN place ON place.id = place_id`

/** Studies at places and their tasks. */
export function createTasksRepo(db: Db) {
  const sent = db.prepare<[number], SentRow>(`${SENT} WHERE study_id = ?`)
  const open = db.prepare<[], SentRow>(
    `${SENT} WHERE study_id IN (SELECT study_id FROM task WHERE imported_at IS NULL
       AND state IN ('queued', 'running', 'paused', 'finished')) ORDER BY study_id`,
  )
  const usedBy = db.prepare<[number], { key: string }>(
    'SELECT key FROM sent_study WHERE place_id = ? LIMIT 1',
  )
  const insertStudy = db.prepare(
    `INSERT INTO sent_study (study_id, place_id, key, folder, submission, script, submitted_at)
     VALUES (@studyId, @placeId, @key, @folder, @submission, @script, @submittedAt)`,
  )
  const limit = db.prepare(
    `UPDATE sent_study SET submission = json_set(submission, '$.limit', ?) WHERE study_id = ?`,
  )
  const insert = db.prepare('INSERT INTO task (run_id, study_id, number) VALUES (?, ?, ?)')
  const ofStudy = db.prepare<[number], TaskRow>(
    'SELECT * FROM task WHERE study_id = ? ORDER BY number',
  )
  const ofRun = db.prepare<[number], TaskRow>('SELECT * FROM task WHERE run_id = ?')
  const tell = db.prepare(
    `UPDATE task SET state = @state, queue = @queue, node = @node, slurm_job = @slurmJob,
       phase = @phase, steps = @steps, total_steps = @totalSteps, done = @done, total = @total, seconds_left = @secondsLeft,
       attempt = @attempt, error = @error, log = @log, told_at = @toldAt
     WHERE run_id = @runId AND imported_at IS NULL`,
  )
  const imported = db.prepare(
    `UPDATE task SET state = 'finished', error = NULL, result_sha256 = @sha256, imported_at = @now
     WHERE run_id = @runId AND imported_at IS NULL`,
  )
  const counts = db.prepare<[number], TaskCounts>(
    `SELECT count(*) AS "all", count(*) FILTER (WHERE state IN ('queued', 'paused')) AS queued,
       count(*) FILTER (WHERE state = 'running') AS running,
       count(*) FILTER (WHERE state = 'finished') AS finished,
       count(*) FILTER (WHERE state IN ('stopped', 'cancelled', 'failed')) AS ended,
       count(imported_at) AS imported
     FROM task WHERE study_id = ?`,
  )
  return {
    /** How a study was sent to a place; null for one of this machine. */
    sent: (id: StudyId): SentStudy | null => {
      const row = sent.get(id)
      return row ? toSent(row) : null
    },
    /** Studies with tasks that are still to be heard of. */
    open: (): readonly SentStudy[] => open.all().map(toSent),
    isUsed: (id: PlaceId): boolean => usedBy.get(id) !== undefined,
    /** To be called inside a transaction. */
    insert: (study: NewSentStudy, runs: readonly RunId[]): void => {
      insertStudy.run({ ...study, submission: JSON.stringify(study.submission) })
      runs.forEach((runId, number) => insert.run(runId, study.studyId, number))
    },
    /** How many tasks of a study run at a time from now on, also when some are sent again. */
    setLimit: (id: StudyId, tasks: number): void => void limit.run(tasks, id),
    ofStudy: (id: StudyId): readonly Task[] => ofStudy.all(id).map(toTask),
    ofRun: (id: RunId): Task | null => {
      const row = ofRun.get(id)
      return row ? toTask(row) : null
    },
    tell: (runId: RunId, news: TaskNews): void => void tell.run({ runId, ...news }),
    /** Records that a task's result has come in. False when one had before: nothing is changed then. */
    setImported: (runId: RunId, sha256: string, now: number): boolean =>
      imported.run({ runId, sha256, now }).changes === 1,
    /** Whether the run's result is still to come from a place. */
    awaits: (runId: number): boolean => {
      const row = ofRun.get(runId)
      return row !== undefined && row.imported_at === null
    },
    counts: (id: StudyId): TaskCounts | null => counts.get(id) ?? null,
  }
}
