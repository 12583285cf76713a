/** What goes wrong outside the program is told by file and remedy, and nothing is lost. Real processes, real disks. */
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Run } from '../../src/shared/runs/run.ts'
import { createFacts } from '../../src/main/services/core/facts.ts'
import { createPreferences } from '../../src/main/services/core/preferences.ts'
import { openWorkspace } from '../../src/main/services/core/workspace.ts'
import { ddad, root } from '../support/ddad.ts'
import { makeBricks } from '../support/make-bricks.ts'

let folder = ''
let data = ''

/** Settings under which a run takes seconds. */
const small = [
  'model.imageSize=32',
  'model.baseChannels=32',
  'model.multipliers=[1,1]',
  'model.attentionAt=[16]',
  'training.batchSize=2',
  'training.microBatch=2',
  'adaptation.epochs=0',
  'training.epochs=2',
  'training.checkpointEverySteps=1',
  'reconstruction.startStep=100',
  'reconstruction.skip=50',
].flatMap((setting) => ['--set', setting])
const train = ['train', '--dataset', 'Bricks', '--category', 'brick', '--preset', 'tiny', ...small]

interface Shown {
  readonly run: Run
  readonly checkpoints: readonly { readonly step: number; readonly bytes: number }[]
}

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ddad-bad-input-'))
  const whole = path.join(folder, 'whole')
  await makeBricks(whole)
  data = path.join(folder, 'data')
  for (const part of ['train/good', 'test/good', 'test/hole', 'ground_truth/hole']) {
    const target = path.join(data, 'brick', part)
    fs.mkdirSync(target, { recursive: true })
    for (const file of fs.readdirSync(path.join(whole, 'brick', part)).slice(0, 4))
      fs.copyFileSync(path.join(whole, 'brick', part, file), path.join(target, file))
  }
})
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

async function show(workspace: string, run: number): Promise<Shown> {
  const { stdout, stderr } = await ddad([
    ...['runs', 'show', String(run), '--json', '--workspace', workspace],
  ])
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout) as Shown
}

it('an image that cannot be decoded ends the run with its name; repaired, the run goes on', async () => {
  const workspace = path.join(folder, 'damaged')
  const copy = path.join(folder, 'damaged-data')
  fs.cpSync(data, copy, { recursive: true })
  const image = path.join(copy, 'brick/train/good/002.png')
  const whole = fs.readFileSync(image)
  // Beginning and end are there, so that only decoding finds out.
  fs.writeFileSync(image, Buffer.from(whole).fill(0xff, 60, whole.length - 60))
  await ddad(['datasets', 'add', copy, '--name', 'Bricks', '--workspace', workspace])

  const failed = await ddad([...train, '--workspace', workspace])
  expect(failed.code).toBe(1)
  expect(failed.stderr).toContain(image)
  expect(failed.stderr).toMatch(/Replace or remove the file/)
  expect(failed.stderr).not.toMatch(/^\s+at /m)

  fs.writeFileSync(image, whole)
  const resumed = await ddad(['runs', 'resume', '1', '--workspace', workspace])
  expect(resumed.code, resumed.stderr).toBe(0)
  expect((await show(workspace, 1)).run.state).toBe('finished')
})

it('a workspace of a newer version is refused by every command and stays as it is', async () => {
  const workspace = path.join(folder, 'newer')
  await ddad(['datasets', 'add', data, '--name', 'Bricks', '--workspace', workspace])
  const { default: Database } = await import('better-sqlite3')
  const file = path.join(workspace, 'studio.db')
  const db = new Database(file)
  db.pragma('user_version = 9999')
  db.close()
  const before = fs.readFileSync(file)
  for (const command of [['runs', 'list'], train]) {
    const { code, stdout, stderr } = await ddad([...command, '--workspace', workspace])
    expect(stderr).toContain(`${file} has schema version 9999`)
    expect(stderr).toMatch(/Update DDAD Studio, or choose another workspace/)
    expect(stdout).toBe('')
    expect(code).toBe(1)
  }
  expect(fs.readFileSync(file).equals(before)).toBe(true)
})

it('without TensorFlow everything but computing works, and it says how to get it', async () => {
  // The program as it is, beside packages of which one is missing.
  const program = path.join(folder, 'program')
  fs.cpSync(path.join(root, 'src'), path.join(program, 'src'), { recursive: true })
  fs.copyFileSync(path.join(root, 'package.json'), path.join(program, 'package.json'))
  fs.mkdirSync(path.join(program, 'node_modules'))
  for (const name of fs.readdirSync(path.join(root, 'node_modules')))
    if (name !== '@tensorflow')
      fs.symlinkSync(
        path.join(root, 'node_modules', name),
        path.join(program, 'node_modules', name),
      )
  const cli = path.join(program, 'src/main/cli/main.ts')
  const workspace = path.join(folder, 'no-tensorflow')

  const added = await ddad(
    ['datasets', 'add', data, '--name', 'Bricks', '--workspace', workspace],
    undefined,
    cli,
  )
  expect(added.code, added.stderr).toBe(0)
  const failed = await ddad([...train, '--workspace', workspace], undefined, cli)
  expect(failed.code).toBe(1)
  expect(failed.stderr).toContain('TensorFlow could not be loaded')
  expect(failed.stderr).toContain('npm run setup')
  const doctor = await ddad(['doctor', '--json', '--workspace', workspace], undefined, cli)
  expect(doctor.code).toBe(1)
  const { checks } = JSON.parse(doctor.stdout) as { checks: { name: string; ok: boolean }[] }
  expect(checks).toContainEqual(
    expect.objectContaining({ name: 'TensorFlow', ok: false, remedy: 'Run `npm run setup`.' }),
  )

  // The same workspace goes on where TensorFlow is.
  const resumed = await ddad(['runs', 'resume', '1', '--workspace', workspace])
  expect(resumed.code, resumed.stderr).toBe(0)
})

const mountable = process.platform === 'linux' && process.getuid?.() === 0 && canMount()

function canMount(): boolean {
  const probe = fs.mkdtempSync(path.join(os.tmpdir(), 'ddad-mount-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', probe], { stdio: 'ignore' })
    execFileSync('umount', [probe], { stdio: 'ignore' })
    return true
  } catch {
    return false
  } finally {
    fs.rmdirSync(probe)
  }
}

const skipped = mountable ? '' : ' (skipped: only root may mount a small disk)'
describe.skipIf(!mountable)(`a full disk${skipped}`, () => {
  let disk = ''
  beforeAll(() => {
    disk = fs.mkdtempSync(path.join(folder, 'disk-'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', disk])
  })
  afterAll(() => execFileSync('umount', ['--lazy', disk]))

  /** Leaves `bytes` on the disk. */
  function fill(bytes: number): string {
    const filler = path.join(disk, 'filler')
    const { bavail, bsize } = fs.statfsSync(disk)
    fs.writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - bytes)))
    return filler
  }

  function keepNothingFree(folder: string): void {
    const workspace = openWorkspace(folder)
    createPreferences(workspace, createFacts()).set({ reserveBytes: 0 })
    workspace.store.close()
  }

  it(
    'pauses the run before and when it is full, names the file that did not fit, and goes on',
    { timeout: 400_000 },
    async () => {
      const workspace = path.join(disk, 'workspace')
      await ddad(['datasets', 'add', data, '--name', 'Bricks', '--workspace', workspace])
      const paused = await ddad([...train, '--workspace', workspace])
      expect(paused.code).toBe(1)
      expect(paused.stderr).toContain(`The disk of ${workspace} has`)
      expect(paused.stderr).toContain('Free some space, then resume')

      keepNothingFree(workspace)
      const first = await ddad(['runs', 'resume', '1', '--workspace', workspace])
      expect(first.code, first.stderr).toBe(0)
      const kept = (await show(workspace, 1)).checkpoints
      const { bytes } = kept[0]!

      const filler = fill(0.5 * bytes)
      const failed = await ddad([...train, '--workspace', workspace])
      expect(failed.code).toBe(1)
      expect(failed.stderr).toMatch(/The disk is full: \S+safetensors could not be written/)
      expect(failed.stderr).toContain('free some space and resume')
      expect((await show(workspace, 2)).run.state).toBe('paused')
      // No part of the checkpoint that did not fit is left, and the other run is whole.
      expect(fs.readdirSync(path.join(workspace, 'runs/2'))).toEqual([])
      expect((await show(workspace, 1)).checkpoints).toEqual(kept)

      fs.rmSync(filler)
      const resumed = await ddad(['runs', 'resume', '2', '--workspace', workspace])
      expect(resumed.code, resumed.stderr).toBe(0)
      expect((await show(workspace, 2)).run).toMatchObject({ state: 'finished', step: 4 })

      const last = fill(0)
      const listed = await ddad(['runs', 'list', '--workspace', workspace])
      expect(listed.code).toBe(1)
      expect(listed.stderr).toContain(`${path.join(workspace, 'studio.db')} could not be written`)
      fs.rmSync(last)
      expect((await show(workspace, 2)).run.state).toBe('finished')
    },
  )
})
