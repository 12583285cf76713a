import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { expect, it, onTestFinished, vi } from 'vitest'
import { unpackArchive } from '../../src/main/background/exchange/archive-reader.ts'
import { ARCHIVE_VERSION } from '../../src/shared/exchange/run-archive.ts'
import { ArchiveWriter } from '../../src/main/services/exchange/archive/archive-writer.ts'
import { addEvaluatedRun, openRaw, writePlates } from '../support/evaluated-workspace.ts'
import { until } from '../support/until.ts'
import { openTestStudio } from './studio.ts'
import { quiet, temporaryFolder } from './support.ts'

vi.setConfig({ testTimeout: 120_000 })

/** A studio with a run, and that run's archive with documents changed by hand. */
async function withChanged(change: (documents: Record<string, unknown>) => void) {
  const folder = temporaryFolder()
  writePlates(path.join(folder, 'plates'))
  const studio = openTestStudio(path.join(folder, 'workspace'))
  onTestFinished(() => studio.close())
  await studio.datasets.add(studio.datasets.register(path.join(folder, 'plates')).token, 'Plates')
  const raw = openRaw(studio.folder)
  const { runId } = addEvaluatedRun(raw, { seed: 1 }, 3)
  raw.store.close()
  const whole = path.join(folder, 'whole.ddadrun')
  await studio.runExport.write(runId, whole, { ...quiet, maps: false })
  const unpacked = path.join(folder, 'unpacked')
  fs.mkdirSync(unpacked)
  const { files } = await unpackArchive(whole, unpacked)
  const documents: Record<string, unknown> = {}
  for (const name of ['images.json', 'evaluations.json', 'run.json', 'curves.json'])
    documents[name] = JSON.parse(fs.readFileSync(path.join(unpacked, name), 'utf8'))
  change(documents)
  const changed = path.join(folder, 'changed.ddadrun')
  const archive = await ArchiveWriter.create(changed)
  for (const { path: name } of files)
    await archive.add(
      name,
      name in documents
        ? Buffer.from(JSON.stringify(documents[name]))
        : { file: path.join(unpacked, name) },
    )
  const manifest = { format: 'ddadrun', version: ARCHIVE_VERSION, application: '1', createdAt: '' }
  const text = JSON.stringify({ ...manifest, files: archive.files })
  await archive.add('manifest.json', Buffer.from(text))
  await archive.finish()
  return { folder, studio, changed }
}

it('attaches a run without images to no data set that happens to have its category', async () => {
  const { studio, changed } = await withChanged((documents) => {
    documents['images.json'] = []
    documents['evaluations.json'] = []
    documents['run.json'] = { ...(documents['run.json'] as object), operatingPoints: [] }
  })
  const { run, dataPresent } = await studio.runImport.read(changed)
  expect(dataPresent).toBe(false)
  expect(run.datasetName).toBe('Plates (imported)')
})

it.each(['../../../../outside', `${'0'.repeat(62)}/.`, 'a'])(
  'refuses the hash %s of an image, and makes nothing of it',
  async (sha256) => {
    const { folder, studio, changed } = await withChanged((documents) => {
      const [first, ...others] = documents['images.json'] as object[]
      documents['images.json'] = [{ ...first, sha256 }, ...others]
    })
    await expect(studio.runImport.read(changed)).rejects.toMatchObject({
      code: 'BAD_FILE',
      message: expect.stringContaining('images.json is wrong at 0.sha256') as string,
    })
    expect(studio.runs.list()).toHaveLength(1)
    expect(fs.readdirSync(folder).sort()).toEqual(
      ['changed.ddadrun', 'plates', 'unpacked', 'whole.ddadrun', 'workspace'].sort(),
    )
  },
)

const curvesOf = (count: number, length: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, n) => [
      `curve ${n}`,
      {
        steps: Array.from({ length }, (_, at) => at),
        values: Array.from({ length }, (_, at) => (at % 100 === 7 ? null : at / length)),
      },
    ]),
  )

/** Most processor time that this process has spent without waiting while work went on, in milliseconds. */
async function longestTurn(work: Promise<unknown>): Promise<number> {
  let longest = 0
  let going = true
  let before = process.threadCpuUsage()
  const turn = (): void => {
    const { user, system } = process.threadCpuUsage(before)
    longest = Math.max(longest, (user + system) / 1000)
    before = process.threadCpuUsage()
    if (going) setImmediate(turn)
  }
  setImmediate(turn)
  await work.finally(() => (going = false))
  return longest
}

it.each([
  [8, 40_000],
  [10_000, 30],
])(
  'takes in %i curves of %i points in slices: others write meanwhile, and it is shown when it is whole',
  async (count, length) => {
    const { studio, changed } = await withChanged((documents) => {
      documents['curves.json'] = curvesOf(count, length)
    })
    const other = new Database(path.join(studio.folder, 'studio.db'), { timeout: 2000 })
    onTestFinished(() => void other.close())
    const points = other.prepare('SELECT count(*) FROM metric_point WHERE run_id > 1').pluck()
    let written = 0
    let seen = 0
    const writing = setInterval(() => {
      const here = points.get() as number
      if (here === 0) return
      seen = here
      expect(studio.runs.list()).toHaveLength(1)
      expect(studio.datasets.list()).toHaveLength(1)
      other.prepare("INSERT OR REPLACE INTO setting (key, value) VALUES ('beside', '1')").run()
      written += 1
    }, 50)
    const reading = studio.runImport.read(changed)
    const longest = await longestTurn(reading.then(() => clearInterval(writing)))
    expect(longest).toBeLessThan(200)
    expect([written > 0, seen > 0]).toEqual([true, true])
    const { run } = await reading
    expect(points.get()).toBe(count * length)
    const last = studio.runs.metrics(run.id, `curve ${count - 1}`, 100_000)
    expect(last).toHaveLength(length)
    expect(last[7]!.value).toBeNaN()
    expect(last.at(-1)!.value).toBe((length - 1) / length)
    expect(studio.runs.list()).toHaveLength(2)
  },
)

it('refuses hundreds of thousands of curves without standing still', async () => {
  const { studio, changed } = await withChanged((documents) => {
    documents['curves.json'] = curvesOf(300_000, 1)
  })
  const reading = studio.runImport.read(changed)
  reading.catch(() => undefined)
  expect(await longestTurn(reading.catch(() => undefined))).toBeLessThan(200)
  await expect(reading).rejects.toMatchObject({
    code: 'BAD_FILE',
    message: expect.stringContaining('more than 10000 curves') as string,
  })
})

it('forgets what a killed import has recorded, and shows nothing of it before', async () => {
  const { folder, studio, changed } = await withChanged((documents) => {
    documents['curves.json'] = curvesOf(8, 40_000)
    documents['images.json'] = []
    documents['evaluations.json'] = []
    documents['run.json'] = { ...(documents['run.json'] as object), operatingPoints: [] }
  })
  await studio.close()
  const workspace = path.join(folder, 'workspace')
  const file = path.join(workspace, 'studio.db')
  const cli = path.join(import.meta.dirname, '../../src/main/cli/main.ts')
  const importing = spawn(process.execPath, [
    ...[cli, 'runs', 'import', changed, '--workspace', workspace],
  ])
  const count = (table: string) => {
    const db = new Database(file, { readonly: true })
    const rows = db.prepare(
      `SELECT count(*) FROM ${table} WHERE ${table === 'metric_point' ? 'run_id > 1' : '1'}`,
    )
    const found = rows.pluck().get() as number
    db.close()
    return found
  }
  await until('the first points', () => count('metric_point') > 0)
  importing.kill('SIGKILL')
  await once(importing, 'exit')
  expect([count('run'), count('dataset'), count('metric_point') > 0]).toEqual([2, 2, true])
  const again = openTestStudio(workspace)
  onTestFinished(() => again.close())
  expect([again.runs.list().length, again.datasets.list().length]).toEqual([1, 1])
  expect([count('run'), count('dataset'), count('metric_point')]).toEqual([1, 1, 0])
})
