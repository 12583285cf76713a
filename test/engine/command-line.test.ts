import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Evaluation } from '../../src/shared/evaluation/evaluation.ts'
import type { Nearest } from '../../src/shared/maps/nearest.ts'
import type { Job, Run } from '../../src/shared/runs/run.ts'
import { ddad } from '../support/ddad.ts'
import { makeBricks } from '../support/make-bricks.ts'

let folder = ''
const inWorkspace = (args: readonly string[], onStderr?: Parameters<typeof ddad>[1]) =>
  ddad([...args, '--json', '--workspace', path.join(folder, 'workspace')], onStderr)

/** Settings under which everything takes seconds. */
const small = [
  'model.imageSize=32',
  'model.multipliers=[1,1]',
  'model.attentionAt=[16]',
  'training.batchSize=2',
  'training.microBatch=2',
  'adaptation.epochs=0',
  'reconstruction.startStep=100',
  'reconstruction.skip=50',
  'evaluationBatch=4',
].flatMap((setting) => ['--set', setting])

interface Trained {
  readonly run: Run
  readonly jobs: readonly Job[]
}

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ddad-cli-engine-'))
  const whole = path.join(folder, 'whole')
  await makeBricks(whole)
  // A few images of one category are enough.
  for (const part of ['train/good', 'test/good', 'test/hole']) {
    const target = path.join(folder, 'data/brick', part)
    fs.mkdirSync(target, { recursive: true })
    for (const file of fs.readdirSync(path.join(whole, 'brick', part)).slice(0, 4)) {
      fs.copyFileSync(path.join(whole, 'brick', part, file), path.join(target, file))
    }
  }
  fs.cpSync(path.join(whole, 'brick/ground_truth'), path.join(folder, 'data/brick/ground_truth'), {
    recursive: true,
  })
  await inWorkspace(['datasets', 'add', path.join(folder, 'data'), '--name', 'Bricks'])
})
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

const training = ['train', '--dataset', 'Bricks', '--category', 'brick', '--preset', 'tiny']

it('trains, evaluates under other settings and shows the run', async () => {
  const trained = await inWorkspace([...training, ...small, '--set', 'training.epochs=2'])
  expect(trained.code, trained.stderr).toBe(0)
  const { run } = JSON.parse(trained.stdout) as Trained
  expect(run).toMatchObject({ state: 'finished', step: 4, totalSteps: 4 })
  expect(run.lastLoss).toBeGreaterThan(0)
  const settings = ['--start-step', '150', '--skip', '50', '--w', '2', '--v', '3', '--seed', '5']
  const evaluated = await inWorkspace(['evaluate', '--run', String(run.id), ...settings])
  expect(evaluated.code, evaluated.stderr).toBe(0)
  const { evaluation } = JSON.parse(evaluated.stdout) as { evaluation: Evaluation }
  expect(evaluation.settings).toMatchObject({
    reconstruction: { startStep: 150, skip: 50, guidanceWeight: 2, noiseSeed: 5 },
    scoring: { pixelWeight: 3 },
  })
  const auroc = evaluation.metrics.find(
    ({ name, defectType }) => name === 'imageAuroc' && defectType === null,
  )
  expect(auroc?.value).toBeGreaterThanOrEqual(0)
  expect(evaluation.secondsPerImage).toBeGreaterThan(0)
  const shown = await inWorkspace(['runs', 'show', String(run.id)])
  expect(JSON.parse(shown.stdout)).toMatchObject({
    run: { headline: { evaluationId: evaluation.id } },
    evaluations: [{ id: evaluation.id }],
  })
})

it('finds the nearest nominal images of a patch by the network of the run', async () => {
  const patch = ['--patch', '10,20,30,12', '--k', '2']
  const { code, stdout, stderr } = await inWorkspace(['nearest', '--image', '1', ...patch])
  expect(code, stderr).toBe(0)
  const { basis, images, nominal, nominalDistances } = JSON.parse(stdout) as Nearest
  expect(basis).toMatchObject({ extractor: 'resnet50-keras', adapted: false, size: 32 })
  expect([images.length, nominalDistances.length]).toEqual([2, nominal])
  expect(images[0]!.place).toMatchObject({ width: 30, height: 12 })
  expect(images[0]!.distance).toBeLessThanOrEqual(images[1]!.distance)
  const wrong = await inWorkspace(['nearest', '--image', '1', '--patch', '1,2,3'])
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('X,Y,WIDTH,HEIGHT')])
})

it('stops at Ctrl-C with the work kept, and can be resumed', async () => {
  let interrupted = false
  const stopped = await inWorkspace(
    [...training, ...small, '--set', 'training.epochs=5000'],
    (text, interrupt) => {
      if (interrupted || !/\d+\/10000/.test(text)) return
      interrupted = true
      interrupt()
    },
  )
  expect(stopped.code, stopped.stderr).toBe(1)
  const { run } = JSON.parse(stopped.stdout) as Trained
  expect(run.state).toBe('stopped')
  const shown = await inWorkspace(['runs', 'show', String(run.id)])
  const { checkpoints } = JSON.parse(shown.stdout) as { checkpoints: { step: number }[] }
  expect(checkpoints[0]?.step).toBe(run.step)
})

it('`start` does what waits in the workspace and reports it', async () => {
  let interrupted = false
  const stopped = await inWorkspace(
    [...training, ...small, '--set', 'training.epochs=60', '--evaluate'],
    (text, interrupt) => {
      if (interrupted || !/\d+\/120/.test(text)) return
      interrupted = true
      interrupt()
    },
  )
  const { run, jobs } = JSON.parse(stopped.stdout) as Trained
  expect(run.state, stopped.stderr).toBe('stopped')
  await inWorkspace(['jobs', 'retry', String(jobs[0]!.id)])
  const started = await inWorkspace(['start'])
  expect(started.code, started.stderr).toBe(0)
  const { categories, reports } = JSON.parse(started.stdout) as {
    categories: { runId: number; imageAuroc: number }[]
    reports: string[]
  }
  expect(categories).toMatchObject([{ runId: run.id }])
  expect(categories[0]!.imageAuroc).toBeGreaterThanOrEqual(0)
  expect(reports).toHaveLength(1)
  expect(fs.readFileSync(reports[0]!, 'utf8')).toContain('Bricks')
})
