import type { DatasetImport, ImportReport } from '../../../shared/datasets/dataset.ts'
import type { DatasetId, JobId } from '../../../shared/core/ids.ts'
import type { Db } from '../open.ts'

interface ImportRow {
  readonly root: string
  readonly name: string
  readonly dataset_id: DatasetId | null
  readonly report: string | null
}

const toImport = ({ root, name, dataset_id: datasetId, report }: ImportRow): DatasetImport => ({
  root,
  name,
  datasetId,
  report: report === null ? null : (JSON.parse(report) as ImportReport),
})

/** Folders that jobs bring in as data sets. */
export function createImportsRepo(db: Db) {
  const insert = db.prepare('INSERT INTO import (job_id, root, name) VALUES (@jobId, @root, @name)')
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
    insert: (jobId: JobId, root: string, name: string): void =>
      void insert.run({ jobId, root, name }),
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
