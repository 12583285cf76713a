import { spawn } from 'node:child_process'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { root } from './ddad.ts'
import { until } from './until.ts'

export interface Signalling {
  readonly signals: readonly NodeJS.Signals[]
  /** What it must have said before the clock runs; null from its start. */
  readonly after: string | null
  readonly milliseconds: number
  /** Whether its terminal goes away with the signal. */
  readonly hangUp?: boolean
}

/**
 * Runs a script as `npm run ddad` does, under the starter and in a process group of its own, and signals the whole
 * group. Resolves when no process of the group is left, to what was said and whether the signals found it alive.
 */
export async function runSignalled(args: readonly string[], how: Signalling | null) {
  const child = spawn(process.execPath, [path.join(root, 'scripts/node.mjs'), ...args], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  const heard = Promise.withResolvers<void>()
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
    if (how?.after && said.includes(how.after)) heard.resolve()
  })
  let stdout = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve))
  let signalled = false
  if (how) {
    if (how.after) await Promise.race([heard.promise, ended])
    await Promise.race([sleep(how.milliseconds), ended])
    if (how.hangUp) for (const stream of [child.stdout, child.stderr]) stream.destroy()
    for (const signal of how.signals) {
      signalled = sendToGroup(child.pid!, signal)
      await sleep(5)
    }
  }
  const code = await ended
  await until('the processes of the group to end', () => !sendToGroup(child.pid!, 0))
  return { code, said, stdout, signalled }
}

function sendToGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal)
  } catch {
    return false
  }
}
