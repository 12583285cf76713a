/** Which process runs a job, and whether it still lives. */
import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import type { JobOwner, OwnedJob } from '../../db/repos/jobs.ts'

/** Where the start of a process cannot be read, an owner that is silent for so long counts as dead. */
const SILENCE_MS = 60_000

/** Boot and start time of a process on Linux: a later process with the same id differs. Null elsewhere. */
function startToken(pid: number): string | null {
  try {
    const boot = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8')
    // Fields after the command's name, which may itself hold spaces and parentheses.
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (state === 'Z' || state === 'X') return null
    return `${boot}/${fields[18]}`
  } catch {
    return null
  }
}

/** This process as an owner of jobs. */
export function thisProcess(): JobOwner {
  return { pid: process.pid, token: startToken(process.pid) ?? randomUUID() }
}

/** The owner that a file names; null where it names none. */
function ownerIn(file: string): JobOwner | null {
  try {
    const { pid, token } = JSON.parse(fs.readFileSync(file, 'utf8')) as Partial<JobOwner>
    return typeof pid === 'number' && typeof token === 'string' ? { pid, token } : null
  } catch {
    return null
  }
}

/** Whether the process that a file names as its owner is still there. */
export function ownerInLives(file: string): boolean {
  const owner = ownerIn(file)
  return owner !== null && ownerLives({ owner, heartbeatAt: Date.now() }, Date.now())
}

/** Whether the process that runs a job is still there. */
export function ownerLives(
  { owner, heartbeatAt }: Pick<OwnedJob, 'owner' | 'heartbeatAt'>,
  now: number,
): boolean {
  if (process.platform === 'linux') return startToken(owner.pid) === owner.token
  try {
    process.kill(owner.pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  return now - heartbeatAt < SILENCE_MS
}
