/** Runs queued jobs one at a time. Rows are the truth: windows and command lines share one queue. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { JobId, RunId } from '../../shared/domain/ids.ts'
import type { Job } from '../../shared/domain/run.ts'
import { DdadError, describeError } from '../../shared/errors.ts'
import type { JobEnding, Wanted } from '../db/repos/jobs.ts'
import { shortOfSpace } from './disk.ts'
import type { Facts } from './facts.ts'
import { discardWork, type JobContext } from './job-kinds.ts'
import { ownerLives, thisProcess } from './owner.ts'
import { runJob, type RunningJob } from './run-job.ts'

const POLL_MS = 500
/** How often a job goes on by itself without having saved anything in between. */
const FRUITLESS = 3
const KILLED = 'The studio, or the whole machine, ended while this was running.'

/** States in which a job does nothing more by itself. */
const isAtRest = ({ state, interruption }: Job) =>
  state !== 'queued' && state !== 'running' && (state !== 'stopped' || interruption === null)

export function createQueue(context: JobContext, facts: Facts) {
  const { preferences } = context
  const { store } = context.workspace
  const owner = thisProcess()
  let current: RunningJob | null = null
  let wake = Promise.withResolvers<void>()
  let closing = false
  /** A job has paused for want of disk space: those behind it wait until there is room, instead of pausing too. */
  let awaitingSpace = false
  let loop: Promise<void> | null = null

  /** @param runId the run whose jobs changed; null for several or unknown ones */
  function changed(runId: RunId | null = null): void {
    facts.tell('jobs.changed', { jobs: store.jobs.list(), paused: preferences.paused() })
    facts.tell('runs.changed', { runId })
  }

  /**
   * Puts right what a killed process has left: its job ends as `stopped`, its work is kept, and it goes on
   * by itself in the next process that works on the queue, unless a user had already ended it.
   */
  function recover(): void {
    const now = Date.now()
    if (store.jobs.running().every((job) => ownerLives(job, now))) return
    store.transaction(() => {
      for (const job of store.jobs.running()) {
        if (ownerLives(job, now)) continue
        store.jobs.settle(job.id, endingOf(job.id, job.wanted), now)
      }
    })
    changed()
  }

  /** How a job ended whose process was killed. */
  function endingOf(id: JobId, wanted: Wanted | null): JobEnding {
    const job = get(id)
    if (wanted?.mode === 'cancel') {
      discardWork(context, job)
      return { state: 'cancelled', error: null }
    }
    if (wanted) return { state: wanted.rest, error: null }
    const kept = job.kind === 'train' ? 'Its last checkpoint is kept' : 'What it had saved is kept'
    const error = `${KILLED} ${kept}; it goes on from there.`
    if (job.runId !== null) store.runLogs.add(job.runId, id, Date.now(), 'warning', error)
    return { state: 'stopped', error, interruption: KILLED }
  }

  /** Lets interrupted jobs go on, unless they end again and again without getting further. */
  function continueInterrupted(only: readonly JobId[] | null): void {
    const left = store.jobs.interrupted().filter(({ job }) => !only || only.includes(job.id))
    if (left.length === 0) return
    for (const { job, attempts } of left) {
      if (attempts < FRUITLESS) {
        // Whoever killed the studio has started it again since; a crash of the engine may come back.
        store.jobs.goOn(job.id, job.interruption !== KILLED)
        continue
      }
      const error = `${job.interruption} This has happened ${attempts + 1} times in a row without getting further. What was saved is kept; retry goes on from there.`
      store.jobs.settle(job.id, { state: 'failed', error }, Date.now())
    }
    changed()
    for (const { job } of left) tellEnd(job.id)
  }

  function tellEnd(id: JobId): void {
    const job = store.jobs.get(id)
    if (job && isAtRest(job)) facts.tell('job.ended', { job })
  }

  function get(id: JobId): Job {
    const job = store.jobs.get(id)
    if (job) return job
    throw new DdadError('NOT_FOUND', `There is no job ${id} in this workspace.`)
  }

  /** Writes how a job ended; a full or busy disk delays this until it can be written. */
  async function settle(id: JobId, ending: JobEnding): Promise<void> {
    for (let told = false; ; told = true) {
      try {
        store.jobs.settle(id, ending, Date.now())
        changed(get(id).runId)
        tellEnd(id)
        return
      } catch (problem) {
        if (closing) throw problem
        const text = `${describeError(problem).message} Waiting until it can be.`
        if (!told) facts.tell('engine.log', { level: 'warning', text })
        await sleep(POLL_MS * 4)
      }
    }
  }

  function claim(only: readonly JobId[] | null): Job | null {
    try {
      recover()
      continueInterrupted(only)
      if (preferences.paused()) return null
      if (awaitingSpace && shortOfSpace(context.workspace, preferences, 0)) return null
      awaitingSpace = false
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
        changed(job.runId)
        const ending = await current.ending
        current = null
        await settle(job.id, ending)
        awaitingSpace = ending.state === 'paused' && ending.error !== null
        if (ending.state === 'paused' || preferences.paused()) context.engine.release()
      } else {
        await Promise.race([wake.promise, sleep(POLL_MS)])
      }
    }
  }

  function nudge(): void {
    // Whoever asks for something is told anew when the disk is still short.
    awaitingSpace = false
    wake.resolve()
    wake = Promise.withResolvers<void>()
    changed()
  }

  function end(id: JobId, wanted: Wanted): void {
    const job = get(id)
    const { state } = job
    if (state === 'running') {
      store.jobs.want(id, wanted)
      if (current?.id === id) current.end(wanted)
    } else if (wanted.mode === 'cancel' && state !== 'finished' && state !== 'cancelled') {
      discardWork(context, job)
      store.jobs.settle(id, { state: 'cancelled', error: null }, Date.now())
    } else if (wanted.rest === 'paused') {
      store.jobs.hold(id)
    } else if (wanted.mode === 'stop' && (state === 'queued' || state === 'paused')) {
      store.jobs.settle(id, { state: 'stopped', error: null }, Date.now())
    }
    changed()
  }

  function setPaused(paused: boolean): void {
    preferences.setPaused(paused)
    if (paused) {
      // The running job goes back to its place in the queue with its work kept.
      const [running] = store.jobs.running()
      if (running) end(running.id, { mode: 'stop', rest: 'queued' })
      else context.engine.release()
    }
    nudge()
  }

  return {
    recover,
    /** Works on every job until {@link close}. */
    start: (): void => {
      loop ??= work(null, () => false)
    },
    /** Works on these jobs alone until none of them can go on, or the queue is paused. */
    drain: async (ids: readonly JobId[]): Promise<readonly Job[]> => {
      const paused = () => preferences.paused() && store.jobs.running().length === 0
      await work(ids, () => ids.map(get).every(isAtRest) || paused())
      return ids.map(get)
    },
    get,
    list: (): readonly Job[] => store.jobs.list(),
    /** Puts jobs that were interrupted back into their places, with those that wait for them. */
    goOn: (): void => continueInterrupted(null),
    /** Jobs that wait, run, or go on by themselves. */
    open: (): readonly Job[] => store.jobs.list().filter((job) => !isAtRest(job)),
    /** Whether this process works on a job, or one waits that it will begin by itself. */
    hasWork: (): boolean =>
      current !== null ||
      (!preferences.paused() && (store.jobs.isDue() || store.jobs.interrupted().length > 0)),
    /** Tells the queue that rows were added, or that what the user wants has changed. */
    nudge,
    /** True while no job may begin. */
    paused: preferences.paused,
    /** Pauses the whole queue: the running job saves its work and waits, the device's memory is freed. */
    setPaused,
    /** Saves a job's work and frees the device's memory; it waits, with those behind it, until resumed. */
    pause: (id: JobId): void => end(id, { mode: 'stop', rest: 'paused' }),
    /** Ends a job early and keeps its work. */
    stop: (id: JobId): void => end(id, { mode: 'stop', rest: 'stopped' }),
    /** Ends a job, or gives up one that is stopped or failed, and discards its work. */
    cancel: (id: JobId): void => end(id, { mode: 'cancel', rest: 'stopped' }),
    /** Puts a job that is at rest back into the queue, with those that waited for it. */
    resume: (id: JobId): void => {
      get(id)
      context.engine.reset()
      store.jobs.requeue(id)
      nudge()
    },
    /** Moves a waiting job, with those that wait for it, before another waiting one or to the end. */
    move: (id: JobId, beforeId: JobId | null): void => {
      const movable = (job: Job) => job.state === 'queued' || job.state === 'paused'
      if (!movable(get(id)) || (beforeId !== null && !movable(get(beforeId)))) {
        throw new DdadError('CONFLICT', 'Only jobs that wait can be moved, among those that wait.')
      }
      store.jobs.move(id, beforeId)
      nudge()
    },
    /** Lets the running job save its work and go back to its place in the queue, and waits for it. */
    close: async (): Promise<void> => {
      closing = true
      current?.end({ mode: 'stop', rest: 'queued' })
      wake.resolve()
      await loop
    },
  }
}

export type Queue = ReturnType<typeof createQueue>
