import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { ReproductionCheck } from '../../src/shared/runs/reproduction.ts'
import type { RunDifference } from '../../src/shared/runs/run-diff.ts'
import type { Run } from '../../src/shared/runs/run.ts'
import { ddad } from '../support/ddad.ts'
import { writePlates } from '../support/evaluated-workspace.ts'

vi.setConfig({ testTimeout: 600_000 })

const tiny = [
  'model.imageSize=32',
  'model.multipliers=[1,1]',
  'model.attentionAt=[16]',
  'training.epochs=2',
  'training.batchSize=2',
  'training.microBatch=2',
  'adaptation.epochs=0',
  'reconstruction.startStep=100',
  'reconstruction.skip=50',
].flatMap((setting) => ['--set', setting])

it('comes out bit for bit the same on a CPU, and names what differs once the data does', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ddad-reproduce-'))
  onTestFinished(() => fs.rmSync(folder, { recursive: true, force: true }))
  const plates = path.join(folder, 'plates')
  writePlates(plates)
  const run = async (...args: string[]) => {
    const ended = await ddad([...args, '--json', '--workspace', path.join(folder, 'workspace')])
    return { ...ended, value: JSON.parse(ended.stdout || 'null') as unknown }
  }
  await run('datasets', 'add', plates, '--name', 'Plates')
  const where = ['--dataset', 'Plates', '--category', 'plate', '--preset', 'tiny', '--seed', '5']
  const trained = await run('train', ...where, ...tiny, '--evaluate')
  expect(trained.code, trained.stderr).toBe(0)

  const repeated = await run('reproduce', '--run', '1')
  expect(repeated.code, repeated.stderr).toBe(0)
  const {
    check,
    mismatches,
    run: second,
  } = repeated.value as {
    check: ReproductionCheck
    mismatches: readonly RunDifference[]
    run: Run
  }
  expect(mismatches).toEqual([])
  expect(check).toEqual({ weights: true, images: 16, differingScores: 0 })
  expect(second).toMatchObject({
    id: 2,
    config: { seed: 5 },
    note: expect.stringContaining('run 1') as string,
  })

  // Another environment is written into the record, as if the run were from another machine.
  const { openRaw } = await import('../support/evaluated-workspace.ts')
  const { store } = openRaw(path.join(folder, 'workspace'))
  const environment = store.runs.environment(second.id)!
  store.runs.setEnvironment(second.id, { ...environment, tensorflow: '1.0', commit: 'abc' })
  store.close()
  const strict = await run('reproduce', '--run', '2', '--strict')
  expect(strict.code).toBe(1)
  const named = (strict.value as { mismatches: readonly RunDifference[] }).mismatches
  expect(named.map(({ key }) => key)).toEqual(expect.arrayContaining(['tensorflow', 'commit']))
})
