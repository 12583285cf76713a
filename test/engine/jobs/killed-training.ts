import { spawn } from 'node:child_process'
import { watch } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RunConfig } from '../../../src/shared/config/run-config.ts'
import type { MetricPoint } from '../../../src/shared/runs/run.ts'
import type { EngineEvent, EngineImage } from '../../../src/shared/processes/engine.ts'

const child = path.join(import.meta.dirname, '../children/train.ts')

type Line = EngineEvent | { readonly type: 'ended'; readonly state: string }

export interface Life {
  readonly lines: readonly Line[]
  readonly killed: boolean
}

export interface LifeJob {
  readonly config: RunConfig
  readonly nominal: readonly EngineImage[]
  readonly folder: string
  readonly checkpoints: readonly string[]
  /** Operation by operation. */
  readonly eager: boolean
  /** Results are the same to the last bit with the same number only; without one as the test itself. */
  readonly threads?: number
}

/** A while after some event; or, after it, at the first sight of a file being written. */
export interface Kill {
  readonly afterEvents: number
  readonly milliseconds: number
  readonly whileWriting: boolean
}

/** Trains in a process of its own until it ends, or until it is killed a while after some event. */
export async function live({ eager, threads, ...job }: LifeJob, kill: Kill | null): Promise<Life> {
  const input = JSON.stringify(job)
  const engine = spawn(process.execPath, [child, input], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: {
      ...process.env,
      DDAD_EAGER: eager ? '1' : '',
      ...(threads && { TF_NUM_INTRAOP_THREADS: String(threads) }),
    },
  })
  const lines: Line[] = []
  const closed = new Promise((resolve) => engine.once('exit', resolve))
  const watcher = watch(job.folder, (_, name) => {
    const due = kill?.whileWriting && lines.length >= kill.afterEvents
    if (due && name?.endsWith('.tmp')) engine.kill('SIGKILL')
  })
  const shoot = async () => {
    if (kill!.whileWriting) return
    await sleep(kill!.milliseconds)
    engine.kill('SIGKILL')
  }
  if (kill?.afterEvents === 0) void shoot()
  for await (const line of createInterface({ input: engine.stdout })) {
    // Of the last line there may be a part only.
    if (line.endsWith('}')) lines.push(JSON.parse(line) as Line)
    if (lines.length === kill?.afterEvents) void shoot()
  }
  await closed
  watcher.close()
  return { lines, killed: engine.signalCode === 'SIGKILL' }
}

export function lossesOf(lines: readonly Line[]): MetricPoint[] {
  return lines
    .flatMap((line) => (line.type === 'metrics' ? line.points : []))
    .filter(({ name }) => name === 'loss')
}
