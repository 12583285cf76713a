import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openWorkspace } from '../../src/main/services/core/workspace.ts'
import type { ImageEntry } from '../../src/shared/datasets/dataset.ts'
import type { RunId } from '../../src/shared/core/ids.ts'
import { addEvaluatedRun, writePlates } from '../support/evaluated-workspace.ts'
import { openTestStudio } from './studio.ts'

let folder = ''
let studio: ReturnType<typeof openTestStudio>
let images: readonly ImageEntry[] = []

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ddad-nearest-'))
  const data = path.join(folder, 'data')
  writePlates(data)
  fs.cpSync(path.join(data, 'plate/test'), path.join(data, 'bare/test'), { recursive: true })
  fs.mkdirSync(path.join(data, 'bare/train/good'), { recursive: true })
  fs.copyFileSync(
    path.join(data, 'plate/train/good/000.png'),
    path.join(data, 'bare/train/good/000.png'),
  )
  const made = openTestStudio(path.join(folder, 'workspace'))
  const dataset = await made.datasets.add(made.datasets.register(data).token, 'Plates')
  images = made.datasets.images(dataset)
  await made.close()
  const workspace = openWorkspace(path.join(folder, 'workspace'))
  addEvaluatedRun(workspace, { extractor: 'wide_resnet50_2' }, 1)
  workspace.store.close()
  studio = openTestStudio(path.join(folder, 'workspace'))
})
afterAll(async () => {
  await studio.close()
  fs.rmSync(folder, { recursive: true, force: true })
})

const imageAt = (file: string) => images.find((image) => image.path === file)!.id
const tested = () => imageAt('plate/test/dent/000.png')

it('takes the newest run of the category and names the weights that it lacks', async () => {
  const status = await studio.nearest.status({ imageId: tested(), runId: null })
  expect(status.basis).toMatchObject({ extractor: 'wide_resnet50_2', adapted: false, size: 64 })
  expect(status).toMatchObject({ nominal: 4, missing: 5 })
  expect(status.problem).toContain('wide_resnet50_2')
  const search = { token: 1, imageId: tested(), runId: null, patch: null, count: 3 }
  await expect(studio.nearest.find(search)).rejects.toMatchObject({ code: 'WEIGHTS_MISSING' })
})

it('does not compare a nominal image with itself', async () => {
  const imageId = imageAt('plate/train/good/000.png')
  expect(await studio.nearest.status({ imageId, runId: null })).toMatchObject({ nominal: 3 })
})

it('counts what is kept already', async () => {
  const weights = path.join(folder, 'workspace/weights')
  fs.mkdirSync(weights)
  fs.writeFileSync(path.join(weights, 'wide_resnet50_2.pth'), 'weights')
  const status = () => studio.nearest.status({ imageId: tested(), runId: null })
  const before = await status()
  expect(before).toMatchObject({ problem: null, missing: 5 })
  expect(before.seconds).toBeGreaterThan(0)
  const search = { token: 1, imageId: tested(), runId: null, patch: null, count: 3 }
  await studio.nearest.find(search)
  expect(await status()).toMatchObject({ missing: 0, seconds: 0 })
  // Other weights make other features.
  fs.writeFileSync(path.join(weights, 'wide_resnet50_2.pth'), 'better weights')
  expect(await status()).toMatchObject({ missing: 5 })
})

it('refuses a run of another category, a patch outside of the image, and nothing to compare with', async () => {
  const find = (file: string, runId: RunId | null, x: number) =>
    studio.nearest.find({
      token: 1,
      imageId: imageAt(file),
      runId,
      patch: { x, y: 0, width: 4, height: 4 },
      count: 3,
    })
  const [run] = studio.runs.list()
  const elsewhere = find('bare/test/dent/000.png', run!.id, 0)
  await expect(elsewhere).rejects.toMatchObject({ code: 'INVALID_INPUT' })
  await expect(find('plate/test/dent/000.png', null, 900)).rejects.toThrow(/outside/)
  await expect(find('bare/train/good/000.png', null, 0)).rejects.toThrow(/no other nominal/)
})
