import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, expect, it } from 'vitest'
import { Random } from '../../src/shared/random.ts'
import { besieged, lossesOf, nothing, operations, scaled, seed, Tally } from './besieged.ts'
import { until } from '../support/until.ts'

const KILLS = scaled(220)
const work = path.join(import.meta.dirname, 'children/work.ts')
/** Trainings are what there is most of. */
const killed = ['work', ...operations]
/** Milliseconds within which an operation is killed. */
const reach = (operation: string) => ({ work: 1500, pdf: 4000 })[operation] ?? 600
const tally = new Tally()
afterAll(() => tally.print('Kills'))

it(`loses nothing over ${KILLS} kills at random instants of every operation`, async () => {
  const under = await besieged(20 * KILLS)
  const random = new Random(seed)
  let held = nothing
  for (let kill = 0; kill < KILLS; kill++) {
    const operation = killed[kill % killed.length]!
    const child = spawn(process.execPath, [work, operation, under.workspace, under.out], {
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let begun = false
    child.stderr.on('data', () => (begun = true))
    const ended = new Promise((resolve) => child.on('exit', resolve))
    await until('the work to begin', () => begun || child.exitCode !== null, { every: 10 })
    await Promise.race([sleep(random.between(0, reach(operation))), ended])
    try {
      process.kill(-child.pid!, 'SIGKILL')
    } catch {
      // It was done before.
    }
    await ended
    // Its workers notice that it has gone.
    await sleep(300)
    const [now, lost] = await lossesOf(under, held)
    held = now
    tally.add(operation, lost)
  }
  expect(held.step).toBeGreaterThan(0)
  expect(tally.lost).toEqual([])
  fs.rmSync(under.folder, { recursive: true, force: true })
})
