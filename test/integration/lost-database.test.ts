import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { migrations } from '../../src/main/db/migrations/index.ts'
import { APPLICATION_ID, openDatabase } from '../../src/main/db/open.ts'
import { openWorkspace } from '../../src/main/services/core/workspace.ts'
import { stagingName } from '../../src/main/files/leftovers.ts'
import { presets } from '../../src/shared/config/presets.ts'
import {
  addEvaluatedRun,
  correctMask,
  openRaw,
  writePlates,
} from '../support/evaluated-workspace.ts'
import { openTestStudio } from './studio.ts'
import { quiet, temporaryFolder } from './support.ts'
import { until } from '../support/until.ts'

/** Every file below a folder with its content. */
function contentOf(folder: string): Record<string, string> {
  const files = fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
  return Object.fromEntries(
    files.sort().map((file) => [path.relative(folder, file), fs.readFileSync(file, 'base64')]),
  )
}

/** A workspace with a run and a corrected mask. */
async function workspaceWithWork() {
  const folder = temporaryFolder()
  writePlates(path.join(folder, 'plates'))
  const workspace = path.join(folder, 'workspace')
  const studio = openTestStudio(workspace)
  const { token } = studio.datasets.register(path.join(folder, 'plates'))
  const dataset = await studio.datasets.add(token, 'Plates')
  const raw = openRaw(workspace)
  const { runId } = addEvaluatedRun(raw, { seed: 1 }, 3)
  raw.store.close()
  const image = studio.datasets.images(dataset).find(({ anomalous }) => anomalous)!
  const note = { author: 'A', reason: 'too-tight', note: '' } as const
  const mask = await correctMask(studio, image, note)
  return { folder, workspace, studio, runId, mask, image }
}

describe('a database that is lost', () => {
  const ways = {
    removed: (file: string) => fs.rmSync(file),
    emptied: (file: string) => fs.truncateSync(file),
    'a new one': (file: string) => {
      fs.rmSync(file)
      new Database(file).exec('CREATE TABLE x (y); DROP TABLE x').close()
    },
  }
  for (const [how, lose] of Object.entries(ways)) {
    it(`is not taken for a new workspace when it is ${how}: it is refused and nothing is changed`, async () => {
      const { workspace, studio } = await workspaceWithWork()
      await studio.close()
      const file = path.join(workspace, 'studio.db')
      if (how === 'a new one') fs.rmSync(`${file}-wal`, { force: true })
      fs.copyFileSync(file, `${file}.v11.backup`)
      lose(file)
      const before = contentOf(workspace)
      expect(() => openWorkspace(workspace)).toThrow(
        expect.objectContaining({
          code: 'WORKSPACE_LOST',
          message: expect.stringMatching(
            /files in runs\/, 1 files in masks\/.*studio\.db\.v11\.backup.*workspace rescue/,
          ) as string,
        }),
      )
      expect(contentOf(workspace)).toEqual(before)
      fs.copyFileSync(`${file}.v11.backup`, file)
      const again = openTestStudio(workspace)
      onTestFinished(() => again.close())
      expect(again.runs.list()).toHaveLength(1)
      expect(fs.existsSync(path.join(workspace, 'lost+found'))).toBe(false)
    })
  }

  it('is begun where nothing was lost', () => {
    const folder = temporaryFolder()
    openWorkspace(folder).store.close()
    fs.rmSync(path.join(folder, 'studio.db'))
    openWorkspace(folder).store.close()
  })
})

it('migrates although an earlier backup was cut short by a kill, and leaves a whole one', () => {
  const file = path.join(temporaryFolder(), 'studio.db')
  const old = new Database(file)
  for (const migration of migrations.slice(0, 12)) old.exec(migration)
  old.pragma(`application_id = ${APPLICATION_ID}`)
  old.pragma('user_version = 12')
  old.close()
  for (const left of [`${file}.v12.backup.tmp`, `${file}.v12.backup.999999999.tmp`])
    fs.writeFileSync(left, 'SQLite form')
  openDatabase(file).close()
  const names = fs.readdirSync(path.dirname(file)).filter((name) => name.includes('backup'))
  expect(names).toEqual(['studio.db.v12.backup'])
  const backup = new Database(`${file}.v12.backup`)
  expect(backup.pragma('user_version', { simple: true })).toBe(12)
  expect(backup.pragma('integrity_check', { simple: true })).toBe('ok')
  backup.close()
})

it('says that a damaged version is damage, and what is in the way of a folder', () => {
  const folder = temporaryFolder()
  const file = path.join(folder, 'studio.db')
  const db = openDatabase(file)
  db.pragma('user_version = -3')
  db.close()
  expect(() => openDatabase(file)).toThrow(/is damaged: it says that its schema version is -3/)
  const other = temporaryFolder()
  fs.writeFileSync(path.join(other, 'runs'), '')
  expect(() => openWorkspace(other)).toThrow(/runs cannot be made: something that is no folder/)
})

it('puts right what a killed process has left, and deletes nothing that is whole', async () => {
  const { folder, workspace, studio, runId, mask, image } = await workspaceWithWork()
  await studio.close()
  const child = spawn(process.execPath, [
    path.join(import.meta.dirname, 'children/worker.ts'),
    workspace,
  ])
  const opened = () => fs.readdirSync(path.join(workspace, 'cache/open')).length > 0
  await until('the other process to open the workspace', opened)
  const put = (name: string, text: string) => {
    fs.mkdirSync(path.dirname(path.join(workspace, name)), { recursive: true })
    fs.writeFileSync(path.join(workspace, name), text)
  }
  // What a process may have written just before it recorded it, and what it was writing.
  const strays = [
    `runs/${runId}/unet-00000050.safetensors`,
    'runs/77/unet-00000001.safetensors',
    `runs/${runId}/evaluations/99/1.npy`,
    `masks/${image.id}/stray.png`,
    'masks/4711/other.png',
  ]
  for (const name of strays) put(name, name)
  const gone = 999_999_999
  put(`runs/${runId}/unet-00000060.safetensors.${gone}.tmp`, 'cut')
  put(`masks/${image.id}/cut.png.${gone}.tmp`, 'cut')
  const exported = path.join(folder, 'exported')
  const staging = path.join(exported, stagingName().replace(String(process.pid), String(gone)))
  fs.mkdirSync(staging, { recursive: true })
  fs.writeFileSync(path.join(exported, 'mine.tmp'), 'of the user')
  fs.mkdirSync(path.join(exported, '.ddad-notes'))
  const archive = path.join(folder, 'run.ddadrun')
  fs.writeFileSync(`${archive}.${gone}.tmp`, 'cut')
  fs.writeFileSync(`${archive}.1.tmp`, 'of a process that lives')
  for (const [n, destination] of [exported, archive].entries())
    put(`cache/writing/${n}.json`, JSON.stringify({ pid: gone, token: 'x', destination }))

  // While the other process lives, nothing is touched that it might be about to record.
  const beside = openTestStudio(workspace)
  expect(beside.tidied).toEqual({ moved: [], removed: 0 })
  await beside.close()
  child.kill('SIGKILL')
  await once(child, 'exit')

  const again = openTestStudio(workspace)
  onTestFinished(() => again.close())
  expect(again.tidied.removed).toBe(2)
  expect([...again.tidied.moved].sort()).toEqual(
    [strays[0], 'runs/77', `runs/${runId}/evaluations/99`, strays[3], 'masks/4711'].sort(),
  )
  const [shelf] = fs.readdirSync(path.join(workspace, 'lost+found'))
  for (const name of strays) {
    expect(fs.existsSync(path.join(workspace, name))).toBe(false)
    expect(fs.readFileSync(path.join(workspace, 'lost+found', shelf!, name), 'utf8')).toBe(name)
  }
  expect(fs.existsSync(staging)).toBe(false)
  expect(fs.readdirSync(exported).sort()).toEqual(['.ddad-notes', 'mine.tmp'])
  expect(fs.readdirSync(folder)).toContain('run.ddadrun.1.tmp')
  expect(fs.readdirSync(folder)).not.toContain(`run.ddadrun.${gone}.tmp`)
  // What is on record is where it was.
  expect(again.runs.checkpoints(runId)).toMatchObject([{ onDisk: true }])
  expect(fs.readdirSync(path.join(workspace, `masks/${image.id}`))).toHaveLength(1)
  expect(again.masks.versions(image.id)[0]!.id).toBe(mask.id)
})

it('exports a run that had more checkpoints than are kept, and offers those alone that are there', async () => {
  const folder = temporaryFolder()
  writePlates(path.join(folder, 'plates'))
  const studio = openTestStudio(path.join(folder, 'workspace'))
  onTestFinished(() => studio.close())
  const { token } = studio.datasets.register(path.join(folder, 'plates'))
  const dataset = await studio.datasets.add(token, 'Plates')
  const { tiny } = presets
  const training = { ...tiny.training, epochs: 50, checkpointEverySteps: 10 }
  const config = { ...tiny, training, adaptation: { ...tiny.adaptation, epochs: 0 } }
  const request = { datasetId: dataset.id, category: 'plate', config, evaluate: true }
  const run = studio.runs.start(request)
  await studio.queue.drain(studio.runs.jobs(run.id).map(({ id }) => id))
  const listed = studio.runs.checkpoints(run.id)
  expect(listed.map(({ step, onDisk }) => [step, onDisk])).toEqual([
    [50, true],
    [40, true],
    [30, false],
    [20, false],
    [10, false],
  ])
  const raw = openRaw(studio.folder)
  expect(raw.store.checkpoints.ofKind(run.id, 'unet').map(({ step }) => step)).toEqual([50, 40])
  // An evaluation of a checkpoint that is gone keeps its place in the curve over epochs.
  const [evaluation] = studio.evaluations.list(run.id)
  raw.store.evaluations.setCheckpoints(evaluation!.id, listed.at(-1)!.id, null)
  raw.store.close()

  const archive = path.join(folder, 'run.ddadrun')
  await studio.runExport.write(run.id, archive, { ...quiet, maps: true })
  const other = openTestStudio(path.join(folder, 'other'))
  onTestFinished(() => other.close())
  const imported = await other.runImport.read(archive)
  expect(other.runs.checkpoints(imported.run.id)).toMatchObject([
    { step: 50, onDisk: true },
    { step: 40, onDisk: true },
  ])
  const mlruns = path.join(folder, 'mlruns')
  const options = { ...quiet, checkpoints: true }
  expect(await studio.mlflowExport.write(mlruns, [run.id], options)).toMatchObject({ runs: 1 })
})
