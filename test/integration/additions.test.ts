import fs from 'node:fs'
import path from 'node:path'
import { expect, it, vi } from 'vitest'
import { presets } from '../../src/shared/config/presets.ts'
import { ddad } from '../support/ddad.ts'
import { maskOf, opened, png, put } from './changing-files.ts'

it('adds images and masks that came after the import, and leaves runs the training images they began with', async () => {
  const { root, studio, id, image } = await opened()
  // Stopped in the middle; the test engine's loss is the number of training images over the step.
  const config = { ...presets.tiny, training: { ...presets.tiny.training, epochs: 60 } }
  const run = studio.runs.start({ datasetId: id, category: 'nut', config, evaluate: true })
  const jobs = studio.runs.jobs(run.id).map((job) => job.id)
  const drained = studio.queue.drain(jobs)
  const steps = () => studio.runs.metrics(run.id, 'loss', 100).length
  // The engine's process may take seconds to start.
  await vi.waitFor(() => expect(steps()).toBeGreaterThan(3), { timeout: 30_000, interval: 10 })
  studio.queue.stop(jobs[0]!)
  await drained
  const dataset = () => studio.datasets.get(id)
  const before = dataset()
  expect(() => studio.additions.apply(before)).toThrow(/Look for them first/)
  await studio.additions.lookAt(before)
  expect(studio.additions.noticed(id)).toBe(0)

  put(root, 'nut/train/good/003.png', png())
  put(root, 'nut/train/good/broken.png', Buffer.from('no image'))
  put(root, 'nut/test/bent/002.png', png())
  fs.copyFileSync(
    path.join(root, 'nut/train/good/000.png'),
    path.join(root, 'nut/test/good/twin.png'),
  )
  put(root, 'bolt/train/good/000.png', png())
  put(root, 'bolt/test/rust/000.png', png())
  put(root, 'bolt/ground_truth/rust/000_mask.png', maskOf(3))
  await studio.additions.lookAt(before)
  expect(studio.additions.noticed(id)).toBe(6)
  const found = await studio.additions.inspect(before)
  expect(found.images).toEqual([
    'bolt/train/good/000.png',
    'bolt/test/rust/000.png',
    'nut/train/good/003.png',
    'nut/test/bent/002.png',
    'nut/test/good/twin.png',
  ])
  expect(found.problems.map(({ kind, path: file }) => `${kind} ${file}`)).toEqual([
    'unreadable-image nut/train/good/broken.png',
    'missing-mask nut/test/bent/002.png',
    'duplicate-across-splits nut/test/good/twin.png',
  ])
  expect(dataset()).toEqual(before)
  studio.additions.apply(before)
  expect(dataset().categories).toMatchObject([
    { name: 'bolt', nominalTrain: 1, defects: { rust: 1 } },
    { name: 'nut', nominalTrain: 4, nominalTest: 2, defects: { bent: 3 } },
  ])
  expect(dataset().fingerprint).not.toBe(before.fingerprint)
  expect(image('rust/000.png').maskStatus).toBe('original')
  expect(image('bent/002.png').maskStatus).toBe('missing')

  // What cannot be read is no news any more; a mask that comes later is.
  await studio.additions.lookAt(dataset())
  expect(studio.additions.noticed(id)).toBe(0)
  put(root, 'nut/ground_truth/bent/002_mask.png', maskOf(9))
  const masks = ['nut/ground_truth/bent/002_mask.png']
  expect(await studio.additions.inspect(dataset())).toMatchObject({ images: [], masks })
  studio.additions.apply(dataset())
  expect(image('bent/002.png').maskStatus).toBe('original')
  expect(studio.fileChecks.report(id, -1).fileCount).toBe(15)

  const update = async (...args: string[]) => {
    const place = ['--workspace', studio.folder, '--json']
    const { code, stdout } = await ddad(['datasets', 'update', 'Nuts', ...args, ...place])
    expect(code).toBe(0)
    return JSON.parse(stdout) as unknown
  }
  put(root, 'nut/test/bent/003.png', png())
  const news = { images: ['nut/test/bent/003.png'], masks: [] }
  expect(await update('--dry-run')).toMatchObject(news)
  expect(dataset().categories[1]?.defects).toEqual({ bent: 3 })
  expect(await update()).toMatchObject(news)
  expect(dataset().categories[1]?.defects).toEqual({ bent: 4 })

  // The same figures as from a fresh import of the folder as it is now.
  const fresh = await studio.datasets.add(studio.datasets.register(root).token, 'Fresh')
  expect(fresh.fingerprint).toBe(dataset().fingerprint)
  expect(fresh.categories).toEqual(dataset().categories)

  studio.runs.resume(run.id)
  await studio.queue.drain(jobs)
  const losses = studio.runs.metrics(run.id, 'loss', 100)
  expect(losses).toHaveLength(60)
  expect(new Set(losses.map(({ step, value }) => Math.round(step * value)))).toEqual(new Set([3]))
  const results = studio.evaluations.results(studio.evaluations.list(run.id)[0]!.id)
  expect(results.map(({ path: file }) => file).sort()).toEqual([
    'nut/test/bent/000.png',
    'nut/test/bent/001.png',
    'nut/test/bent/002.png',
    'nut/test/bent/003.png',
    'nut/test/good/000.png',
    'nut/test/good/twin.png',
  ])
})

it('does not add a missing image again under its new name, nor to a folder of another layout', async () => {
  const { root, studio, id, check } = await opened()
  fs.renameSync(
    path.join(root, 'nut/train/good/002.png'),
    path.join(root, 'nut/train/good/renamed.png'),
  )
  await check()
  const dataset = studio.datasets.get(id)
  expect(await studio.additions.inspect(dataset)).toMatchObject({
    images: [],
    renamed: [{ from: 'nut/train/good/002.png', to: 'nut/train/good/renamed.png' }],
  })
  fs.rmSync(path.join(root, 'nut'), { recursive: true })
  put(root, 'good/a.png', png())
  put(root, 'bad/b.png', png())
  await expect(studio.additions.inspect(dataset)).rejects.toMatchObject({ code: 'CONFLICT' })
})
