import fs from 'node:fs'
import path from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { presets } from '../../src/shared/config/presets.ts'
import type { ImageId } from '../../src/shared/core/ids.ts'
import { originText } from '../../src/shared/core/origin.ts'
import { childEnvironment } from '../../src/main/processes/child-environment.ts'
import { forkNode } from '../../src/main/processes/node-transport.ts'
import { Supervisor } from '../../src/main/processes/supervisor.ts'
import { childEntry } from '../../src/main/services/core/installation.ts'
import { runOrigin } from '../../src/main/services/core/origins.ts'
import { rescueWorkspace } from '../../src/main/services/core/rescue.ts'
import { readCheckpoint, writeCheckpoint } from '../../src/main/engine/jobs/checkpoint.ts'
import type { BackgroundContract } from '../../src/shared/processes/background.ts'
import { correctMask, openRaw, writePlates } from '../support/evaluated-workspace.ts'
import { openTestStudio } from './studio.ts'
import { temporaryFolder } from './support.ts'

vi.setConfig({ testTimeout: 120_000 })

function workers(): Supervisor<BackgroundContract> {
  const env = childEnvironment(process.env)
  const background = new Supervisor<BackgroundContract>({
    spawn: () => forkNode(childEntry('background'), env),
  })
  onTestFinished(() => background.close())
  return background
}

const weights = (step: number) => ({
  config: { ...presets.tiny, seed: 7 },
  step,
  weights: new Map([['a', { dtype: 'F32', shape: [2], data: Float32Array.of(step, 1) } as const]]),
  m: new Map(),
  v: new Map(),
  ema: null,
})

/** Two runs of one data set, one of them of an older build, and three versions of masks of two images. */
async function workspaceWithWork(name = 'Plates größer') {
  const folder = temporaryFolder()
  const plates = path.join(folder, 'plates')
  writePlates(plates)
  const workspace = path.join(folder, 'workspace')
  const studio = openTestStudio(workspace)
  const dataset = await studio.datasets.add(studio.datasets.register(plates).token, name)
  const raw = openRaw(workspace)
  const base = { datasetId: dataset.id, category: 'plate', config: weights(0).config, createdAt: 1 }
  const rest = { datasetFingerprint: dataset.fingerprint, appVersion: '1' }
  for (const run of ['gone', 'first', 'old']) raw.store.runs.insert({ ...base, ...rest, name: run })
  raw.store.runs.remove(1 as never)
  const origin = originText(runOrigin(raw.store, base))
  for (const [run, own] of [
    [2, origin],
    [3, null],
  ] as const) {
    fs.mkdirSync(path.join(workspace, `runs/${run}/evaluations/1`), { recursive: true })
    fs.writeFileSync(path.join(workspace, `runs/${run}/evaluations/1/1.npy`), 'maps')
    await writeCheckpoint(path.join(workspace, `runs/${run}`), weights(10 * run), own)
  }
  raw.store.close()
  const images = studio.datasets.images(dataset).filter(({ anomalous }) => anomalous)
  const note = { author: 'Åse "A" 李', reason: 'too-tight', note: 'edge\n—' } as const
  const first = await correctMask(studio, images[0]!, note)
  const second = await studio.masks.revert(images[0]!.maskVersionId!, { ...note, note: '' })
  const other = await correctMask(studio, images[1]!, note)
  const pixels = async (id: ImageId) => {
    const version = studio.masks.versions(id)[0]!
    return fs.readFileSync(await studio.files.maskClasses(version.id))
  }
  const before = [await pixels(images[0]!.id), await pixels(images[1]!.id)]
  await studio.close()
  return { folder, plates, workspace, images, versions: [first, second, other], before, note }
}

const lose = (workspace: string) => {
  for (const name of fs.readdirSync(workspace))
    if (name.startsWith('studio.db')) fs.rmSync(path.join(workspace, name))
}

it('builds a lost database anew: every checkpoint and mask version is where it was', async () => {
  const { workspace, images, before, note } = await workspaceWithWork()
  lose(workspace)
  fs.writeFileSync(path.join(workspace, 'studio.db'), 'no database at all '.repeat(500))
  const rescued = await rescueWorkspace(workspace, workers())
  expect(rescued).toMatchObject({ runs: 2, checkpoints: 2, masks: 3, unknown: 1 })
  expect(rescued.datasets[0]).toMatchObject({ name: 'Plates größer', found: true })
  expect(rescued.moved).toEqual(
    expect.arrayContaining(['studio.db', 'runs/2/evaluations/1', 'runs/3/evaluations/1']),
  )
  const studio = openTestStudio(workspace)
  onTestFinished(() => studio.close())
  expect(studio.runs.list()).toMatchObject([
    { id: 3, category: 'unknown', datasetName: 'Unknown data set (rescued)', state: 'stopped' },
    { id: 2, category: 'plate', datasetName: 'Plates größer', step: 20, config: { seed: 7 } },
  ])
  const [checkpoint] = studio.runs.checkpoints(2 as never)
  expect(checkpoint).toMatchObject({ step: 20, onDisk: true })
  const file = path.join(workspace, 'runs/2/unet-00000020.safetensors')
  expect((await readCheckpoint(file)).step).toBe(20)
  const dataset = studio.datasets.list().find(({ name }) => name === 'Plates größer')!
  for (const [n, { path: place }] of images.slice(0, 2).entries()) {
    const image = studio.datasets.imageAt(dataset, place)
    const versions = studio.masks.versions(image.id)
    expect(versions.map(({ version }) => version)).toEqual(n === 0 ? [2, 1, 0] : [1, 0])
    expect(versions.find(({ version }) => version === 1)).toMatchObject(note)
    const pixels = fs.readFileSync(await studio.files.maskClasses(versions[0]!.id))
    expect(pixels.equals(before[n]!)).toBe(true)
  }
  await expect(rescueWorkspace(workspace, workers())).rejects.toMatchObject({ code: 'CONFLICT' })
})

it('keeps masks and runs of a data set whose folder is not there, to be linked again', async () => {
  const { folder, plates, workspace, images } = await workspaceWithWork('Plates')
  lose(workspace)
  fs.renameSync(plates, path.join(folder, 'moved'))
  const rescued = await rescueWorkspace(workspace, workers())
  expect(rescued.datasets[0]).toMatchObject({ name: 'Plates', found: false })
  const studio = openTestStudio(workspace)
  onTestFinished(() => studio.close())
  const dataset = studio.datasets.find('Plates')
  expect(studio.datasets.images(dataset)).toHaveLength(2)
  const image = studio.datasets.imageAt(dataset, images[0]!.path)
  expect(studio.masks.versions(image.id).map(({ version }) => version)).toEqual([2, 1])
})
