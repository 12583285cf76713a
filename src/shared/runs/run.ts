import type { RunConfig } from '../config/run-config.ts'
import type { MetricName } from '../evaluation/evaluation.ts'
import type { CheckpointId, DatasetId, EvaluationId, JobId, RunId, StudyId } from '../core/ids.ts'

/**
 * A job's life: `queued → running → finished | stopped | cancelled | failed`. The four words that end it
 * early or bring it back mean the same in the window and on the command line; docs/experiments.md has
 * the table. Paused waits with its work kept, stopped has ended with its work kept, cancelled has
 * discarded it; each of them, and failed, goes on with retry, from the last checkpoint if there is one.
 */
export const jobStates = [
  'queued',
  'running',
  'paused',
  'finished',
  'stopped',
  'cancelled',
  'failed',
] as const
export type JobState = (typeof jobStates)[number]

export const jobKinds = ['train', 'adapt', 'evaluate', 'sweep', 'import'] as const
export type JobKind = (typeof jobKinds)[number]

/** The device works on one job at a time. An import needs no device: it has a lane of its own beside that. */
export const lanes = ['device', 'files'] as const
export type Lane = (typeof lanes)[number]
export const laneOf = (kind: JobKind): Lane => (kind === 'import' ? 'files' : 'device')

/** How far a job is. Steps are optimiser steps, images or sweep cells, as the kind has it. */
export interface JobProgress {
  readonly done: number
  readonly total: number
  readonly secondsPerStep: number
  /** Null until the pace is measured, also where nobody measures it. */
  readonly secondsLeft: number | null
  /** Time left at the pace of the faster and of the slower steps lately; absent while it is not measured. */
  readonly spread?: { readonly low: number; readonly high: number }
}

export interface Job {
  readonly id: JobId
  readonly kind: JobKind
  readonly state: JobState
  readonly runId: RunId | null
  readonly evaluationId: EvaluationId | null
  /** What the job does, in words for the queue. */
  readonly title: string
  readonly progress: JobProgress | null
  /** Why it failed or waits, what was kept and what to do; null otherwise. */
  readonly error: string | null
  /** Place in the queue: jobs wait in ascending order. */
  readonly position: number
  /** What ended it before its time, after which it went on or will go on by itself; null otherwise. */
  readonly interruption: string | null
  readonly interruptedAt: number | null
  /** How often it has gone on by itself. */
  readonly continued: number
  readonly createdAt: number
  readonly startedAt: number | null
  readonly endedAt: number | null
}

/** One trained model of one category: its configuration and everything that came of it. */
export interface Run {
  readonly id: RunId
  readonly name: string
  readonly datasetId: DatasetId
  readonly datasetName: string
  readonly category: string
  readonly config: RunConfig
  /** State of the training job; `queued` before it has one. */
  readonly state: JobState
  readonly datasetFingerprint: string
  readonly step: number
  readonly totalSteps: number
  readonly lastLoss: number | null
  readonly adapted: boolean
  readonly createdAt: number
  /** Lowest training loss so far. */
  readonly bestLoss: number | null
  /** Wall time of the training in seconds until its last end, without the time it waited. */
  readonly trainingSeconds: number | null
  /** The newest finished evaluation's headline figures. */
  readonly headline: Headline | null
  /** Figures of the newest finished evaluation, and the best of all finished ones. */
  readonly metrics: RunMetrics
  readonly studyId: StudyId | null
  readonly note: string
  readonly tags: readonly string[]
  readonly favourite: boolean
  readonly archived: boolean
  /** When it was put into the trash; null otherwise. */
  readonly trashedAt: number | null
}

/** Figures of whole categories by name; a name is missing where nothing was computed. */
export interface RunMetrics {
  readonly last: Readonly<Partial<Record<MetricName, number | null>>>
  readonly best: Readonly<Partial<Record<MetricName, number | null>>>
}

export interface Headline {
  readonly evaluationId: EvaluationId
  readonly imageAuroc: number | null
  readonly pixelAuroc: number | null
  readonly auPro: number | null
  readonly secondsPerImage: number
}

export interface MetricPoint {
  readonly step: number
  readonly name: string
  readonly value: number
}

export interface Checkpoint {
  readonly id: CheckpointId
  readonly runId: RunId
  readonly kind: 'unet' | 'features'
  readonly step: number
  readonly bytes: number
  readonly sha256: string
  readonly createdAt: number
}

/** A checkpoint as the run's page lists it. */
export interface ListedCheckpoint extends Checkpoint {
  /** Whether its file is there: a training keeps the newest two. */
  readonly onDisk: boolean
}

export const logLevels = ['info', 'warning', 'error'] as const
export type LogLevel = (typeof logLevels)[number]

/** A line of a run's log. */
export interface LogEntry {
  readonly id: number
  readonly jobId: JobId | null
  readonly at: number
  readonly level: LogLevel
  readonly text: string
}
