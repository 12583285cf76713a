/** A task's folders on a node: a workspace on the node's own disk, whose runs lie on shared scratch. */
import { execFileSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { z } from 'zod'
import {
  plannedImagesSchema,
  taskPlanSchema,
  type PlannedImages,
  type PlannedTask,
  type TaskPlan,
  type TaskStatus,
} from '../../../shared/jobs/task-files.ts'
import { DdadError } from '../../../shared/errors.ts'
import { writeFileAtomic } from '../../files/files.ts'

export interface TaskFolder {
  readonly plan: TaskPlan
  readonly task: PlannedTask
  readonly images: PlannedImages
  /**
   * The data set's folder on this node; a `.tar` is unpacked there first.
   * @throws {DdadError} NOT_FOUND or BAD_FILE when it cannot be had
   */
  readonly openData: () => string
  /** The archive that the task leaves. */
  readonly result: string
  /** Where the database is copied to, so that another node goes on from it. */
  readonly snapshot: string
  /** Corrected masks, by the names that the plan has for them. */
  readonly masks: string
  /** Whether this attempt is still the newest: a node that was cut off must not write over its successor. */
  readonly isCurrent: () => boolean
  /** Writes the status file. */
  readonly tell: (
    status: Omit<TaskStatus, 'version' | 'key' | 'task' | 'attempt' | 'slurmJob' | 'node' | 'at'>,
  ) => Promise<void>
  /** After the result is there: what it was made from on shared scratch. */
  readonly discardScratch: () => void
  /** Removes what this attempt has put onto the node's disk. */
  readonly discardLocal: () => void
}

function read<Schema extends z.ZodType>(file: string, schema: Schema): z.infer<Schema> {
  let value: unknown
  try {
    value = JSON.parse(fs.readFileSync(file, 'utf8'))
  } catch (cause) {
    throw new DdadError(
      'BAD_FILE',
      `${file} is missing or cannot be read. Is the shared folder there?`,
      { cause },
    )
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new DdadError(
    'BAD_FILE',
    `${file} is not of this version of ddad (${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}). Use the studio's version on the nodes.`,
  )
}

/** Slurm's restarts so far and this one. */
const attemptOf = (env: NodeJS.ProcessEnv) => Number(env['SLURM_RESTART_COUNT'] ?? 0) + 1

/**
 * Makes the workspace of a task, from the last snapshot where there is one. What an earlier attempt has left on this
 * node's disk is removed: the shared folder has all that counts.
 * @param workspace belongs to this task alone
 * @throws {DdadError} BAD_FILE when the plan cannot be read
 */
export function openTaskFolder(
  planFile: string,
  number: number,
  workspace: string,
  env: NodeJS.ProcessEnv,
): TaskFolder {
  const shared = path.dirname(planFile)
  const plan = read(planFile, taskPlanSchema)
  const task = plan.tasks.find((one) => one.number === number)
  if (!task) throw new DdadError('NOT_FOUND', `${planFile} has no task ${number}.`)
  if (fs.existsSync(workspace) && !path.basename(workspace).startsWith(plan.key)) {
    throw new DdadError(
      'CONFLICT',
      `${workspace} is there already and is not this task's. Name a workspace that begins with ${plan.key}.`,
    )
  }
  fs.rmSync(workspace, { recursive: true, force: true })
  const own = path.join(shared, 'tasks', String(number))
  const [snapshot, owner] = ['studio.db', 'owner'].map((name) => path.join(own, name)) as [
    string,
    string,
  ]
  fs.mkdirSync(workspace, { recursive: true })
  for (const name of ['runs', 'maps']) {
    const folder = path.join(own, name)
    // Without a database, nothing tells what its files are.
    if (!fs.existsSync(snapshot)) fs.rmSync(folder, { recursive: true, force: true })
    fs.mkdirSync(folder, { recursive: true })
    fs.symlinkSync(folder, path.join(workspace, name))
  }
  if (fs.existsSync(snapshot)) fs.copyFileSync(snapshot, path.join(workspace, 'studio.db'))
  const me = `${attemptOf(env)} ${randomUUID()}`
  fs.writeFileSync(`${owner}.tmp`, me)
  fs.renameSync(`${owner}.tmp`, owner)
  const isCurrent = () => {
    try {
      return fs.readFileSync(owner, 'utf8') === me
    } catch {
      // A shared disk that does not answer now.
      return true
    }
  }
  const images = read(path.join(shared, task.images), plannedImagesSchema)
  const slurmJob = Number(env['SLURM_JOB_ID'] ?? NaN)
  return {
    plan,
    task,
    images,
    openData: () => dataRoot(plan.dataset.source, workspace),
    result: path.join(shared, 'results', `${number}.ddadrun`),
    snapshot,
    masks: path.join(shared, 'masks'),
    isCurrent,
    tell: async (status) => {
      const whole: TaskStatus = {
        version: 1,
        key: plan.key,
        task: number,
        attempt: attemptOf(env),
        slurmJob: Number.isInteger(slurmJob) ? slurmJob : null,
        node: env['SLURMD_NODENAME'] ?? os.hostname(),
        ...status,
        at: Date.now(),
      }
      if (!isCurrent()) return
      const file = path.join(shared, 'status', `${number}.json`)
      await writeFileAtomic(file, Buffer.from(`${JSON.stringify(whole)}\n`))
    },
    discardScratch: () => fs.rmSync(own, { recursive: true, force: true }),
    discardLocal: () => fs.rmSync(workspace, { recursive: true, force: true }),
  }
}

/** The folder itself, or what a `.tar` of it holds, unpacked onto the node's disk. */
function dataRoot(source: string, workspace: string): string {
  if (!fs.existsSync(source)) {
    throw new DdadError(
      'NOT_FOUND',
      `${source} is not there on ${os.hostname()}. Nothing was begun. Say where the data set is on the nodes (--path HERE=THERE of the place), then retry.`,
    )
  }
  if (!source.endsWith('.tar')) return source
  const root = path.join(workspace, 'data')
  fs.mkdirSync(root)
  try {
    execFileSync('tar', ['-xf', source, '-C', root], { stdio: ['ignore', 'ignore', 'pipe'] })
  } catch (cause) {
    throw new DdadError('BAD_FILE', `${source} could not be unpacked: ${String(cause)}`, { cause })
  }
  return root
}
