import fs from 'node:fs'
import path from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { sha256 } from '../../src/main/files/files.ts'
import { addEvaluatedRun, openRaw, writePlates } from '../support/evaluated-workspace.ts'
import { openTestStudio } from './studio.ts'
import { quiet, temporaryFolder } from './support.ts'

// Child processes start slowly on a busy machine.
vi.setConfig({ testTimeout: 120_000 })

it('exports a run whose older checkpoints are on record only, with sizes beyond 32 bits', async () => {
  const folder = temporaryFolder()
  writePlates(path.join(folder, 'plates'))
  const studio = openTestStudio(path.join(folder, 'workspace'))
  onTestFinished(() => studio.close())
  const { token } = studio.datasets.register(path.join(folder, 'plates'))
  await studio.datasets.add(token, 'Plates')
  const raw = openRaw(studio.folder)
  const { runId } = addEvaluatedRun(raw, { seed: 1 }, 3)
  const { store, resolve } = raw
  const add = (step: number, bytes: number) => {
    const file = `runs/${runId}/unet-${step}.safetensors`
    store.checkpoints.put({ runId, kind: 'unet', step, file, bytes, sha256: '', createdAt: 1 })
    return file
  }
  add(10, 2 ** 31 + 1)
  add(20, 2 ** 32 + 1)
  const weights = Buffer.from('weights of step 30')
  fs.writeFileSync(resolve(add(30, weights.length)), weights)
  for (const { id, step } of store.checkpoints.ofKind(runId, 'unet'))
    if (step < 30) store.checkpoints.markRemoved(id, 2)
  store.close()
  expect(studio.runs.checkpoints(runId)).toMatchObject([
    { step: 40, onDisk: true },
    { step: 30, onDisk: true },
    { step: 20, onDisk: false, bytes: 2 ** 32 + 1 },
    { step: 10, onDisk: false, bytes: 2 ** 31 + 1 },
  ])

  const file = path.join(folder, 'plate.ddadrun')
  await studio.runExport.write(runId, file, { ...quiet, maps: false })
  const other = openTestStudio(path.join(folder, 'elsewhere'))
  onTestFinished(() => other.close())
  const { run } = await other.runImport.read(file)
  expect(other.runs.checkpoints(run.id)).toMatchObject([
    { step: 40, onDisk: true },
    { step: 30, onDisk: true, sha256: sha256(weights) },
  ])

  const place = path.join(folder, 'mlruns')
  await studio.mlflowExport.write(place, [runId], { ...quiet, checkpoints: true })
  const names = fs.readdirSync(place, { recursive: true }).map(String)
  expect(names.filter((name) => name.endsWith('.safetensors'))).toHaveLength(2)
})
