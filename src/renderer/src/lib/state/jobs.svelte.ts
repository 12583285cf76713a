import type { JobId, RunId } from '../../../../shared/domain/ids.ts'
import type { Job } from '../../../../shared/domain/run.ts'
import { request } from '../api/client.ts'
import { subscribe } from '../api/events.ts'
import { Remote } from './remote.svelte.ts'

/** The job queue with live progress. */
export class Jobs {
  readonly #remote = new Remote<readonly Job[]>()
  readonly list = $derived(this.#remote.value ?? [])
  readonly running = $derived(this.list.find((job) => job.state === 'running') ?? null)
  readonly queued = $derived(this.list.filter((job) => job.state === 'queued'))

  constructor() {
    void this.refresh()
    subscribe('jobs.changed', ({ jobs }) => {
      this.#remote.clear()
      this.#remote.value = jobs
    })
    subscribe('job.progress', ({ jobId, progress }) => {
      this.#remote.value = this.list.map((job) => (job.id === jobId ? { ...job, progress } : job))
    })
  }

  refresh(): Promise<void> {
    return this.#remote.load(() => request('jobs.list', null))
  }

  /** Jobs of one run, newest first. */
  ofRun(runId: RunId): readonly Job[] {
    return this.list.filter((job) => job.runId === runId).toSorted((a, b) => b.id - a.id)
  }

  stop(jobId: JobId): Promise<null> {
    return request('jobs.stop', { jobId })
  }

  cancel(jobId: JobId): Promise<null> {
    return request('jobs.cancel', { jobId })
  }

  resume(jobId: JobId): Promise<null> {
    return request('jobs.resume', { jobId })
  }
}
