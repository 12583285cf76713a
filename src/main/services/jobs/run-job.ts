/** One job from the claim to its end. */
import type { JobId } from '../../../shared/core/ids.ts'
import type { Job, LogLevel, Run } from '../../../shared/runs/run.ts'
import type { DdadError } from '../../../shared/errors.ts'
import { describeError } from '../../../shared/errors.ts'
import type { EndMode } from '../../../shared/processes/frames.ts'
import type { JobEnding, Wanted } from '../../db/repos/jobs.ts'
import { shortOfSpace } from '../core/disk.ts'
import { describeEnvironment } from '../core/environment.ts'
import type { Facts } from '../core/facts.ts'
import {
  discardWork,
  imagesOfJob,
  masksInForce,
  recordImages,
  runOf,
  startJob,
  type JobContext,
  type JobOutput,
} from './job-kinds.ts'
import { startImport } from '../datasets/import-job.ts'
import { createRecorder } from './recorder.ts'
import { lookAtUsed } from '../datasets/used-files.ts'
import { newestCheckpoint } from '../runs/run-weights.ts'
import { frozenExtractor } from '../core/weights.ts'

const HEARTBEAT_MS = 1000
const DISK_BEATS = 5
const USAGE_BEATS = 10

/** A job in progress. */
export interface RunningJob {
  readonly id: JobId
  /** Ends the job early, also before the engine has begun. */
  end(wanted: Wanted): void
  /** How it ended; never rejected. */
  readonly ending: Promise<JobEnding>
}

/** Lets the engine work on a job that was claimed, recording what it tells. */
export function runJob(context: JobContext, facts: Facts, job: Job): RunningJob {
  const { workspace, preferences } = context
  const { store } = workspace
  let wanted: Wanted | null = null
  /** Why it is to be paused without anyone's wish. */
  let shortage: DdadError | null = null
  let endCall: ((mode: EndMode) => void) | null = null
  let measure: (() => void) | null = null

  function end(next: Wanted): void {
    if (wanted?.mode === 'cancel' || (wanted?.mode === next.mode && wanted.rest === next.rest)) {
      return
    }
    const told = wanted?.mode === next.mode
    wanted = next
    if (!told) endCall?.(next.mode)
  }

  function note(level: LogLevel, text: string): void {
    if (job.runId !== null) store.runLogs.add(job.runId, job.id, Date.now(), level, text)
  }

  function checkSpace(): void {
    // An import writes some megabytes at most: it pauses only on a disk that is full.
    if (shortage || job.runId === null) return
    const { kind, runId } = job
    const newest = kind === 'train' ? store.checkpoints.ofKind(runId, 'unet')[0] : undefined
    shortage = shortOfSpace(workspace, preferences, newest?.bytes ?? 0)
    if (shortage) end({ mode: 'stop', rest: 'paused' })
  }

  let beats = 0
  const heartbeat = setInterval(() => {
    try {
      const asked = store.jobs.heartbeat(job.id, Date.now())
      if (asked) end(asked)
      beats += 1
      if (beats % DISK_BEATS === 0) checkSpace()
      if (beats % USAGE_BEATS === 1) measure?.()
    } catch {
      // A busy or full database now; the next beat is in a second.
    }
  }, HEARTBEAT_MS)

  async function workOnFolder(): Promise<JobEnding> {
    const call = startImport(context, facts, job)
    endCall = call.end
    if (wanted) call.end((wanted as Wanted).mode)
    await call.result
    return { state: 'finished', error: null }
  }

  async function workOnRun(): Promise<JobEnding> {
    const run = runOf(context, job)
    const { images, contents, warnings } = await lookAtUsed(
      context.fileChecks,
      job.kind,
      imagesOfJob(context, job, run),
    )
    const failure = Promise.withResolvers<never>()
    failure.promise.catch(() => {})
    checkSpace()
    if (shortage) throw shortage
    const recorder = createRecorder(workspace, facts, {
      job,
      runId: run.id,
      evaluationId: job.evaluationId,
      masks: masksInForce(images),
      contents,
      onFailure: (error) => {
        failure.reject(error)
        endCall?.('stop')
      },
    })
    try {
      note('info', `${job.title}: begins${job.progress ? ` after step ${job.progress.done}` : ''}`)
      for (const warning of warnings) note('warning', warning)
      recordImages(context, job, run, images)
      await recordEnvironment(run)
      const call = await startJob(context, job, images, recorder)
      endCall = call.end
      measure = () =>
        void context.engine.call('usage', null).result.then(
          ({ residentBytes }) => recorder.measured('memory', residentBytes),
          () => {},
        )
      if (wanted) call.end((wanted as Wanted).mode)
      const output = await call.result
      await recorder.settle(() => wanted !== null)
      await Promise.race([failure.promise, Promise.resolve()])
      if (output.state === 'finished') {
        finish(output)
        return { state: 'finished', error: null }
      }
      return rested()
    } finally {
      measure = null
      recorder.close()
    }
  }

  async function recordEnvironment(run: Run): Promise<void> {
    const info = await context.engine.call('info', null).result
    if (job.kind === 'train') {
      store.runs.setEnvironment(run.id, await describeEnvironment(info, null))
    } else if (job.evaluationId !== null) {
      const features = newestCheckpoint(workspace, run, 'features')
      const frozen = frozenExtractor(run.config.extractor, workspace.folder, features)
      const environment = await describeEnvironment(info, frozen && frozen.file)
      store.evaluations.setEnvironment(job.evaluationId, environment)
    }
  }

  function finish({ metrics }: JobOutput): void {
    const { evaluationId } = job
    if (evaluationId === null || !metrics) return
    const seconds = store.imageResults.meanMilliseconds(evaluationId) / 1000
    store.transaction(() => store.evaluations.finish(evaluationId, metrics, seconds, Date.now()))
    facts.tell('evaluations.changed', { evaluationId })
  }

  /** The end of a job that was ended early. */
  function rested(): JobEnding {
    if (wanted?.mode === 'cancel') {
      discardWork(context, job)
      return { state: 'cancelled', error: null }
    }
    return { state: wanted?.rest ?? 'stopped', error: shortage?.message ?? null }
  }

  function failed(error: unknown): JobEnding {
    const { code, message } = describeError(error)
    if (wanted?.mode === 'cancel' || code === 'CANCELLED') return rested()
    if (code === 'DISK_FULL') return { state: 'paused', error: message }
    // What a user wanted holds, also when the engine crashed before it could obey.
    const broken = code === 'ENGINE_CRASHED' || code === 'DEVICE_FAILED'
    if (broken && wanted) return rested()
    // What another program's lock, or a database that takes no changes, kept from being recorded goes on later.
    const unrecorded = code.startsWith('WORKSPACE_')
    if (unrecorded && wanted) return rested()
    if (broken || unrecorded) return { state: 'stopped', error: null, interruption: message }
    return { state: 'failed', error: message }
  }

  function settled(ending: JobEnding): JobEnding {
    const level = ending.state === 'failed' ? 'error' : ending.interruption ? 'warning' : 'info'
    const reason = ending.error ?? ending.interruption
    try {
      note(level, `${job.title}: ${ending.state}${reason ? `. ${reason}` : ''}`)
    } catch {
      // The job's row says the same and is written again until it holds.
    }
    return ending
  }

  const ending = (job.kind === 'import' ? workOnFolder() : workOnRun())
    .catch(failed)
    .catch((error: unknown): JobEnding => ({
      state: 'failed',
      error: describeError(error).message,
    }))
    .then(settled)
    .finally(() => clearInterval(heartbeat))
  return { id: job.id, end, ending }
}
