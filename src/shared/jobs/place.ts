/** Places where a study runs besides this machine: clusters that Slurm schedules. */
import type { PlaceId, RunId, StudyId } from '../core/ids.ts'
import type { JobState } from '../runs/run.ts'
import type { PlaceSettings, Submission } from './place-schemas.ts'

export type { PlaceSettings, Submission }

export const defaultSubmission: Submission = {
  partition: '',
  account: '',
  gres: '',
  minutes: 0,
  memory: 0,
  cpus: 0,
  limit: 0,
  requeues: 20,
  maps: true,
  lines: [],
}

export const defaultLocal = '${SLURM_TMPDIR:-${TMPDIR:-/tmp}}'

export interface Place {
  readonly id: PlaceId
  readonly name: string
  readonly settings: PlaceSettings
}

/** The folder of this machine as the nodes have it: the longest rule that fits; without one, the same. */
export function pathThere({ paths }: Pick<PlaceSettings, 'paths'>, folder: string): string {
  const trimmed = (text: string) => text.replace(/\/+$/, '')
  const fits = ({ here }: { here: string }) =>
    folder === trimmed(here) || folder.startsWith(`${trimmed(here)}/`)
  const rule = paths.filter(fits).toSorted((a, b) => b.here.length - a.here.length)[0]
  if (!rule) return folder
  return trimmed(rule.there) + folder.slice(trimmed(rule.here).length)
}

/** A study as it was sent to a place. */
export interface SentStudy {
  readonly studyId: StudyId
  readonly place: Place
  /** Names the study at the place: the Slurm job and the folder on shared scratch. */
  readonly key: string
  readonly folder: string
  /** As it was sent, but for how many run at a time, which may be changed since. */
  readonly submission: Submission
  /** The batch script as it was sent. */
  readonly script: string
  readonly submittedAt: number
}

/** One category × preset × seed of a study at a place. */
export interface Task {
  readonly runId: RunId
  readonly studyId: StudyId
  /** Its place in the job array. */
  readonly number: number
  readonly state: JobState
  /** Slurm's own word and reason, `PENDING (Resources)`; null before it was seen in the queue. */
  readonly queue: string | null
  readonly node: string | null
  /** Newest Slurm job that was seen for it. */
  readonly slurmJob: number | null
  /** What it does now: train, adapt, evaluate. */
  readonly phase: string | null
  /** Steps of the training. */
  readonly steps: number
  readonly totalSteps: number
  /** Of the phase. */
  readonly done: number
  readonly total: number
  readonly secondsLeft: number | null
  /** How often it has been started, from 1; 0 before the first time. */
  readonly attempt: number
  /** Why it failed or is not running, what was kept and what to do. */
  readonly error: string | null
  /** The end of its log. */
  readonly log: string
  /** When the node last told, by the node's clock. */
  readonly toldAt: number | null
  /** When its result came into the workspace; null until then. */
  readonly importedAt: number | null
}

/** A task as a list has it: its log is asked for alone. */
export type ListedTask = Omit<Task, 'log'>

export const isOpen = ({ state }: ListedTask): boolean =>
  state === 'queued' || state === 'running' || state === 'paused'
/** Whether retry sends it again. */
export const endedEarly = ({ state, importedAt }: ListedTask): boolean =>
  importedAt === null && (state === 'failed' || state === 'stopped' || state === 'cancelled')

/** A place's tasks by what became of them. */
export interface TaskCounts {
  readonly all: number
  readonly queued: number
  readonly running: number
  readonly finished: number
  /** Failed, cancelled or stopped. */
  readonly ended: number
  readonly imported: number
}

/** A partition as `sinfo` tells of it. */
export interface Partition {
  readonly name: string
  readonly nodes: number
  readonly timeLimit: string
  readonly gres: string
  /** Megabytes of memory and processors of a node. */
  readonly memory: string
  readonly cpus: string
}

/** What can be asked of tasks that are not over. */
export const taskActs = ['cancel', 'hold', 'release', 'requeue'] as const
export type TaskAct = (typeof taskActs)[number]
