import type { DatasetId, StudyId } from '../../../shared/core/ids.ts'
import type { TaskCounts } from '../../../shared/jobs/place.ts'
import type { Study } from '../../../shared/runs/study.ts'
import type { Db } from '../open.ts'

interface StudyRow {
  readonly id: StudyId
  readonly name: string
  readonly dataset_id: DatasetId
  readonly dataset_name: string
  readonly created_at: number
  readonly runs: number
  readonly jobs: number
  readonly finished: number
  readonly failed: number
  readonly open: number
  readonly running: number
  readonly place: string | null
}

function toStudy(row: StudyRow, tasks: TaskCounts | null): Study {
  return {
    id: row.id,
    name: row.name,
    datasetId: row.dataset_id,
    datasetName: row.dataset_name,
    createdAt: row.created_at,
    runs: row.runs,
    jobs: {
      all: row.jobs,
      finished: row.finished,
      failed: row.failed,
      open: row.open,
      running: row.running,
    },
    place: row.place === null || tasks === null ? null : { name: row.place, tasks },
  }
}

const SELECT = `
  SELECT study.*, dataset.name AS dataset_name, count(DISTINCT run.id) AS runs,
    count(job.id) AS jobs, count(job.id) FILTER (WHERE job.state = 'finished') AS finished,
    count(job.id) FILTER (WHERE job.state = 'failed') AS failed,
    count(job.id) FILTER (WHERE job.state IN ('queued', 'running', 'paused')) AS open,
    count(job.id) FILTER (WHERE job.state = 'running') AS running,
    (SELECT place.name FROM sent_study JOIN place ON place.id = place_id
      WHERE sent_study.study_id = study.id) AS place
  FROM study JOIN dataset ON dataset.id = study.dataset_id
  LEFT JOIN run ON run.study_id = study.id AND run.trashed_at IS NULL
  LEFT JOIN job ON job.run_id = run.id`

/** Runs that were started together. */
export function createStudiesRepo(db: Db, counts: (id: StudyId) => TaskCounts | null) {
  const all = db.prepare<[], StudyRow>(`${SELECT} GROUP BY study.id ORDER BY study.id DESC`)
  const one = db.prepare<[number], StudyRow>(`${SELECT} WHERE study.id = ? GROUP BY study.id`)
  const insert = db.prepare('INSERT INTO study (name, dataset_id, created_at) VALUES (?, ?, ?)')
  return {
    list: (): readonly Study[] => all.all().map((row) => toStudy(row, counts(row.id))),
    get: (id: StudyId): Study | null => {
      const row = one.get(id)
      return row ? toStudy(row, counts(id)) : null
    },
    insert: (name: string, datasetId: DatasetId, createdAt: number): StudyId =>
      Number(insert.run(name, datasetId, createdAt).lastInsertRowid) as StudyId,
  }
}
