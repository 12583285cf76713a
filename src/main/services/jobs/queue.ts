/** Runs queued jobs, one at a time on each card and one import beside them. Rows are the truth: windows and command lines share one queue. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { JobId } from '../../../shared/core/ids.ts'
import { laneOf, lanes, type Job, type Lane } from '../../../shared/runs/run.ts'
import { DdadError, describeError } from '../../../shared/errors.ts'
import type { JobEnding, Wanted } from '../../db/repos/jobs.ts'
import { shortOfSpace } from '../core/disk.ts'
import type { Facts } from '../core/facts.ts'
import { discardWork, type JobContext } from './job-kinds.ts'
import { ownerLives, thisProcess } from '../core/owner.ts'
import { runJob, type RunningJob } from './run-job.ts'
import { found } from '../core/found.ts'

/** What does one job at a time. */
interface Slot {
  readonly lane: Lane
  /** Which of the cards, from 0. */
  readonly card: number
  readonly engine: JobContext['engine']
}

const POLL_MS = 500
/** How often a job goes on by itself without having saved anything in between. */
const FRUITLESS = 3
const KILLED = 'The studio, or the whole machine, ended while this was running.'

/** A job without how far it is, to tell a change of the queue from progress. */
const withoutProgress = ({ progress: _, ...job }: Job): string => JSON.stringify(job)

/** States in which a job does nothing more by itself. */
const isAtRest = ({ state, interruption }: Job) =>
  state !== 'queued' && state !== 'running' && (state !== 'stopped' || interruption === null)

export function createQueue(context: JobContext, facts: Facts) {
  const { preferences } = context
  const { store, readOnly } = context.workspace
  const owner = thisProcess()
  /** Where jobs run: on each card, and beside the device. */
  const slots: readonly Slot[] = [
    ...context.cards.map((engine, card): Slot => ({ lane: 'device', card, engine })),
    { lane: 'files', card: 0, engine: context.engine },
  ]
  /** What this process works on. */
  const current = new Map<Slot, RunningJob>()
  let wake = Promise.withResolvers<void>()
  let closing = false
  /** A job has paused for want of disk space: those behind it wait until there is room, instead of pausing too. */
  let awaitingSpace = false
  let loop: Promise<unknown> | null = null

  const textOf = (jobs: readonly Job[]): ReadonlyMap<JobId, string> =>
    new Map(jobs.map((job) => [job.id, withoutProgress(job)]))
  /** The listed jobs as they were told last. */
  let told = textOf(store.jobs.list())
  let toldPaused = preferences.paused()
  let telling = false

  /** Has what changed told once, however much is changed before this process waits for something. */
  function changed(): void {
    if (telling) return
    telling = true
    queueMicrotask(() => {
      telling = false
      try {
        tellChanges()
      } catch {
        // What cannot be read now is told with the next change; that it cannot, by what the user asks for.
      }
    })
  }

  /** Tells which jobs differ from what was told last, whichever process changed them; answers them. */
  function tellChanges(): readonly Job[] {
    const before = told
    const jobs = store.jobs.list()
    const now = textOf(jobs)
    const paused = preferences.paused()
    const differing = jobs.filter(({ id }) => before.get(id) !== now.get(id))
    const gone = [...before.keys()].filter((id) => !now.has(id))
    const pausedAlike = paused === toldPaused
    told = now
    toldPaused = paused
    if (differing.length === 0 && gone.length === 0 && pausedAlike) return []
    facts.tell('jobs.changed', { changed: differing, gone, paused })
    // An import has no run.
    const runIds = new Set(differing.flatMap(({ runId }) => runId ?? []))
    if (runIds.size > 1) facts.tell('runs.changed', { runId: null })
    else for (const runId of runIds) facts.tell('runs.changed', { runId })
    return differing
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

  const get = (id: JobId) => found(store.jobs.get(id), `job ${id}`)

  /** Writes how a job ended; a full or busy disk delays this until it can be written. */
  async function settle(id: JobId, ending: JobEnding): Promise<void> {
    for (let told = false; ; told = true) {
      try {
        store.jobs.settle(id, ending, Date.now())
        changed()
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

  /** An engine that crashes again and again must not take the jobs of those that work. */
  const outOfOrder = ({ engine }: Slot) =>
    engine.stopped && context.cards.some((other) => !other.stopped)

  function claim(slot: Slot, only: readonly JobId[] | null): Job | null {
    try {
      recover()
      continueInterrupted(only)
      if (preferences.paused()) return null
      if (slot.lane === 'device') {
        if (outOfOrder(slot)) return null
        if (awaitingSpace && shortOfSpace(context.workspace, preferences, 0)) return null
        awaitingSpace = false
      }
      return store.transaction(() => store.jobs.claim(owner, Date.now(), slot, only))
    } catch {
      // A busy or full database now; the loop tries again.
      return null
    }
  }

  /** Works in a slot until `over` says so; takes only the named jobs when some are named. */
  async function work(
    slot: Slot,
    only: readonly JobId[] | null,
    over: () => boolean,
  ): Promise<void> {
    while (!closing && !over()) {
      const job = claim(slot, only)
      if (job) {
        const running = runJob({ ...context, engine: slot.engine }, facts, job)
        current.set(slot, running)
        changed()
        const ending = await running.ending
        current.delete(slot)
        await settle(job.id, ending)
        rouse()
        if (ending.state === 'paused' && ending.error !== null) awaitingSpace = true
        const release = ending.state === 'paused' || preferences.paused()
        if (slot.lane === 'device' && release) slot.engine.release()
      } else {
        await Promise.race([wake.promise, sleep(POLL_MS)])
      }
    }
  }

  /** Lets lanes that wait look again. */
  function rouse(): void {
    wake.resolve()
    wake = Promise.withResolvers<void>()
  }

  function nudge(): void {
    // Whoever asks for something is told anew when the disk is still short.
    awaitingSpace = false
    rouse()
    changed()
  }

  function end(id: JobId, wanted: Wanted): void {
    const job = get(id)
    const { state } = job
    if (state === 'running') {
      store.jobs.want(id, wanted)
      const own = [...current.values()].find((running) => running.id === id)
      own?.end(wanted)
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
      // What runs goes back to its place in the queue with its work kept.
      const running = store.jobs.running()
      for (const { id } of running) end(id, { mode: 'stop', rest: 'queued' })
      if (running.every(({ kind }) => laneOf(kind) !== 'device'))
        for (const engine of context.cards) engine.release()
    }
    nudge()
  }

  return {
    recover,
    tellChanges,
    /** Works on every job until {@link close}. */
    start: (): void => {
      if (readOnly === null)
        loop ??= Promise.all(slots.map((slot) => work(slot, null, () => false)))
    },
    /** Works on these jobs alone until none of them can go on, or the queue is paused. */
    drain: async (ids: readonly JobId[]): Promise<readonly Job[]> => {
      if (readOnly !== null) throw new DdadError('WORKSPACE_READ_ONLY', readOnly)
      const paused = () => preferences.paused() && store.jobs.running().length === 0
      const over = () => ids.map(get).every(isAtRest) || paused()
      const needed = new Set(ids.map((id) => laneOf(get(id).kind)))
      const own = slots.filter(({ lane }) => needed.has(lane))
      await Promise.all(own.map((slot) => work(slot, ids, over)))
      return ids.map(get)
    },
    get,
    list: (): readonly Job[] => store.jobs.list(),
    /** Whether any process of the workspace works on a job. */
    isRunning: (): boolean => store.jobs.running().length > 0,
    /** Puts jobs that were interrupted back into their places, with those that wait for them. */
    goOn: (): void => continueInterrupted(null),
    /** Jobs that wait, run, or go on by themselves. */
    open: (): readonly Job[] => store.jobs.list().filter((job) => !isAtRest(job)),
    /** Whether this process works on a job, or one waits that it will begin by itself. */
    hasWork: (): boolean =>
      current.size > 0 ||
      (!preferences.paused() &&
        (lanes.some(store.jobs.isDue) || store.jobs.interrupted().length > 0)),
    /** Tells the queue that rows were added, or that what the user wants has changed. */
    nudge,
    /** True while no job may begin. */
    paused: preferences.paused,
    /** Pauses the whole queue: what runs saves its work and waits, the device's memory is freed. */
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
      for (const engine of context.cards) engine.reset()
      context.background.reset()
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
    /** Lets what runs save its work and go back to its place in the queue, and waits for it. */
    close: async (): Promise<void> => {
      closing = true
      for (const running of current.values()) running.end({ mode: 'stop', rest: 'queued' })
      wake.resolve()
      await loop
    },
  }
}

export type Queue = ReturnType<typeof createQueue>
