/** The one subscriber of a job's engine events: records each fact, then tells it. */
import fs from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { EvaluationId, ImageId, MaskVersionId, RunId } from '../../../shared/core/ids.ts'
import { DdadError, isPassing } from '../../../shared/errors.ts'
import type { Job, JobProgress, MetricPoint } from '../../../shared/runs/run.ts'
import type { EngineEvent } from '../../../shared/processes/engine.ts'
import type { NewImageResult } from '../../db/repos/image-results.ts'
import { PaceMeter } from '../../../shared/jobs/time-left.ts'
import type { Facts } from '../core/facts.ts'
import type { UsedFiles } from '../datasets/used-files.ts'
import type { Workspace } from '../core/workspace.ts'

/** The newest file and the one before it, in case the newest cannot be read. */
const KEPT = 2
const FLUSH_MS = 250
const FLUSH_POINTS = 200
/** Flushes, ten seconds of them, that a job waits for the lock which is to end. */
const LEAVING_WAITS = 40
/** Time per step is a curve of its own, with a point every so often. */
const PACE_SECONDS = 5

export interface RecordedJob {
  readonly job: Job
  readonly runId: RunId
  readonly evaluationId: EvaluationId | null
  /** The mask version that each test image is measured with. */
  readonly masks: ReadonlyMap<ImageId, MaskVersionId | null>
  /** Hashes of files that are not as they were imported. */
  readonly contents: UsedFiles['contents']
  /** Called once when something could not be recorded, a full disk for instance. */
  readonly onFailure: (error: unknown) => void
}

/** Its map is in the store. */
export type ScoredResult = Pick<
  NewImageResult,
  'imageId' | 'mapId' | 'score' | 'startStep' | 'ratio'
>

export interface Recorder {
  readonly receive: (event: EngineEvent) => void
  /** Records the score of a test image. */
  readonly result: (result: ScoredResult) => void
  /** Records a figure of the process at the step that the job has come to. */
  readonly measured: (name: string, value: number) => void
  /**
   * Records what is still waiting, once nobody else holds the lock; what fails is told to `onFailure`.
   * @param leaves whether the job is to end soon. @throws DdadError WORKSPACE_BUSY when the lock is held even so
   */
  readonly settle: (leaves: () => boolean) => Promise<void>
  /** Ends the recording without flushing. */
  readonly close: () => void
}

/**
 * Progress and metric points are gathered for 250 ms or 200 points and written in one transaction;
 * checkpoints and image results, which name files, are written at once.
 */
export function createRecorder(workspace: Workspace, facts: Facts, target: RecordedJob): Recorder {
  const { store, relative, resolve } = workspace
  const { job, runId, evaluationId, masks, contents } = target
  let points: MetricPoint[] = []
  let progress: JobProgress | null = null
  let mapsChanged = false
  let failed = false
  const waiting: (() => void)[] = []
  const pace = new PaceMeter()
  let paceRecordedAt = -Infinity
  let lastStep = job.progress?.done ?? 0

  /** Deletes all but the newest recorded files of a kind; what cannot be deleted now goes with the next. */
  function deleteOld(kind: 'unet' | 'features'): void {
    for (const { id, file } of store.checkpoints.ofKind(runId, kind).slice(KEPT)) {
      try {
        fs.rmSync(resolve(file), { force: true })
        store.checkpoints.markRemoved(id, Date.now())
      } catch {
        continue
      }
    }
  }

  /** Records in the order of telling; while another program holds the lock, what is told waits. */
  function record(work: () => void): void {
    waiting.push(work)
    recordWaiting()
  }

  function recordWaiting(): void {
    try {
      while (!failed && waiting.length > 0) {
        if (!store.lockIsFree()) return
        waiting[0]!()
        waiting.shift()
      }
    } catch (error) {
      if (isPassing(error)) return
      failed = true
      target.onFailure(error)
    }
  }

  function flush(): void {
    if (mapsChanged) facts.tell('maps.changed', { runId })
    mapsChanged = false
    if (points.length === 0 && !progress) return
    const batch = points
    const latest = progress
    store.transaction(() => {
      store.metricPoints.put(runId, batch)
      if (latest) store.jobs.setProgress(job.id, latest)
    })
    points = []
    progress = null
    if (batch.length > 0) facts.tell('run.metrics', { runId, points: batch })
    if (latest) facts.tell('job.progress', { jobId: job.id, progress: latest })
  }

  function addResult(result: ScoredResult): void {
    if (evaluationId === null) return
    store.jobs.saved(job.id)
    const id = store.imageResults.put({
      ...result,
      evaluationId,
      maskVersionId: masks.get(result.imageId) ?? null,
      ...contents.get(result.imageId),
    })
    const stored = store.imageResults.get(id)
    if (stored) facts.tell('evaluation.result', { evaluationId, result: stored })
  }

  function measured(name: string, value: number): void {
    if (job.kind === 'train' && lastStep > 0) points.push({ step: lastStep, name, value })
  }

  /** The engine counts steps; how long the rest takes is measured here, with its spread. The first steps tell nothing. */
  function recordProgress(told: JobProgress): void {
    const now = performance.now() / 1000
    lastStep = told.done
    progress = { ...told, secondsLeft: null, ...pace.add(told.done, told.total, now) }
    if (job.kind !== 'train' || now - paceRecordedAt < PACE_SECONDS) return
    paceRecordedAt = now
    measured('secondsPerStep', told.secondsPerStep)
  }

  function take(event: EngineEvent): void {
    switch (event.type) {
      case 'progress':
        recordProgress(event.progress)
        break
      case 'metrics':
        points.push(...event.points)
        if (points.length >= FLUSH_POINTS) flush()
        break
      case 'checkpoint': {
        // Points of steps before a checkpoint are not computed again after a crash.
        flush()
        const { kind, step, written } = event
        const { file, bytes, sha256 } = written
        const row = {
          runId,
          kind,
          step,
          file: relative(file),
          bytes,
          sha256,
          createdAt: Date.now(),
        }
        store.checkpoints.put(row)
        deleteOld(kind)
        store.jobs.saved(job.id)
        facts.tell('runs.changed', { runId })
        break
      }
      case 'map':
        store.maps.put(event.map)
        mapsChanged = true
        store.jobs.saved(job.id)
        break
      case 'distances':
        break
      case 'log':
        store.runLogs.add(runId, job.id, Date.now(), event.level, event.text)
        facts.tell('engine.log', { level: event.level, text: event.text })
        break
    }
  }

  const timer = setInterval(
    () => (waiting.length === 0 ? record(flush) : recordWaiting()),
    FLUSH_MS,
  )
  return {
    receive: (event) => record(() => take(event)),
    result: (result) => record(() => addResult(result)),
    measured,
    settle: async (leaves) => {
      record(flush)
      for (let waits = 0; waiting.length > 0 && !failed;) {
        if (leaves() && (waits += 1) > LEAVING_WAITS) throw busy()
        await sleep(FLUSH_MS)
        recordWaiting()
      }
    },
    close: () => clearInterval(timer),
  }
}

function busy(): DdadError {
  return new DdadError(
    'WORKSPACE_BUSY',
    'Another program holds the database, so that the end of this was not recorded. Its files are kept; it goes on from what was recorded.',
  )
}
