import type { RunConfig } from '../config/run-config.ts'
import type { CheckpointId, DatasetId, EvaluationId, JobId, RunId } from './ids.ts'

/**
 * A job's life. `queued → running → finished | stopped | cancelled | failed`; `paused` waits with its
 * work kept and returns to `queued`. Stopped keeps the work and can be resumed; cancelled discards it.
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

/** How far a job is. Steps are optimiser steps, images or sweep cells, as the kind has it. */
export interface JobProgress {
  readonly done: number
  readonly total: number
  readonly secondsPerStep: number
  readonly secondsLeft: number
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
  /** Why it failed, what was kept and what to do; null otherwise. */
  readonly error: string | null
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
  /** The newest finished evaluation's headline figures. */
  readonly headline: Headline | null
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
