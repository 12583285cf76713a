import type { Job, JobKind, JobState } from '../../../../shared/domain/run.ts'

type Tone = 'neutral' | 'accent' | 'good' | 'warning' | 'danger'

/** How each state looks and what it means for the work done so far. */
export const stateInfo: Readonly<Record<JobState, { tone: Tone; meaning: string }>> = {
  queued: { tone: 'neutral', meaning: 'Waits for the jobs before it' },
  running: { tone: 'accent', meaning: 'Being worked on now' },
  paused: { tone: 'warning', meaning: 'Waits with its work kept until it is resumed' },
  finished: { tone: 'good', meaning: 'Done' },
  stopped: { tone: 'warning', meaning: 'Ended early, its work is kept and it can be resumed' },
  cancelled: { tone: 'neutral', meaning: 'Ended early, its work was discarded' },
  failed: { tone: 'danger', meaning: 'Ended by an error' },
}

export const kindNames: Readonly<Record<JobKind, string>> = {
  train: 'Training',
  adapt: 'Adaptation',
  evaluate: 'Evaluation',
  sweep: 'Sweep',
  import: 'Import',
}

export const canEnd = (job: Job): boolean =>
  job.state === 'running' || job.state === 'queued' || job.state === 'paused'
export const canResume = (job: Job): boolean =>
  ['paused', 'stopped', 'failed', 'cancelled'].includes(job.state)
