import type { Job, JobKind, JobState } from '../../../../../shared/runs/run.ts'

type Tone = 'neutral' | 'accent' | 'good' | 'warning' | 'danger'

/** How each state looks and what it means for the work done so far. */
export const stateInfo: Readonly<Record<JobState, { tone: Tone; meaning: string }>> = {
  queued: { tone: 'neutral', meaning: 'Waits for the jobs before it' },
  running: { tone: 'accent', meaning: 'Being worked on now' },
  paused: { tone: 'warning', meaning: 'Waits with its work kept until it is resumed' },
  finished: { tone: 'good', meaning: 'Done' },
  stopped: { tone: 'warning', meaning: 'Ended early with its work kept; retry goes on from there' },
  cancelled: { tone: 'neutral', meaning: 'Ended early, its work was discarded; retry starts anew' },
  failed: { tone: 'danger', meaning: 'Ended by an error; retry goes on from its last checkpoint' },
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
/** Whether cancelling a job throws something away; other sweeps share what a sweep has computed. */
export const hasWork = ({ kind, progress }: Job): boolean =>
  kind !== 'sweep' && (progress?.done ?? 0) > 0
export const canResume = (job: Job): boolean =>
  ['paused', 'stopped', 'failed', 'cancelled'].includes(job.state)

/** What resuming or retrying a job does. */
export function retryMeaning({ kind, state }: Job): string {
  if (state === 'paused') return 'Resume: goes on in its turn, from where it was'
  if (state === 'cancelled') return 'Retry: starts anew, its work was discarded'
  if (kind === 'import') return 'Retry: goes on from what was read of the folder'
  return 'Retry: goes on from the last checkpoint, with what waited for it'
}
