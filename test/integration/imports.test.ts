import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { presets } from '../../src/shared/config/presets.ts'
import { encodeGreyPng } from '../../src/main/decode/png.ts'
import { openDatabase } from '../../src/main/db/open.ts'
import { openTestStudio } from './studio.ts'
import { temporaryFolder } from './support.ts'
import type { JobId } from '../../src/shared/core/ids.ts'
import type { JobState } from '../../src/shared/runs/run.ts'
import { until } from '../support/until.ts'

/** A category with some nominal images; returns the data set's folder. */
function writeImages(root: string, count: number): string {
  const put = (name: string, value: number) => {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true })
    const pixels = new Uint8Array(16).fill(value & 255)
    fs.writeFileSync(path.join(root, name), encodeGreyPng(pixels, 4, 4))
  }
  for (let i = 0; i < count; i++) put(`nut/train/good/${String(i).padStart(4, '0')}.png`, i)
  put('nut/test/good/000.png', 30)
  put('nut/test/broken/000.png', 40)
  put('nut/ground_truth/broken/000_mask.png', 255)
  return root
}

function openIn(folder: string) {
  const studio = openTestStudio(path.join(folder, 'workspace'))
  onTestFinished(() => studio.close())
  return studio
}

const journals = (folder: string): string[] => {
  const scans = path.join(folder, 'workspace/cache/scans')
  return fs.existsSync(scans) ? fs.readdirSync(scans).map((name) => path.join(scans, name)) : []
}

it('imports beside a training, in a lane of its own, and keeps the report', async () => {
  const folder = temporaryFolder()
  const studio = openIn(folder)
  const root = writeImages(path.join(folder, 'data'), 3)
  const first = studio.imports.start(root, 'Nuts')
  expect(first).toMatchObject({ kind: 'import', runId: null, state: 'queued' })
  expect(() => studio.imports.start(root, 'Nuts')).toThrow('in the queue is to be named Nuts')
  expect((await studio.queue.drain([first.id]))[0]?.state).toBe('finished')
  const { datasetId, report } = studio.imports.get(first.id)
  expect(studio.datasets.get(datasetId!)).toMatchObject({ name: 'Nuts', root })
  expect(report).toMatchObject({ imageCount: 5, maskCount: 1 })
  expect(studio.imports.report(datasetId!)).toEqual(report)
  expect(journals(folder)).toEqual([])
  expect(() => studio.imports.start(root, 'Nuts')).toThrow('There is a data set named Nuts already')

  const training = { ...presets.tiny.training, epochs: 100_000, checkpointEverySteps: 1000 }
  const config = { ...presets.tiny, training }
  const run = studio.runs.start({
    datasetId: datasetId!,
    category: 'nut',
    config,
    evaluate: false,
  })
  const [train] = studio.runs.jobs(run.id)
  studio.queue.start()
  const isIn = (id: JobId, state: JobState) => () => studio.queue.get(id).state === state
  await until('the training to run', isIn(train!.id, 'running'))
  const beside = studio.imports.start(root, 'Again')
  await until('the import to finish', isIn(beside.id, 'finished'))
  expect(studio.queue.get(train!.id).state).toBe('running')

  // Pausing the queue holds imports too.
  studio.queue.setPaused(true)
  const held = studio.imports.start(root, 'Held')
  await until('the training to wait', isIn(train!.id, 'queued'))
  expect(studio.queue.get(held.id).state).toBe('queued')
  studio.queue.cancel(held.id)
  studio.queue.cancel(train!.id)
})

it('goes on after a kill where it was, and leaves no half data set', async () => {
  const folder = temporaryFolder()
  const root = writeImages(path.join(folder, 'data'), 4000)
  const studio = openIn(folder)
  const { id } = studio.imports.start(root, 'Nuts')
  const worker = path.join(import.meta.dirname, 'children/worker.ts')
  const owner = spawn(process.execPath, [worker, studio.folder], { stdio: 'inherit' })
  const read = () => journals(folder).map((file) => fs.readFileSync(file, 'utf8').split('\n'))[0]
  const begun = () => (read()?.length ?? 0) >= 100
  await until('100 images to be read', begun, { every: 5 })
  owner.kill('SIGKILL')
  await once(owner, 'exit')
  expect(studio.queue.get(id).state).toBe('running')
  const kept = read()!.length
  expect(kept).toBeLessThan(4000)
  studio.queue.recover()
  expect(studio.queue.get(id)).toMatchObject({
    state: 'stopped',
    interruption: expect.stringContaining('ended') as string,
  })
  expect(studio.datasets.list()).toEqual([])

  const [job] = await studio.queue.drain([id])
  expect(job).toMatchObject({ state: 'finished', continued: 1 })
  const [dataset] = studio.datasets.list()
  expect(studio.datasets.images(dataset!)).toHaveLength(4002)
  const db = openDatabase(path.join(studio.folder, 'studio.db'))
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
  // As if it had been killed after the data set was stored and before its own end was.
  db.prepare("UPDATE job SET state = 'stopped', interruption = 'killed' WHERE id = ?").run(id)
  db.close()
  expect((await studio.queue.drain([id]))[0]?.state).toBe('finished')
  expect(studio.datasets.list()).toHaveLength(1)
})

it('stops with what it read kept, discards it when cancelled, and says why it failed', async () => {
  const folder = temporaryFolder()
  const root = writeImages(path.join(folder, 'data'), 400)
  const studio = openIn(folder)
  const { id } = studio.imports.start(root, 'Nuts')
  const drained = studio.queue.drain([id])
  await until('the import to begin', () => journals(folder).length > 0, { every: 2 })
  studio.queue.stop(id)
  expect((await drained)[0]).toMatchObject({ state: 'stopped', error: null })
  expect(journals(folder)).toHaveLength(1)
  studio.queue.cancel(id)
  expect(journals(folder)).toEqual([])
  expect(studio.datasets.list()).toEqual([])

  fs.renameSync(root, `${root} elsewhere`)
  studio.queue.resume(id)
  const [failed] = await studio.queue.drain([id])
  expect(failed?.state).toBe('failed')
  expect(failed?.error).toContain(root)
  fs.renameSync(`${root} elsewhere`, root)
  studio.queue.resume(id)
  expect((await studio.queue.drain([id]))[0]?.state).toBe('finished')
  expect(studio.datasets.list()).toHaveLength(1)
})
