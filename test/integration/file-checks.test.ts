import fs from 'node:fs'
import path from 'node:path'
import { Transformer } from '@napi-rs/image'
import { encode } from 'fast-png'
import { expect, it, onTestFinished } from 'vitest'
import { decodeImage } from '../../src/main/decode/decode.ts'
import { encodeTiff } from '../../src/main/decode/tiff.ts'
import { ddad } from '../support/ddad.ts'
import { openTestStudio } from './studio.ts'
import { temporaryFolder } from './support.ts'
import { maskOf, opened, png, put } from './changing-files.ts'

it('finds files that vanished or changed, and leaves alone those that were only touched', async () => {
  const { root, studio, id, image, check, states } = await opened()
  const call = studio.fileChecks.check(id)
  call.end('cancel')
  await expect(call.result).rejects.toMatchObject({ code: 'CANCELLED' })
  expect(studio.fileChecks.report(id, -1).checkedAt).toBeNull()
  expect(await check()).toMatchObject({ fileCount: 8, problems: [], folderMissing: false })
  expect(studio.fileChecks.report(id, -1).checkedAt).not.toBeNull()

  const touched = path.join(root, 'nut/train/good/000.png')
  fs.utimesSync(touched, new Date(), new Date(1_600_000_000_000))
  put(root, 'nut/train/good/001.png', png())
  fs.rmSync(path.join(root, 'nut/train/good/002.png'))
  put(root, 'nut/test/good/000.png', Buffer.from('no image'))
  put(root, 'nut/ground_truth/bent/000_mask.png', maskOf(40))
  fs.rmSync(path.join(root, 'nut/ground_truth/bent/001_mask.png'))
  expect(await states()).toEqual([
    'changed nut/train/good/001.png',
    'mask-changed nut/ground_truth/bent/000_mask.png',
    'mask-missing nut/ground_truth/bent/001_mask.png',
    'missing nut/train/good/002.png',
    'unreadable nut/test/good/000.png',
  ])
  expect(image('train/good/000.png').fileState).toBe('ok')
  expect(image('train/good/001.png').fileState).toBe('changed')
  expect(image('bent/000.png').fileState).toBe('mask-changed')
  expect((await check()).counts).toEqual({
    changed: 1,
    missing: 1,
    unreadable: 1,
    'mask-changed': 1,
    'mask-missing': 1,
  })

  put(root, 'nut/train/good/002.png', png())
  expect(image('train/good/002.png').fileState).toBe('missing')
  await check()
  expect(image('train/good/002.png').fileState).toBe('changed')

  // Size and time stay: only reading the file tells.
  const file = path.join(root, 'nut/test/bent/000.png')
  const time = Math.trunc(fs.statSync(file).mtimeMs) / 1000 + 0.0005
  const bytes = fs.readFileSync(file)
  fs.writeFileSync(file, bytes.fill(7, bytes.length - 1))
  fs.utimesSync(file, time, time)
  expect(await states()).not.toContain('changed nut/test/bent/000.png')
  expect(await states(true)).toContain('changed nut/test/bent/000.png')
})

it('accepts changed content: its hash counts, and results of before are out of date', async () => {
  const { root, studio, id, image, states, evaluated } = await opened()
  const { evaluation } = await evaluated()
  const outdated = () => [
    ...studio.fileChecks.changedSince(evaluation.id),
    ...studio.masks.changedSince(evaluation.id),
  ]
  expect(outdated()).toEqual([])
  const before = image('bent/000.png').sha256
  const { fingerprint } = studio.datasets.get(id)
  put(root, 'nut/test/bent/000.png', png())
  put(root, 'nut/ground_truth/bent/001_mask.png', maskOf(40))
  put(root, 'nut/test/good/000.png', Buffer.from('no image'))
  put(root, 'nut/train/good/000.png', png(16))
  put(root, 'nut/ground_truth/bent/000_mask.png', maskOf(40, 16))
  await states()
  expect(outdated()).toEqual([])
  expect(studio.fileChecks.accept(id)).toEqual({ accepted: 3, outdatedResults: 2, refused: 2 })
  expect(image('bent/000.png').sha256).not.toBe(before)
  expect(image('train/good/000.png')).toMatchObject({ width: 16, height: 16, fileState: 'ok' })
  expect(studio.datasets.get(id).fingerprint).not.toBe(fingerprint)
  expect(outdated().map(({ path: name }) => name)).toEqual([
    'nut/test/bent/000.png',
    'nut/test/bent/001.png',
  ])
  expect(await states()).toEqual([
    'mask-changed nut/ground_truth/bent/000_mask.png',
    'unreadable nut/test/good/000.png',
  ])
})

it('is told and relinked on the command line, with exit codes for scripts', async () => {
  const { folder, root, studio, image } = await opened()
  const run = (...args: string[]) =>
    ddad(['datasets', ...args, '--workspace', path.join(folder, 'workspace')])
  fs.rmSync(path.join(root, 'nut/train/good/000.png'))
  const checked = await run('check', 'Nuts', '--json')
  expect(checked.code).toBe(1)
  expect(JSON.parse(checked.stdout)).toMatchObject({
    fileCount: 8,
    counts: { missing: 1 },
    problems: [{ file: 'nut/train/good/000.png', state: 'missing', acceptable: false }],
  })
  const moved = path.join(folder, 'moved')
  fs.renameSync(root, moved)
  const relinked = await run('relink', 'Nuts', moved)
  expect(relinked.code, relinked.stderr).toBe(0)
  expect(relinked.stdout).toContain('7 of 8 files at the same path')
  expect(studio.datasets.list()[0]?.root).toBe(moved)
  expect(image('train/good/000.png').fileState).toBe('missing')
  const ignored = await run('check', 'Nuts', '--ignore')
  expect(ignored.code).toBe(0)
  expect(ignored.stdout).toContain('missing, ignored')
})

it('ignores what was found until something else is', async () => {
  const { root, studio, id, image, check } = await opened()
  put(root, 'nut/train/good/000.png', png())
  await check()
  studio.fileChecks.setIgnored(id, true)
  expect(image('train/good/000.png').fileState).toBe('ok')
  expect(await check()).toMatchObject({ ignored: 1, counts: {} })
  put(root, 'nut/train/good/000.png', png())
  expect(await check()).toMatchObject({ ignored: 0, counts: { changed: 1 } })
  studio.fileChecks.setIgnored(id, true)
  studio.fileChecks.setIgnored(id, false)
  expect(image('train/good/000.png').fileState).toBe('changed')
})

it('begins no job without its files, and says which and what to do', async () => {
  const { root, studio, id, evaluated, image } = await opened()
  fs.rmSync(path.join(root, 'nut/train/good/001.png'))
  const { jobs, run } = await evaluated()
  expect(jobs[0]).toMatchObject({ kind: 'train', state: 'failed' })
  expect(jobs[0]!.error).toMatch(/nut\/train\/good\/001\.png cannot be read.*kept.*relink.*resume/)
  expect(image('train/good/001.png').fileState).toBe('missing')

  studio.fileChecks.setIgnored(id, true)
  const [again] = await studio.queue.drain([studio.runs.resume(run.id).id])
  expect(again).toMatchObject({ state: 'finished' })
  expect(studio.runs.metrics(run.id, 'loss', 10)[0]?.value).toBe(2)

  expect(() => studio.datasets.remove(id)).toThrow(/has 1 run\. .* into the trash/)
  studio.runs.trash(run.id)
  expect(() => studio.datasets.remove(id)).toThrow(/has 1 run in the trash/)
  studio.runs.emptyTrash(id)
  studio.datasets.remove(id)
  expect(studio.datasets.list()).toEqual([])
})

it('computes with changed content, says so, and records its hash', async () => {
  const { root, studio, image, evaluated } = await opened()
  put(root, 'nut/test/bent/000.png', png())
  const { run, evaluation } = await evaluated()
  expect(evaluation.finishedAt).not.toBeNull()
  const log = studio.runs.log(run.id, 50).map(({ text }) => text)
  expect(log.join('\n')).toMatch(/nut\/test\/bent\/000\.png changed since the import/)
  expect(studio.fileChecks.changedSince(evaluation.id)).toEqual([
    { imageId: image('bent/000.png').id, path: 'nut/test/bent/000.png' },
  ])
  studio.fileChecks.accept(image('bent/000.png').datasetId)
  expect(studio.fileChecks.changedSince(evaluation.id)).toEqual([])
})

it('makes thumbnails and masks of what is there now, not under the name of what was imported', async () => {
  const { root, studio, image } = await opened()
  const { id, maskVersionId } = image('bent/000.png')
  const before = await studio.files.mask(maskVersionId!)
  put(root, 'nut/test/bent/000.png', png())
  const thumbnail = await studio.files.thumbnail(id)
  expect(thumbnail).not.toContain(image('bent/000.png').sha256)
  expect(image('bent/000.png').fileState).toBe('changed')
  fs.rmSync(path.join(root, 'nut/test/bent/000.png'))
  await expect(studio.files.image(id)).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringMatching(/000\.png is missing\..*relink/),
  })
  put(root, 'nut/ground_truth/bent/000_mask.png', maskOf(40))
  await studio.fileChecks.check(image('bent/000.png').datasetId).result
  expect(await studio.files.mask(maskVersionId!)).not.toBe(before)
})

it('takes odd names and 16-bit files from the folder to thumbnails and pictures', async () => {
  const folder = temporaryFolder()
  const root = path.join(folder, 'Größe #1 100% ?')
  const wide = Uint16Array.from({ length: 64 }, (_, i) => i * 1000)
  const wideBytes = new Uint8Array(wide.buffer)
  const shape = { width: 8, height: 8, channels: 1 } as const
  const tiff = encodeTiff(wideBytes, { ...shape, bits: 16, format: 'unsigned' })
  const jpeg = await Transformer.fromRgbaPixels(new Uint8Array(256).fill(90), 8, 8).jpeg()
  const files: readonly (readonly [name: string, bytes: Uint8Array])[] = [
    ['#?%20 &.png', png()],
    ['\u00e9.png', png()],
    ['e\u0301.png', png()],
    [`${'long'.repeat(60)}.png`, png()],
    ['UPPER.JPG', jpeg],
    ['wide.png', encode({ ...shape, depth: 16, data: wide })],
    ['wide.tif', tiff],
  ]
  for (const [name, bytes] of files) put(root, `part/train/good/${name}`, bytes)
  for (const [name] of files) put(root, `part/test/good/${name}`, png())
  put(root, 'part/train/good/empty.png', new Uint8Array())
  const studio = openTestStudio(path.join(folder, 'workspace'))
  onTestFinished(() => studio.close())
  const { token } = studio.datasets.register(root)
  const { problems } = await studio.datasets.inspect(token)
  expect(problems.map(({ path: name }) => name)).toEqual(['part/train/good/empty.png'])
  const dataset = await studio.datasets.add(token, 'Odd')
  const images = studio.datasets.images(dataset).filter(({ split }) => split === 'train')
  expect(images.map(({ path: name }) => path.basename(name)).sort()).toEqual(
    files.map(([name]) => name).sort(),
  )
  for (const { id, sha256 } of images) {
    expect(path.basename(await studio.files.thumbnail(id))).toBe(`${sha256}.webp`)
    const shown = await studio.files.image(id)
    expect(await decodeImage(fs.readFileSync(shown), shown)).toMatchObject({ width: 8, height: 8 })
  }
  await studio.fileChecks.check(dataset.id, { contents: true }).result
  expect(studio.fileChecks.report(dataset.id, -1).problems).toEqual([])

  // Dropped again after a move, the folder is recognised.
  const moved = path.join(folder, 'moved')
  fs.renameSync(root, moved)
  const dropped = studio.datasets.register(moved).token
  const { sameAs } = await studio.datasets.inspect(dropped)
  expect(sameAs).toEqual({ id: dataset.id, name: 'Odd' })
  expect(studio.datasets.folder(dropped)).toBe(moved)
})

it('relinks a data set that was moved, renamed and wrapped: nothing is lost', async () => {
  const { folder, root, studio, id, image, states } = await opened()
  const ids = studio.datasets.images(studio.datasets.get(id)).map((entry) => entry.id)
  studio.reviews.set([image('bent/000.png').id], { verdict: 'mask-wrong' })
  const moved = path.join(folder, 'archive', '2024')
  fs.mkdirSync(moved, { recursive: true })
  fs.renameSync(root, path.join(moved, 'Nüsse'))
  const good = path.join(moved, 'Nüsse/nut/train/good')
  // Two files that have changed places, a renamed one, a changed one and a lost one.
  fs.renameSync(path.join(good, '000.png'), path.join(good, 'x.png'))
  fs.renameSync(path.join(good, '001.png'), path.join(good, '000.png'))
  fs.renameSync(path.join(good, 'x.png'), path.join(good, '001.png'))
  const bent = path.join(moved, 'Nüsse/nut/test/bent')
  fs.renameSync(path.join(bent, '000.png'), path.join(bent, 'first.png'))
  put(path.join(moved, 'Nüsse'), 'nut/test/bent/001.png', png())
  fs.rmSync(path.join(moved, 'Nüsse/nut/test/good/000.png'))

  expect(await states()).toHaveLength(8)
  expect(studio.fileChecks.report(id, -1).folderMissing).toBe(true)
  const dataset = studio.datasets.get(id)
  const empty = path.join(folder, 'archive', 'empty')
  put(empty, 'a.png', png())
  await expect(studio.relinks.inspect(dataset, empty)).rejects.toThrow(/none of the 8 files/)
  const found = await studio.relinks.inspect(dataset, path.join(folder, 'archive'))
  expect(found).toMatchObject({
    root: path.join(moved, 'Nüsse'),
    fileCount: 8,
    samePath: 3,
    changed: ['nut/test/bent/001.png'],
    missing: ['nut/test/good/000.png'],
  })
  expect(found.moved.map(({ from, to }) => `${from} ${to}`).sort()).toEqual([
    'nut/test/bent/000.png nut/test/bent/first.png',
    'nut/train/good/000.png nut/train/good/001.png',
    'nut/train/good/001.png nut/train/good/000.png',
  ])
  expect(studio.datasets.get(id)).toEqual(dataset)

  await studio.relinks.apply(dataset)
  expect(studio.datasets.get(id).root).toBe(path.join(moved, 'Nüsse'))
  expect(
    studio.datasets
      .images(dataset)
      .map((entry) => entry.id)
      .sort(),
  ).toEqual(ids.sort())
  expect(image('bent/first.png')).toMatchObject({ verdict: 'mask-wrong', fileState: 'ok' })
  expect(await states()).toEqual(['changed nut/test/bent/001.png', 'missing nut/test/good/000.png'])
  await expect(studio.relinks.apply(dataset)).rejects.toMatchObject({ code: 'CONFLICT' })
})
