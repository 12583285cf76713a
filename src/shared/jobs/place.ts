/** Places where a study runs besides this machine: clusters that Slurm schedules. */
import { z } from 'zod'
import type { PlaceId, RunId, StudyId } from '../core/ids.ts'
import type { JobState } from '../runs/run.ts'

/** A name that Slurm takes: of a partition, an account, or `gpu:a100:1`. */
const slurmName = z
  .string()
  .trim()
  .max(200)
  .regex(/^[\w.:,=+-]*$/, 'may have letters, digits and . : , = + - only')

const oneLine = z
  .string()
  .max(1000)
  .regex(/^[^\0\r\n]*$/, 'must be one line')

/** An absolute path that a shell script can name in single quotes. */
const absolute = oneLine.regex(/^\/[^']*$/, 'must be an absolute path without quotes')

/** What a submission asks Slurm for. Empty text and 0 leave a thing to the site's own default. */
export const submissionSchema = z.strictObject({
  partition: slurmName,
  account: slurmName,
  /** Generic resources of a task, `gpu:1` for instance. */
  gres: slurmName,
  /** Minutes that one attempt of a task may take. */
  minutes: z.number().int().min(0).max(1_000_000),
  /** Megabytes of memory. */
  memory: z.number().int().min(0).max(100_000_000),
  cpus: z.number().int().min(0).max(10_000),
  /** Tasks that run at a time; 0 for as many as Slurm allows. */
  limit: z.number().int().min(0).max(100_000),
  /** How often a task that was stopped or killed goes back into the queue by itself. */
  requeues: z.number().int().min(0).max(1000),
  /** Whether anomaly maps and reconstructions come back with the figures. */
  maps: z.boolean(),
  /** More `#SBATCH` lines, as typed. */
  lines: z.array(oneLine.regex(/^#SBATCH\s/, 'must begin with #SBATCH')).max(50),
})
export type Submission = Readonly<z.infer<typeof submissionSchema>>

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

export const placeSettingsSchema = z.strictObject({
  /** As for `ssh`, from the user's own configuration; empty: `sbatch` of this machine. */
  host: z
    .string()
    .max(300)
    .regex(/^(?!-)[\w.@:[\]-]*$/, 'is a host as ssh takes it'),
  /** What calls `ddad` on a node: a path, or several words; environment modules go into `prelude`. */
  command: oneLine.min(1),
  /** Folder that every node and the host reach: plans, checkpoints, results. */
  scratch: absolute,
  /** Folder on a node's own disk; environment variables are expanded there. */
  local: oneLine.min(1),
  /** Lines of shell before anything else, here and on the nodes: `module load slurm`, for instance. */
  prelude: z.string().max(10_000),
  /** Where a folder of this machine is on the nodes: another folder, or a `.tar` of it. */
  paths: z.array(z.strictObject({ here: absolute, there: absolute })).max(100),
  submission: submissionSchema,
})
export type PlaceSettings = Readonly<z.infer<typeof placeSettingsSchema>>

export const defaultLocal = '${SLURM_TMPDIR:-${TMPDIR:-/tmp}}'

export const placeNameSchema = z
  .string()
  .trim()
  .min(1)
  .max(60)
  .regex(/^[\w .-]+$/, 'may have letters, digits, spaces, dots and dashes')

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
