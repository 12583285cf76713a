import type { DatasetId, RunId } from '../../../shared/core/ids.ts'
import type { Db } from '../open.ts'

export interface IncomingRun {
  readonly runId: RunId
  /** Made for it; null where its images are in another one. */
  readonly datasetId: DatasetId | null
}

/** Runs that are being taken in. They and their data sets are on record, and in no list. */
export function createIncomingRunsRepo(db: Db) {
  const insert = db.prepare(
    'INSERT INTO incoming_run (run_id, dataset_id, staging) VALUES (@runId, @datasetId, @staging)',
  )
  const of = db.prepare<[string], IncomingRun>(
    'SELECT run_id AS runId, dataset_id AS datasetId FROM incoming_run WHERE staging = ?',
  )
  const arrive = db.prepare('DELETE FROM incoming_run WHERE staging = ?')
  const removeRun = db.prepare('DELETE FROM run WHERE id = ?')
  const removeDataset = db.prepare('DELETE FROM dataset WHERE id = ?')

  return {
    /** @param staging Name of the import's folder. */
    add: (run: IncomingRun, staging: string): void => void insert.run({ ...run, staging }),
    /** All of it is here: it is shown from now on. */
    arrive: (staging: string): void => void arrive.run(staging),
    /** Forgets what an import that did not come to its end has recorded. */
    remove: db.transaction((staging: string): void => {
      const left = of.get(staging)
      if (!left) return
      removeRun.run(left.runId)
      if (left.datasetId !== null) removeDataset.run(left.datasetId)
    }),
  }
}
