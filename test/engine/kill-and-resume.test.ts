import { spawn } from 'node:child_process'
import { existsSync, readdirSync, watch } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { readCheckpoint } from '../../src/main/engine/jobs/checkpoint.ts'
import { Random } from '../../src/shared/random.ts'
import type { MetricPoint } from '../../src/shared/domain/run.ts'
import type { EngineEvent } from '../../src/shared/processes/engine.ts'
import { smallConfig, temporaryFolder, writeImages } from './jobs/training-support.ts'

const KILLS = 25
const child = path.join(import.meta.dirname, 'children/train.ts')
const nominal = writeImages(temporaryFolder(), 8)
// Two steps an epoch, and a checkpoint after each: most of the time one is being written.
const config = smallConfig({ epochs: 2 * KILLS, checkpointEverySteps: 1 })

type Line = EngineEvent | { readonly type: 'ended'; readonly state: string }

interface Life {
  readonly lines: readonly Line[]
  readonly killed: boolean
}

/** A while after some event; or, after it, at the first sight of a file being written. */
interface Kill {
  readonly afterEvents: number
  readonly milliseconds: number
  readonly whileWriting: boolean
}

/** Trains in a process of its own until it ends, or until it is killed a while after some event. */
async function live(
  checkpoints: readonly string[],
  folder: string,
  kill: Kill | null,
): Promise<Life> {
  const input = JSON.stringify({ config, nominal, folder, checkpoints })
  const engine = spawn(process.execPath, [child, input], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, DDAD_EAGER: '1', TF_NUM_INTRAOP_THREADS: '1' },
  })
  const lines: Line[] = []
  const closed = new Promise((resolve) => engine.once('exit', resolve))
  const watcher = watch(folder, (_, name) => {
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

function lossesOf(lines: readonly Line[]): MetricPoint[] {
  return lines
    .flatMap((line) => (line.type === 'metrics' ? line.points : []))
    .filter(({ name }) => name === 'loss')
}

/** A run that is killed again and again, as the studio would go on with it. */
async function killAgainAndAgain(seed: number) {
  const random = new Random(seed)
  const folder = temporaryFolder()
  const losses: MetricPoint[] = []
  let recorded: string[] = []
  let kills = 0
  let interrupted = 0
  for (;;) {
    const atStart = random.between(0, 1) < 0.1
    const kill =
      kills === KILLS
        ? null
        : {
            afterEvents: atStart ? 0 : 1 + random.integer(6),
            milliseconds: random.between(0, atStart ? 800 : 40),
            whileWriting: !atStart && random.between(0, 1) < 0.4,
          }
    const { lines, killed } = await live(recorded, folder, kill)
    losses.push(...lossesOf(lines))
    for (const line of lines) {
      if (line.type === 'checkpoint') recorded.unshift(line.written.file)
    }
    recorded = [...new Set(recorded)].filter((file) => existsSync(file))
    interrupted += readdirSync(folder).some((name) => name.endsWith('.tmp')) ? 1 : 0
    for (const name of readdirSync(folder).filter((each) => each.endsWith('.safetensors')))
      await readCheckpoint(path.join(folder, name))
    if (!killed) return { losses, kills, interrupted, folder, last: lines.at(-1) }
    kills += 1
  }
}

it(`loads its newest checkpoint and repeats the same losses after ${2 * KILLS} kills`, async () => {
  const [whole, ...runs] = await Promise.all([
    live([], temporaryFolder(), null),
    killAgainAndAgain(1),
    killAgainAndAgain(2),
  ])
  const expected = lossesOf(whole.lines).map(({ value }) => value)
  expect(expected).toHaveLength(4 * KILLS)
  for (const { losses, kills, folder, last } of runs) {
    expect(kills).toBe(KILLS)
    expect(last).toMatchObject({ type: 'ended', state: 'finished' })
    expect(new Set(losses.map(({ step }) => step)).size).toBe(expected.length)
    for (const { step, value } of losses) expect(value, `step ${step}`).toBe(expected[step - 1])
    // What a write left that was cut short is cleared away by the next start.
    expect(readdirSync(folder)).toHaveLength(2)
  }
  // Some of the kills fell into the writing of a checkpoint.
  expect(runs.reduce((sum, { interrupted }) => sum + interrupted, 0)).toBeGreaterThan(0)
}, 600_000)
