import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openDatabase } from '../../src/main/db/open.ts'
import type { ImageResult } from '../../src/shared/domain/evaluation.ts'
import type { StudyId } from '../../src/shared/domain/ids.ts'
import { Random } from '../../src/shared/random.ts'
import { openTestStudio } from '../db/studio.ts'
import { ddad, root } from '../support/ddad.ts'
import { writeImages } from './jobs/training-support.ts'

const KILLS = 26
const onLinux = process.platform === 'linux'
const cli = path.join(root, 'src/main/cli/main.ts')
let folder = ''

const settings = [
  'model.imageSize=32',
  'model.baseChannels=8',
  'model.groups=4',
  'model.heads=1',
  'model.multipliers=[1,1]',
  'model.blocksPerLevel=1',
  'model.attentionAt=[16]',
  'training.epochs=150',
  'training.batchSize=2',
  'training.microBatch=2',
  'training.checkpointEverySteps=5',
  'adaptation.epochs=1',
  'adaptation.batchSize=2',
  'reconstruction.startStep=100',
  'reconstruction.skip=50',
  'evaluationBatch=2',
].flatMap((setting) => ['--set', setting])

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ddad-kill-'))
  for (const part of ['train/good', 'test/good', 'test/dark']) {
    const target = path.join(folder, 'data/stripes', part)
    fs.mkdirSync(target, { recursive: true })
    writeImages(target, part === 'train/good' ? 4 : 2)
  }
})
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

/** A workspace with a queued study of two seeds. */
async function workspaceWithStudy(name: string): Promise<string> {
  const workspace = path.join(folder, name)
  const where = ['--workspace', workspace]
  await ddad(['datasets', 'add', path.join(folder, 'data'), '--name', 'Stripes', ...where])
  const study = ['study', 'start', '--dataset', 'Stripes', '--presets', 'tiny', '--seeds', '1,2']
  const { code, stderr } = await ddad([...study, ...settings, '--no-work', ...where])
  expect(code, stderr).toBe(0)
  return workspace
}

/** What came of the study, without anything that depends on the clock. */
async function outcome(workspace: string) {
  const studio = openTestStudio(workspace)
  const runs = studio.studies.runs(1 as StudyId)
  const found = runs.map(({ id, config, state, step, lastLoss, metrics }) => {
    const evaluations = studio.evaluations.list(id)
    const scores = evaluations
      .flatMap((evaluation): readonly ImageResult[] => studio.evaluations.results(evaluation.id))
      .map((result) => [result.path, result.score, result.startStep])
    const losses = studio.runs.metrics(id, 'loss', 20_000).map(({ value }) => value)
    const jobs = studio.runs.jobs(id).map((job) => `${job.kind} ${job.state}`)
    return { seed: config.seed, state, step, lastLoss, metrics: metrics.last, scores, losses, jobs }
  })
  await studio.close()
  return found
}

/** The process ids of the engines that a process has started. */
function enginesOf({ pid }: ChildProcess): number[] {
  const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return children
    .split(' ')
    .filter(Boolean)
    .map(Number)
    .filter((child) => fs.readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('engine/entry'))
}

/** After a killed application: the file is whole, and nothing claims to run or to have what is not there. */
async function expectTruth(workspace: string): Promise<void> {
  const db = openDatabase(path.join(workspace, 'studio.db'))
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
  expect(db.pragma('foreign_key_check')).toEqual([])
  const files = db.prepare('SELECT file FROM checkpoint ORDER BY id DESC LIMIT 1').pluck().all()
  db.close()
  for (const file of files) expect(fs.existsSync(path.join(workspace, String(file)))).toBe(true)
  const studio = openTestStudio(workspace)
  expect(studio.queue.list().filter(({ state }) => state === 'running')).toEqual([])
  await studio.close()
}

it.runIf(onLinux)(
  `finishes a study as if nothing had happened after ${KILLS} kills of application and engine`,
  { timeout: 900_000 },
  async () => {
    const calm = await workspaceWithStudy('calm')
    const worked = await ddad(['jobs', 'work', '--workspace', calm])
    expect(worked.code, worked.stderr).toBe(0)
    const expected = await outcome(calm)
    expect(expected.map(({ jobs }) => jobs)).toEqual([
      ['train finished', 'adapt finished', 'evaluate finished'],
      ['train finished', 'adapt finished', 'evaluate finished'],
    ])

    const stormy = await workspaceWithStudy('stormy')
    const random = new Random(7)
    let kills = 0
    let said = ''
    for (;;) {
      const args = [cli, 'study', 'resume', '1', '--workspace', stormy]
      const application = spawn(process.execPath, args)
      application.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
      const exited = once(application, 'exit').then(() => true)
      while (kills < KILLS) {
        // Any moment of a start that takes seconds, and of the work after it.
        const moment = sleep(random.between(0, 3500)).then(() => false)
        if (await Promise.race([exited, moment])) break
        const whole = random.between(0, 1) < 0.45
        const victim = whole ? application.pid : enginesOf(application)[0]
        if (victim === undefined) continue
        process.kill(victim, 'SIGKILL')
        kills += 1
        if (whole) break
      }
      await exited
      await expectTruth(stormy)
      if (application.exitCode === 0) break
    }
    expect(kills).toBe(KILLS)
    const found = await outcome(stormy)
    expect(found, said).toEqual(expected)
  },
)
