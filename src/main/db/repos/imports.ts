import type { DatasetImport, ImportReport } from '../../../shared/datasets/dataset.ts'
import type { Reading } from '../../../shared/datasets/reading.ts'
import type { DatasetId, JobId } from '../../../shared/core/ids.ts'
import type { Db } from '../open.ts'

interface ImportRow {
  readonly root: string
  readonly name: string
  readonly reading: string
  readonly dataset_id: DatasetId | null
  readonly report: string | null
}

const toImport = (row: ImportRow): DatasetImport => ({
  root: row.root,
  name: row.name,
  reading: JSON.parse(row.reading) as Reading,
  datasetId: row.dataset_id,
  report: row.report === null ? null : (JSON.parse(row.report) as ImportReport),
})

/** Folders that jobs bring in as data sets. */
export function createImportsRepo(db: Db) {
  const insert = db.prepare(
    'INSERT INTO import (job_id, root, name, reading) VALUES (@jobId, @root, @name, @reading)',
  )
  const ofJob = db.prepare<[number], ImportRow>('SELECT * FROM import WHERE job_id = ?')
  const ofDataset = db.prepare<[number], ImportRow>(
    'SELECT * FROM import WHERE dataset_id = ? ORDER BY job_id DESC LIMIT 1',
  )
  const open = db.prepare<[], ImportRow>(
    `SELECT import.* FROM job JOIN import ON import.job_id = job.id
     WHERE job.state IN ('queued', 'running', 'paused', 'stopped')`,
  )
  const finish = db.prepare(
    'UPDATE import SET dataset_id = @datasetId, report = @report WHERE job_id = @jobId',
  )
  return {
    insert: (jobId: JobId, root: string, name: string, reading: Reading): void =>
      void insert.run({ jobId, root, name, reading: JSON.stringify(reading) }),
    ofJob: (jobId: JobId): DatasetImport | null => {
      const row = ofJob.get(jobId)
      return row ? toImport(row) : null
    },
    /** The import that made a data set; null for one of before imports were jobs. */
    ofDataset: (id: DatasetId): DatasetImport | null => {
      const row = ofDataset.get(id)
      return row ? toImport(row) : null
    },
    /** Imports that wait, run, or have ended with what they had read kept. */
    open: (): readonly DatasetImport[] => open.all().map(toImport),
    finish: (jobId: JobId, datasetId: DatasetId, report: ImportReport): void =>
      void finish.run({ jobId, datasetId, report: JSON.stringify(report) }),
  }
}
