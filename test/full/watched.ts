/** A process whose time and memory are counted together with those of every process it starts. */
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const LOOK_MS = 50
/** Clock ticks a second in /proc, the same on every Linux. */
const TICKS = 100

export interface Watched {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  readonly seconds: number
  /** Of all processes together. */
  readonly cpuSeconds: number
  /** Of the largest process, as the system counts resident memory; 0 where there is no /proc. */
  readonly peakBytes: number
}

/**
 * Runs a command until it ends, or until it is killed with every process it has started.
 * @param due asked again and again; true kills
 */
export async function watched(
  command: string,
  args: readonly string[],
  due: () => boolean = () => false,
): Promise<Watched> {
  const began = performance.now()
  // A group of its own, so that it can be killed as a whole.
  const child = spawn(command, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  let ended = false
  const closed = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  }).finally(() => (ended = true))
  closed.catch(() => {})
  const cpu = new Map<number, number>()
  let peakBytes = 0
  while (!ended) {
    for (const { pid, seconds, peak } of family(child.pid!)) {
      cpu.set(pid, seconds)
      peakBytes = Math.max(peakBytes, peak)
    }
    if (due()) process.kill(-child.pid!, 'SIGKILL')
    await Promise.race([closed.catch(() => {}), sleep(LOOK_MS)])
  }
  return {
    code: await closed,
    stdout,
    stderr,
    seconds: (performance.now() - began) / 1000,
    cpuSeconds: [...cpu.values()].reduce((sum, each) => sum + each, 0),
    peakBytes,
  }
}

interface Seen {
  readonly pid: number
  readonly seconds: number
  readonly peak: number
}

/** A process and its descendants, as /proc tells of them now. */
function family(root: number): Seen[] {
  const stats = new Map<number, { parent: number; seconds: number }>()
  for (const name of fs.existsSync('/proc/self') ? fs.readdirSync('/proc') : []) {
    const text = /^\d+$/.test(name) ? read(`/proc/${name}/stat`) : ''
    // The name in parentheses may hold spaces.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    if (fields.length < 14) continue
    const seconds = (Number(fields[11]) + Number(fields[12])) / TICKS
    stats.set(Number(name), { parent: Number(fields[1]), seconds })
  }
  const belongs = (pid: number): boolean =>
    pid === root || (stats.has(pid) && belongs(stats.get(pid)!.parent))
  return [...stats]
    .filter(([pid]) => belongs(pid))
    .map(([pid, { seconds }]) => {
      const peak = /VmHWM:\s+(\d+) kB/.exec(read(`/proc/${pid}/status`))?.[1]
      return { pid, seconds, peak: Number(peak ?? 0) * 1024 }
    })
}

function read(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch {
    // It has just ended.
    return ''
  }
}
