/** Studies: many runs started in one step and looked at as one. */
import type { DatasetId, JobId, StudyId } from '../../../shared/core/ids.ts'
import type { Job, Run } from '../../../shared/runs/run.ts'
import type { PlannedRun, Study } from '../../../shared/runs/study.ts'
import { DdadError } from '../../../shared/errors.ts'
import type { Queue } from '../jobs/queue.ts'
import type { Runs } from './runs.ts'
import type { Workspace } from '../core/workspace.ts'
import { found } from '../core/found.ts'

export interface StudyRequest {
  readonly name: string
  readonly datasetId: DatasetId
  readonly runs: readonly PlannedRun[]
  /** Whether adaptation and evaluation follow each training. */
  readonly evaluate: boolean
}

export function createStudies({ store }: Workspace, runs: Runs, queue: Queue) {
  const get = (id: StudyId) => found(store.studies.get(id), `study ${id}`)

  const jobsOf = (id: StudyId): readonly Job[] =>
    store.runs.ofStudy(get(id).id).flatMap((run) => store.jobs.ofRun(run.id))

  return {
    get,
    list: (): readonly Study[] => store.studies.list(),
    runs: (id: StudyId): readonly Run[] => store.runs.ofStudy(get(id).id),
    jobs: jobsOf,
    /** Creates every run of a study and queues its jobs, all of it or nothing. */
    start: ({ name, datasetId, runs: planned, evaluate }: StudyRequest): Study => {
      if (planned.length === 0) throw new DdadError('INVALID_INPUT', 'A study needs a run.')
      const id = store.transaction(() => {
        const studyId = store.studies.insert(name, datasetId, Date.now())
        for (const { category, config } of planned) {
          runs.create({ datasetId, category, config, evaluate, studyId })
        }
        return studyId
      })
      queue.nudge()
      return get(id)
    },
    /** Brings back what ended before its time; answers the jobs that wait or run then. */
    resume: (id: StudyId): readonly JobId[] => {
      const early = (job: Job) => job.state === 'stopped' || job.state === 'failed'
      for (const { id: jobId } of jobsOf(id).filter(early)) {
        // Resuming one brings back those that waited for it.
        const now = store.jobs.get(jobId)
        if (now && early(now)) queue.resume(jobId)
      }
      return jobsOf(id)
        .filter(({ state }) => state === 'queued' || state === 'running')
        .map((job) => job.id)
    },
    /** Stops every job of a study that is not over, with its work kept. */
    stop: (id: StudyId): void => {
      for (const job of jobsOf(id).toReversed()) queue.stop(job.id)
    },
  }
}
