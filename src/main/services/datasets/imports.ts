/** Imports of folders: queued like all other work, looked at when they are over. */
import fs from 'node:fs'
import path from 'node:path'
import type { DatasetImport } from '../../../shared/datasets/dataset.ts'
import type { Reading } from '../../../shared/datasets/reading.ts'
import type { DatasetId, JobId } from '../../../shared/core/ids.ts'
import type { Job } from '../../../shared/runs/run.ts'
import { DdadError } from '../../../shared/errors.ts'
import type { Datasets } from './datasets.ts'
import type { Queue } from '../jobs/queue.ts'
import type { Workspace } from '../core/workspace.ts'

export function createImports({ store }: Workspace, datasets: Datasets, queue: Queue) {
  return {
    /**
     * Queues the import of a folder.
     * @throws {DdadError} NOT_FOUND where there is no folder, CONFLICT where the name is taken, also by an import
     *   that is not over.
     */
    start: (folder: string, name: string, reading: Reading = {}): Job => {
      const root = path.resolve(folder)
      if (!fs.existsSync(root)) {
        throw new DdadError('NOT_FOUND', `${root} is missing or may not be opened.`)
      }
      const id = store.transaction(() => {
        datasets.expectFree(name)
        if (store.imports.open().some((other) => other.name === name)) {
          throw new DdadError(
            'CONFLICT',
            `An import in the queue is to be named ${name}. Choose another name, or cancel that one.`,
          )
        }
        const jobId = store.jobs.insert({
          kind: 'import',
          runId: null,
          evaluationId: null,
          afterId: null,
          title: `Import ${name}`,
          createdAt: Date.now(),
        })
        store.imports.insert(jobId, root, name, reading)
        return jobId
      })
      queue.nudge()
      return queue.get(id)
    },
    /** What a job brings in, and what came of it. */
    get: (id: JobId): DatasetImport => {
      const found = store.imports.ofJob(id)
      if (found) return found
      throw new DdadError('NOT_FOUND', `Job ${id} is no import.`)
    },
    /** What was found in a data set's folder when it was imported; null where that is not on record. */
    report: (id: DatasetId) => store.imports.ofDataset(id)?.report ?? null,
  }
}
