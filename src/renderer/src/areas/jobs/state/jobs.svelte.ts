import type { JobId, RunId } from '../../../../../shared/core/ids.ts'
import { laneOf, type Job } from '../../../../../shared/runs/run.ts'
import { request } from '../../../api/client.ts'
import { subscribe } from '../../../api/events.ts'
import { Remote } from '../../core/state/remote.svelte.ts'
import { mergeJobs } from './merge-jobs.ts'

/** The job queue with live progress. */
export class Jobs {
  readonly #remote = new Remote<{ readonly jobs: readonly Job[]; readonly paused: boolean }>()
  readonly list = $derived(this.#remote.value?.jobs ?? [])
  /** True while no job may begin. */
  readonly paused = $derived(this.#remote.value?.paused ?? false)
  readonly #atWork = $derived(this.list.filter((job) => job.state === 'running'))
  /** The one that the device works on. */
  readonly running = $derived(this.#atWork.find(({ kind }) => laneOf(kind) === 'device') ?? null)
  /** The one that reads a folder beside it. */
  readonly importing = $derived(this.#atWork.find(({ kind }) => kind === 'import') ?? null)
  readonly queued = $derived(this.list.filter((job) => job.state === 'queued'))
  /** What waits or runs, that which runs first, in the order of the queue. */
  readonly open = $derived([
    ...this.#atWork,
    ...this.list.filter((job) => job.state === 'queued' || job.state === 'paused'),
  ])

  /** Imports that are not there yet: under way, waiting, or ended before their time. No run tells of them. */
  readonly imports = $derived(
    this.list.filter(
      ({ kind, state }) => kind === 'import' && state !== 'finished' && state !== 'cancelled',
    ),
  )
  /** Imports that have ended before their time and can be brought back. */
  readonly endedImports = $derived(
    this.imports.filter(({ state }) => state === 'failed' || state === 'stopped'),
  )

  constructor() {
    void this.refresh()
    subscribe('jobs.changed', (change) => {
      this.#remote.value = { jobs: mergeJobs(this.list, change), paused: change.paused }
    })
    subscribe('job.progress', ({ jobId, progress }) => {
      const jobs = this.list.map((job) => (job.id === jobId ? { ...job, progress } : job))
      this.#remote.value = { jobs, paused: this.paused }
    })
  }

  refresh(): Promise<void> {
    return this.#remote.load(() => request('jobs.list', null))
  }

  /** Jobs of one run, newest first. */
  ofRun(runId: RunId): readonly Job[] {
    return this.list.filter((job) => job.runId === runId).toSorted((a, b) => b.id - a.id)
  }

  pause(jobId: JobId): Promise<null> {
    return request('jobs.pause', { jobId })
  }

  setPaused(paused: boolean): Promise<null> {
    return request('queue.setPaused', { paused })
  }

  move(jobId: JobId, beforeId: JobId | null): Promise<null> {
    return request('jobs.move', { jobId, beforeId })
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
