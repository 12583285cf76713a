import type { ImageResult } from '../evaluation/evaluation.ts'
import type { DatasetId, EvaluationId, ImageId, JobId, RunId } from '../core/ids.ts'
import type { Health } from '../core/health.ts'
import type { PreviewEvent } from '../processes/engine.ts'
import type { Job, JobProgress, MetricPoint } from '../runs/run.ts'

/** Facts that main broadcasts after they are recorded. */
export interface Events {
  'datasets.changed': null
  'reviews.changed': { readonly imageIds: readonly ImageId[] }
  'runs.changed': { readonly runId: RunId | null }
  'jobs.changed': JobsChange
  /** What a user has chosen for the work in this workspace is other now. */
  'preferences.changed': null
  /** A run is to be shown: its notification was clicked. */
  'run.shown': { readonly runId: RunId }
  /** A job has come to rest: finished, failed, or ended early. */
  'job.ended': { readonly job: Job }
  'job.progress': { readonly jobId: JobId; readonly progress: JobProgress }
  'run.metrics': { readonly runId: RunId; readonly points: readonly MetricPoint[] }
  'evaluation.result': { readonly evaluationId: EvaluationId; readonly result: ImageResult }
  'evaluations.changed': { readonly evaluationId: EvaluationId }
  'operatingPoints.changed': { readonly runId: RunId }
  /** Maps were stored or removed; of which run, where that is known. */
  'maps.changed': { readonly runId: RunId | null }
  /** Places, or what is known of their tasks. */
  'places.changed': null
  'masks.changed': { readonly imageId: ImageId }
  /** How far a check of a data set's files, or a search for them, is. */
  'files.progress': {
    readonly datasetId: DatasetId
    readonly done: number
    readonly total: number
  }
  'import.progress': { readonly token: string; readonly done: number; readonly total: number }
  /** A step of a live reconstruction; the token is the one that asked for it. */
  'preview.event': { readonly token: number; readonly event: PreviewEvent }
  /** How far the features are that a search for nominal images needs. */
  'nearest.progress': { readonly token: number; readonly progress: JobProgress }
  /** How far an export or a report is. */
  'exchange.progress': ExportProgress
  /** It has come to its end, good or not. */
  'exchange.ended': { readonly id: number }
  'engine.changed': null
  'health.changed': Health
  'engine.log': { readonly level: 'info' | 'warning'; readonly text: string }
}

/** Jobs that are new or other than they were told last, and those that are no longer listed. */
export interface JobsChange {
  readonly changed: readonly Job[]
  readonly gone: readonly JobId[]
  readonly paused: boolean
}

export interface ExportProgress {
  readonly id: number
  /** For people, such as `Anomaly maps of bottle`. */
  readonly what: string
  readonly done: number
  readonly total: number
  readonly secondsLeft: number | null
}

export type EventName = keyof Events

/** What the preload script puts on `window.ddad`. */
export interface Bridge {
  request(name: string, input: unknown): Promise<unknown>
  on(callback: (name: string, payload: unknown) => void): () => void
  /** Registers dropped files with main; answers one opaque token and display name each. */
  drop(files: readonly File[]): Promise<readonly { token: string; name: string }[]>
}
