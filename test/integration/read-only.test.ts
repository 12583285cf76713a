import fs from 'node:fs'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { handlersOf } from '../../src/main/ipc/handlers/index.ts'
import { looking } from '../../src/main/ipc/looking.ts'
import { createRouter } from '../../src/main/ipc/router.ts'
import { routes, type RouteName } from '../../src/shared/ipc/routes/index.ts'
import { ddad } from '../support/ddad.ts'
import { addEvaluatedRun, openRaw, writePlates } from '../support/evaluated-workspace.ts'
import { makeReadOnly } from '../support/read-only.ts'
import { openTestStudio } from './studio.ts'
import { quiet, temporaryFolder } from './support.ts'

const page = { url: 'ddad://app/index.html', mainFrame: true }

/** A workspace with an evaluated run that nobody may write any more. */
async function barred() {
  const folder = temporaryFolder()
  writePlates(path.join(folder, 'plates'))
  const workspace = path.join(folder, 'workspace')
  const studio = openTestStudio(workspace)
  const { token } = studio.datasets.register(path.join(folder, 'plates'))
  const dataset = await studio.datasets.add(token, 'Plates')
  const raw = openRaw(workspace)
  const { runId, evaluationId } = addEvaluatedRun(raw, { seed: 1 }, 3)
  raw.store.close()
  await studio.close()
  const undo = makeReadOnly(workspace)
  if (undo) onTestFinished(undo)
  const files = () => fs.readdirSync(workspace, { recursive: true }).map(String).toSorted()
  return { folder, workspace, runId, evaluationId, datasetId: dataset.id, files, undo }
}

it('opens a workspace that may not be written for looking, and exports from it', async (context) => {
  const { folder, workspace, runId, evaluationId, datasetId, files, undo } = await barred()
  if (!undo) context.skip()
  const before = files()
  const studio = openTestStudio(workspace)
  onTestFinished(() => studio.close())
  expect(studio.readOnly).toMatch(/may only be looked at: (it lies on a disk|this user may not)/)
  const out = path.join(folder, 'out')
  fs.mkdirSync(out)
  const dialogs = {
    folder: async () => out,
    open: async () => null,
    save: async (_: string, name: string) => path.join(out, name),
  }
  const failures: unknown[] = []
  const route = createRouter(
    handlersOf(studio, dialogs, async () => undefined),
    (name, error) => failures.push([name, error]),
    studio.health,
  )
  const [image] = studio.datasets.images(studio.datasets.get(datasetId))
  const imageId = image!.id
  const asked: readonly (readonly [RouteName, unknown])[] = [
    ['app.health', null],
    ['runs.packed', null],
    ['runs.record', { runId }],
    ['files.look', { datasetId }],
    ['evaluations.results', { evaluationId }],
    ['evaluations.figures', { evaluationId, pixelWeight: 2 }],
    ['masks.open', { imageId }],
    ['masks.export', { datasetId, kind: 'all' }],
    ['sweeps.report', { runId, pixelWeight: 1, known: [] }],
    ['exchange.exportRun', { runId, maps: true }],
    ['exchange.exportMaps', { evaluationId, format: 'npy', size: 'network' }],
    ['exchange.saveReport', { subject: { kind: 'evaluation', evaluationId }, format: 'html' }],
    ['exchange.exportMlruns', { runIds: [runId], checkpoints: true }],
  ]
  for (const [name, input] of asked) {
    expect(looking.has(name)).toBe(true)
    expect([name, await route(page, name, input)]).toMatchObject([name, { ok: true }])
  }
  expect(failures).toEqual([])
  expect(fs.existsSync(await studio.files.thumbnail(imageId))).toBe(true)
  expect(studio.health.read().database).toMatchObject({ kind: 'readOnly' })

  for (const name of Object.keys(routes) as RouteName[]) {
    if (looking.has(name)) continue
    const refused = await route(page, name, { runId, imageIds: [imageId], patch: {}, note: 'x' })
    expect([name, refused.ok]).toEqual([name, false])
  }
  expect(await route(page, 'runs.annotate', { runId, note: 'lost?' })).toMatchObject({
    error: { code: 'WORKSPACE_READ_ONLY', message: expect.stringContaining('copy the folder') },
  })
  await expect(studio.queue.drain([])).rejects.toThrow('may only be looked at')
  await studio.runExport.write(runId, path.join(out, 'again.ddadrun'), { ...quiet, maps: false })
  expect(files()).toEqual(before)
})

it('says so on the command line, which shows and exports but changes nothing', async (context) => {
  const { folder, workspace, runId, undo } = await barred()
  if (!undo) context.skip()
  const shown = await ddad(['runs', 'list', '--workspace', workspace])
  expect(shown).toMatchObject({ code: 0, stderr: expect.stringContaining('may only be looked at') })
  const out = path.join(folder, 'run.ddadrun')
  const exported = await ddad([
    'runs',
    'export',
    out,
    '--run',
    `${runId}`,
    '--workspace',
    workspace,
  ])
  expect([exported.code, fs.existsSync(out)]).toEqual([0, true])
  const changed = await ddad([
    'runs',
    'rename',
    `${runId}`,
    '--name',
    'Other',
    '--workspace',
    workspace,
  ])
  expect(changed).toMatchObject({ code: 1, stderr: expect.stringContaining('not kept') })
})
