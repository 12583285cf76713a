import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { besieged, lossesOf, nothing, operations, scaled, Tally } from './besieged.ts'

const work = path.join(import.meta.dirname, 'children/work.ts')
/** Largest file in blocks of 512 bytes: from hardly any to more than there is. */
const levels = [1, 2, 8, 32, 64, 128, 512, 1024, 4096, 16_384].slice(0, scaled(10))
const tally = new Tally()
afterAll(() => tally.print('Full disks'))

it.each(operations)('loses nothing when the disk is full during: %s', async (operation) => {
  const under = await besieged(60)
  let held = nothing
  for (const level of levels) {
    const command = `ulimit -f ${level}; exec "$0" "$@"`
    const args = ['-c', command, process.execPath, work, operation, under.workspace, under.out]
    const { stdout } = spawnSync('dash', args, {
      encoding: 'utf8',
      timeout: 60_000,
      killSignal: 'SIGKILL',
    })
    const [now, lost] = await lossesOf(under, held)
    held = now
    // What cannot be written is told as such, never as a defect or as success of a part.
    const told =
      /^(done|$|(DISK_FULL|BAD_FILE|CONFLICT|WORKSPACE_\w+|ENGINE_CRASHED|NOT_FOUND|CANCELLED) )/.test(
        stdout,
      )
    tally.add(
      operation,
      told ? lost : [...lost, `${operation} at ${level}: ${stdout.slice(0, 200)}`],
    )
  }
  const whole = spawnSync(process.execPath, [work, operation, under.workspace, under.out], {
    encoding: 'utf8',
  })
  expect(whole.stdout).toBe('done')
  expect(tally.lost).toEqual([])
  fs.rmSync(under.folder, { recursive: true, force: true })
})
