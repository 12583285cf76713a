import fs from 'node:fs'
import path from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import {
  ARCHIVE_VERSION,
  unpackArchive,
} from '../../src/main/services/exchange/archive/archive-reader.ts'
import { ArchiveWriter } from '../../src/main/services/exchange/archive/archive-writer.ts'
import { addEvaluatedRun, openRaw, writePlates } from '../support/evaluated-workspace.ts'
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
  for (const name of ['images.json', 'evaluations.json', 'run.json'])
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
