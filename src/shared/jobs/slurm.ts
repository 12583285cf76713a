/** What Slurm tells of a task, and what that means. */
import type { JobState } from '../runs/run.ts'
import type { TaskStatus } from './task-files.ts'

/** `squeue --format`: text, because its JSON has another shape in each version and is forty times as long. */
export const QUEUE_FORMAT = '%j|%K|%A|%T|%N|%r'

export interface QueueRow {
  readonly key: string
  readonly task: number
  readonly slurmJob: number
  /** Slurm's word, `PENDING`. */
  readonly state: string
  readonly node: string
  readonly reason: string
}

/** The rows of {@link QUEUE_FORMAT}, of each task the newest job's; lines that are not such rows are left out. */
export function readQueue(lines: readonly string[]): ReadonlyMap<string, QueueRow> {
  const rows = new Map<string, QueueRow>()
  for (const line of lines) {
    const [key = '', task = '', job = '', state = '', node = '', ...reason] = line.split('|')
    if (!/^\d+$/.test(task) || !/^\d+$/.test(job)) continue
    const row = { key, task: Number(task), slurmJob: Number(job), state, node }
    const name = taskName(key, row.task)
    const before = rows.get(name)
    if (!before || before.slurmJob < row.slurmJob)
      rows.set(name, { ...row, reason: reason.join('|') })
  }
  return rows
}

export const taskName = (key: string, task: number): string => `${key}/${task}`

const waiting = new Set([
  ...['PENDING', 'CONFIGURING', 'REQUEUED', 'REQUEUE_FED', 'REQUEUE_HOLD', 'SPECIAL_EXIT'],
  ...['RESV_DEL_HOLD', 'SUSPENDED', 'STOPPED', 'RESIZING', 'PREEMPTED'],
])
const working = new Set(['RUNNING', 'COMPLETING', 'SIGNALING', 'STAGE_OUT'])

export const CANCELLED =
  'It was cancelled. What it had saved is kept on shared scratch; retry goes on from it.'

/** Ends that Slurm names itself; each says what happened, what was kept and what to do. docs/cluster.md lists them. */
const ends: Readonly<Record<string, string>> = {
  NODE_FAIL:
    'Its node was lost. The last checkpoint is kept on shared scratch; retry goes on from it on another node.',
  BOOT_FAIL: 'Its node did not start. Nothing was lost; retry takes another node.',
  TIMEOUT:
    'Its time limit ended it. The last checkpoint is kept; retry goes on from it. Ask for more minutes if one attempt does not come far enough.',
  DEADLINE: 'Its deadline passed. The last checkpoint is kept; retry goes on from it.',
  OUT_OF_MEMORY:
    'Slurm ended it because it took more memory than it had asked for. The last checkpoint is kept; ask for more memory, or set a smaller training.microBatch, then retry.',
  CANCELLED,
}

export interface Verdict {
  readonly state: JobState
  readonly error: string | null
  /** Whether it rests on something missing, which a slow shared disk may still bring. */
  readonly unsure: boolean
}

const sure = (state: JobState, error: string | null = null): Verdict => ({
  state,
  error,
  unsure: false,
})

const held = /^(?:JobHeld|job requeued in held state)/i

/**
 * The state of a task from Slurm's row and the newest status file, either of which may be missing.
 * A result that is there counts for more than what the queue says; a live row for more than an old status.
 */
export function judge(row: QueueRow | undefined, status: TaskStatus | undefined): Verdict {
  if (status?.state === 'finished' && status.result) return sure('finished')
  if (row && waiting.has(row.state)) {
    if (!held.test(row.reason)) return sure('queued')
    return sure(
      'paused',
      `Slurm holds it (${row.reason}). Its work is kept; release lets it go on.`,
    )
  }
  if (row && working.has(row.state)) return sure('running')
  const last = status?.slurmJob === null || !row || status?.slurmJob === row.slurmJob
  if (status?.state === 'failed' && last) return sure('failed', status.error)
  const named = row && ends[row.state]
  if (row?.state === 'CANCELLED') return sure('cancelled', named ?? null)
  if (named) return sure('failed', named)
  if (status?.state === 'stopped' && last) {
    return sure('stopped', 'It was stopped with its work kept; retry goes on from there.')
  }
  const how = row ? `Slurm says ${row.state}` : 'Slurm no longer knows it'
  return {
    state: 'failed',
    error: `${how}, and it left no result: it was killed, or its node was lost. The last checkpoint is kept on shared scratch; retry goes on from it, and its log there may tell more.`,
    unsure: true,
  }
}

/** Slurm's word and reason for people, `PENDING (Resources)`. */
export const queueText = ({ state, reason }: QueueRow): string =>
  reason === '' || reason === 'None' ? state : `${state} (${reason})`
