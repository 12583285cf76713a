/** An import as a job: reads a folder and stores it as a data set. It needs no device. */
import type { Job, JobProgress } from '../../../shared/runs/run.ts'
import { PaceMeter } from '../../../shared/jobs/time-left.ts'
import { DdadError } from '../../../shared/errors.ts'
import type { DatasetImport } from '../../../shared/datasets/dataset.ts'
import type { ReadingQuestion } from '../../../shared/datasets/reading.ts'
import type { Call } from '../../processes/client.ts'
import type { Datasets } from './datasets.ts'
import type { Facts } from '../core/facts.ts'
import type { Workspace } from '../core/workspace.ts'

/** Progress is written this often at most. */
const TELL_SECONDS = 0.25

interface ImportContext {
  readonly workspace: Workspace
  readonly datasets: Datasets
}

/** The folder that a job brings in. */
export function importOf({ workspace: { store } }: ImportContext, job: Job): DatasetImport {
  const found = store.imports.ofJob(job.id)
  if (found) return found
  throw new DdadError('NOT_FOUND', `The folder of job ${job.id} is not on record any more.`)
}

/**
 * Starts an import. Ended early, it keeps what it has read; the data set's rows and the note of what became
 * of the job are written in one transaction, so that a kill leaves both or neither.
 */
export function startImport(context: ImportContext, facts: Facts, job: Job): Call<void> {
  const { workspace, datasets } = context
  const { store } = workspace
  const { root, name, reading, datasetId } = importOf(context, job)
  // Killed after the data set was stored and before the job was settled.
  if (datasetId !== null) return { result: Promise.resolve(), end: () => {} }
  datasets.expectFree(name)
  const tell = progressTeller(workspace, facts, job)
  const scanning = datasets.scan(root, reading, tell)
  let ended = false

  async function storeWhenRead(): Promise<void> {
    const scan = await scanning.result
    if (ended) throw new DdadError('CANCELLED', 'The import was ended before anything was stored.')
    const images = scan.report.imageCount
    const open = scan.report.questions?.find(({ taken }) => taken === null)
    if (open) throw undecided(root, open)
    if (images === 0) {
      throw new DdadError('NOT_A_DATASET', `${root} has no readable image. Nothing was stored.`)
    }
    tell(images, images, true)
    datasets.store(root, name, reading, scan, (id) => store.imports.finish(job.id, id, scan.report))
  }

  return {
    result: storeWhenRead(),
    end: () => {
      ended = true
      // Whether it was to be kept or not, reading stops; what was read is on disk already.
      scanning.end('cancel')
    },
  }
}

/** What has to be chosen before anything is read. */
function undecided(root: string, { text, options }: ReadingQuestion): DdadError {
  const ways = options.map(({ name, value }) => `– ${name} (--layout ${value})`).join('\n')
  return new DdadError(
    'NOT_A_DATASET',
    `${root} could be read in several ways, so nothing was stored. ${text}\n${ways}\nChoose the folder again and answer, or give the option on the command line.`,
  )
}

/** Records and tells how far the reading is, with the measured time left. */
function progressTeller({ store }: Workspace, facts: Facts, job: Job) {
  const pace = new PaceMeter()
  const began = performance.now() / 1000
  let toldAt = -Infinity
  return (done: number, total: number, always = false): void => {
    const now = performance.now() / 1000
    const measured = pace.add(done, total, now)
    if (!always && now - toldAt < TELL_SECONDS) return
    toldAt = now
    const secondsPerStep = done === 0 ? 0 : (now - began) / done
    const progress: JobProgress = { done, total, secondsPerStep, secondsLeft: null, ...measured }
    try {
      store.jobs.setProgress(job.id, progress)
      if (done > (job.progress?.done ?? 0)) store.jobs.saved(job.id)
    } catch {
      // A busy or full database now; what is read goes on, and the next figure follows at once.
    }
    facts.tell('job.progress', { jobId: job.id, progress })
  }
}
