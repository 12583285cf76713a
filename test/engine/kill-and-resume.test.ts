import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { readCheckpoint } from '../../src/main/engine/jobs/checkpoint.ts'
import { Random } from '../../src/shared/random.ts'
import type { MetricPoint } from '../../src/shared/runs/run.ts'
import { live, lossesOf } from './jobs/killed-training.ts'
import { smallConfig, temporaryFolder, writeImages } from './jobs/training-support.ts'

const KILLS = 25
const nominal = writeImages(temporaryFolder(), 8)
// Two steps an epoch, and a checkpoint after each: most of the time one is being written.
const config = smallConfig({ epochs: 2 * KILLS, checkpointEverySteps: 1 })
const job = { config, nominal, eager: true, threads: 1 }

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
    const { lines, killed } = await live({ ...job, folder, checkpoints: recorded }, kill)
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
    live({ ...job, folder: temporaryFolder(), checkpoints: [] }, null),
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
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([])
  }
  // Some of the kills fell into the writing of a checkpoint.
  expect(runs.reduce((sum, { interrupted }) => sum + interrupted, 0)).toBeGreaterThan(0)
}, 600_000)
