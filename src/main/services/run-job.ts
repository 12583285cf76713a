/** One job from the claim to its end. */
import type { JobId } from '../../shared/domain/ids.ts'
import type { Job } from '../../shared/domain/run.ts'
import { DdadError, describeError } from '../../shared/errors.ts'
import type { EndMode } from '../../shared/processes/frames.ts'
import type { EndState } from '../db/repos/jobs.ts'
import type { Facts } from './facts.ts'
import {
  discardWork,
  imagesOf,
  masksInForce,
  runOf,
  startJob,
  type JobContext,
  type JobOutput,
} from './job-kinds.ts'
import { createRecorder } from './recorder.ts'

const HEARTBEAT_MS = 1000

export interface JobEnding {
  readonly state: EndState
  readonly error: string | null
}

/** A job in progress. */
export interface RunningJob {
  readonly id: JobId
  /** Ends the job early, also before the engine has begun. */
  end(mode: EndMode): void
  /** How it ended; never rejected. */
  readonly ending: Promise<JobEnding>
}

/** Lets the engine work on a job that was claimed, recording what it tells. */
export function runJob(context: JobContext, facts: Facts, job: Job): RunningJob {
  const { store } = context.workspace
  let wanted: EndMode | null = null
  let endCall: ((mode: EndMode) => void) | null = null

  function end(mode: EndMode): void {
    if (wanted === mode || wanted === 'cancel') return
    wanted = mode
    endCall?.(mode)
  }

  const heartbeat = setInterval(() => {
    try {
      const asked = store.jobs.heartbeat(job.id, Date.now())
      if (asked) end(asked)
    } catch {
      // A busy or full database now; the next beat is in a second.
    }
  }, HEARTBEAT_MS)

  async function work(): Promise<JobEnding> {
    const run = runOf(context, job)
    const images = imagesOf(context, run)
    const failure = Promise.withResolvers<never>()
    failure.promise.catch(() => {})
    const recorder = createRecorder(context.workspace, facts, {
      job,
      runId: run.id,
      evaluationId: job.evaluationId,
      masks: masksInForce(images),
      onFailure: (error) => {
        failure.reject(error)
        endCall?.('stop')
      },
    })
    try {
      const info = await context.engine.call('info', null).result
      store.runs.setEngine(run.id, info.tensorflow, info.device)
      const call = await startJob(context, job, images, recorder.receive)
      endCall = call.end
      if (wanted) call.end(wanted)
      const output = await call.result
      await Promise.race([failure.promise, Promise.resolve()])
      recorder.flush()
      if (output.state === 'finished') finish(output)
      return wanted === 'cancel' ? discarded() : { state: output.state, error: null }
    } finally {
      recorder.close()
    }
  }

  function finish({ metrics }: JobOutput): void {
    const { evaluationId } = job
    if (evaluationId === null || !metrics) return
    const seconds = store.imageResults.meanMilliseconds(evaluationId) / 1000
    store.transaction(() => store.evaluations.finish(evaluationId, metrics, seconds, Date.now()))
    facts.tell('evaluations.changed', { evaluationId })
  }

  function discarded(): JobEnding {
    discardWork(context, job)
    return { state: 'cancelled', error: null }
  }

  function failed(error: unknown): JobEnding {
    if (wanted === 'cancel') return discarded()
    if (error instanceof DdadError && error.code === 'CANCELLED') {
      return { state: 'stopped', error: null }
    }
    return { state: 'failed', error: describeError(error).message }
  }

  const ending = work()
    .catch(failed)
    .catch((error: unknown): JobEnding => ({
      state: 'failed',
      error: describeError(error).message,
    }))
    .finally(() => clearInterval(heartbeat))
  return { id: job.id, end, ending }
}
