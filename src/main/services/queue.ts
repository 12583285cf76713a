/** Runs queued jobs one at a time. Rows are the truth: windows and command lines share one queue. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { JobId } from '../../shared/domain/ids.ts'
import type { Job } from '../../shared/domain/run.ts'
import { DdadError } from '../../shared/errors.ts'
import type { EndMode } from '../../shared/processes/frames.ts'
import type { Facts } from './facts.ts'
import { discardWork, type JobContext } from './job-kinds.ts'
import { ownerLives, thisProcess } from './owner.ts'
import { runJob, type JobEnding, type RunningJob } from './run-job.ts'

const POLL_MS = 500

/** States in which a job does nothing more by itself. */
const isAtRest = ({ state }: Job) => state !== 'queued' && state !== 'running'

export function createQueue(context: JobContext, facts: Facts) {
  const { store } = context.workspace
  const owner = thisProcess()
  let current: RunningJob | null = null
  let wake = Promise.withResolvers<void>()
  let closing = false
  let loop: Promise<void> | null = null

  function changed(): void {
    facts.tell('jobs.changed', { jobs: store.jobs.list() })
    facts.tell('runs.changed', { runId: null })
  }

  /** Puts right what a killed process has left: its job ends as `stopped`, its work is kept. */
  function recover(): void {
    const now = Date.now()
    if (store.jobs.running().every((job) => ownerLives(job, now))) return
    store.transaction(() => {
      for (const job of store.jobs.running()) {
        if (ownerLives(job, now)) continue
        const kept = job.kind === 'train' ? 'its last checkpoint is' : 'what it had saved is'
        const message = `The studio ended while this was running; ${kept} kept. Resume to go on.`
        store.jobs.settle(job.id, 'stopped', message, now)
      }
    })
    changed()
  }

  function get(id: JobId): Job {
    const job = store.jobs.get(id)
    if (job) return job
    throw new DdadError('NOT_FOUND', `There is no job ${id} in this workspace.`)
  }

  /** Writes how a job ended; a full or busy disk delays this until it can be written. */
  async function settle(id: JobId, { state, error }: JobEnding): Promise<void> {
    for (;;) {
      try {
        store.jobs.settle(id, state, error, Date.now())
        changed()
        return
      } catch (problem) {
        if (closing) throw problem
        await sleep(POLL_MS * 4)
      }
    }
  }

  function claim(only: readonly JobId[] | null): Job | null {
    try {
      recover()
      return store.transaction(() => store.jobs.claim(owner, Date.now(), only))
    } catch {
      // A busy or full database now; the loop tries again.
      return null
    }
  }

  /** Works until `over` says so; takes only the named jobs when some are named. */
  async function work(only: readonly JobId[] | null, over: () => boolean): Promise<void> {
    while (!closing && !over()) {
      const job = claim(only)
      if (job) {
        current = runJob(context, facts, job)
        changed()
        await settle(job.id, await current.ending)
        current = null
      } else {
        await Promise.race([wake.promise, sleep(POLL_MS)])
      }
    }
  }

  function nudge(): void {
    wake.resolve()
    wake = Promise.withResolvers<void>()
    changed()
  }

  function end(id: JobId, mode: EndMode): void {
    const job = get(id)
    if (job.state === 'running') {
      store.jobs.want(id, mode)
      if (current?.id === id) current.end(mode)
    } else if (job.state === 'queued' || job.state === 'paused') {
      store.jobs.settle(id, mode === 'stop' ? 'stopped' : 'cancelled', null, Date.now())
    } else if (mode === 'cancel' && (job.state === 'stopped' || job.state === 'failed')) {
      discardWork(context, job)
      store.jobs.settle(id, 'cancelled', null, Date.now())
    }
    changed()
  }

  return {
    recover,
    /** Works on every job until {@link close}. */
    start: (): void => {
      loop ??= work(null, () => false)
    },
    /** Works on these jobs alone until none of them can go on; answers how they are then. */
    drain: async (ids: readonly JobId[]): Promise<readonly Job[]> => {
      await work(ids, () => ids.map(get).every(isAtRest))
      return ids.map(get)
    },
    list: (): readonly Job[] => store.jobs.list(),
    /** Tells the queue that rows were added. */
    nudge,
    /** Ends a job early and keeps its work. */
    stop: (id: JobId): void => end(id, 'stop'),
    /** Ends a job, or gives up one that is stopped or failed, and discards its work. */
    cancel: (id: JobId): void => end(id, 'cancel'),
    /** Puts a job that is at rest back into the queue, with those that waited for it. */
    resume: (id: JobId): void => {
      get(id)
      context.engine.reset()
      store.jobs.requeue(id)
      nudge()
    },
    /** Stops the running job, keeping its work, and waits for it. */
    close: async (): Promise<void> => {
      closing = true
      current?.end('stop')
      wake.resolve()
      await loop
    },
  }
}

export type Queue = ReturnType<typeof createQueue>
