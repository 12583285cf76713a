import fs from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { expect, it, onTestFinished } from 'vitest'
import type { Health } from '../../src/shared/core/health.ts'
import { handlersOf } from '../../src/main/ipc/handlers/index.ts'
import { createRouter } from '../../src/main/ipc/router.ts'
import { createFacts } from '../../src/main/services/core/facts.ts'
import { createHealth, type Watched } from '../../src/main/services/core/health.ts'
import { openWorkspace } from '../../src/main/services/core/workspace.ts'
import { openStore } from '../../src/main/db/store.ts'
import { besieged } from '../siege/besieged.ts'
import { openTestStudio } from './studio.ts'
import { temporaryFolder } from './support.ts'

const page = { url: 'ddad://app/index.html', mainFrame: true }
const nowhere = { folder: async () => null, save: async () => null, open: async () => null }

/** A studio with the door of its window, and what is told of its health. */
function opened() {
  const folder = temporaryFolder()
  const studio = openTestStudio(folder)
  onTestFinished(() => studio.close().catch(() => undefined))
  studio.health.waitBriefly()
  const copy = path.join(folder, 'copy.db')
  const dialogs = { ...nowhere, save: async () => copy }
  const route = createRouter(
    handlersOf(studio, dialogs, async () => {}),
    () => {},
    studio.health,
  )
  const told = (kind: string | null) =>
    new Promise<Health>((resolve) =>
      studio.facts.on('health.changed', (health) => {
        if ((health.database?.kind ?? null) === kind) resolve(health)
      }),
    )
  const ask = (name: string, input: unknown = null) => route(page, name, input)
  return { folder, studio, file: path.join(folder, 'studio.db'), copy, ask, told }
}
const change = { reserveBytes: 1e9 }

it.each(['studio.db deleted', 'studio.db replaced', 'studio.db-wal deleted'])(
  'changes nothing more after %s, says so, shows what there was and saves a copy of it',
  async (what) => {
    const { file, copy, ask, told } = opened()
    expect(await ask('preferences.set', change)).toMatchObject({ ok: true })
    // What has been seen once is missed when it is gone.
    expect(await ask('app.health')).toMatchObject({ ok: true })
    const lost = told('lost')
    const [name, how] = what.split(' ') as [string, string]
    const place = path.join(path.dirname(file), name)
    fs.copyFileSync(place, `${place}.aside`)
    fs.rmSync(place)
    if (how === 'replaced') fs.renameSync(`${place}.aside`, place)
    expect(await ask('preferences.set', { reserveBytes: 2e9 })).toMatchObject({
      ok: false,
      error: {
        code: 'WORKSPACE_LOST',
        message: expect.stringContaining('Nothing more is accepted') as string,
      },
    })
    const { database } = await lost
    expect(database?.text).toContain(how === 'deleted' ? 'deleted or moved' : 'replaced')
    expect(await ask('preferences.get')).toMatchObject({ ok: true, data: change })
    expect(await ask('app.saveCopy')).toMatchObject({ ok: true, data: { place: copy } })
    const saved = openStore(copy)
    expect(saved.settings.get('preferences')).toMatchObject(change)
    saved.close()
  },
)

it('goes on once a database that was moved away is back', async () => {
  const { file, ask, told } = opened()
  const lost = told('lost')
  fs.renameSync(file, `${file}.aside`)
  await lost
  expect(await ask('preferences.set', change)).toMatchObject({ ok: false })
  const well = told(null)
  fs.renameSync(`${file}.aside`, file)
  await well
  expect(await ask('preferences.set', change)).toMatchObject({ ok: true })
})

it.each(['beginning', 'pages'])(
  'changes nothing more once the %s of the database was written over, and says so',
  async (part) => {
    const { studio, file, ask, told } = opened()
    for (let n = 0; n < 200; n++) studio.settings.put(`filler ${n}`, 'x'.repeat(2000))
    // Everything into the file itself, as another program that closes it does.
    const other = new Database(file)
    other.pragma('wal_checkpoint(TRUNCATE)')
    other.close()
    const damaged = told('damaged')
    const handle = fs.openSync(file, 'r+')
    const { size } = fs.fstatSync(handle)
    const at = part === 'beginning' ? 0 : 4096
    fs.writeSync(
      handle,
      Buffer.alloc(part === 'beginning' ? 4096 : size - 4096, 0xa5),
      0,
      undefined,
      at,
    )
    fs.closeSync(handle)
    expect((await damaged).database?.text).toContain('written over')
    expect(await ask('preferences.set', change)).toMatchObject({
      ok: false,
      error: { code: 'BAD_FILE', message: expect.stringContaining('workspace rescue') as string },
    })
    expect(await ask('app.health')).toMatchObject({ ok: true })
  },
)

it('waits for a lock that another program holds without standing still, and tells it', async () => {
  const { file, ask, told } = opened()
  const other = new Database(file)
  onTestFinished(() => void other.close())
  const held = told('held')
  other.exec('BEGIN IMMEDIATE')
  const first = ask('preferences.set', change)
  const second = ask('preferences.set', { reserveBytes: 3e9 })
  // Nothing of this would come if this process stood still: the lock is let go of in it.
  expect(await ask('preferences.get')).toMatchObject({ ok: true })
  expect((await held).database?.text).toContain('Another program holds')
  const well = told(null)
  other.exec('COMMIT')
  expect(await first).toMatchObject({ ok: true })
  expect(await second).toMatchObject({ ok: true })
  expect(await ask('preferences.get')).toMatchObject({ data: { reserveBytes: 3e9 } })
  await well
})

it('records all that a training tells while another program holds the lock', async () => {
  const under = await besieged(300)
  onTestFinished(() => fs.rmSync(under.folder, { recursive: true, force: true }))
  const studio = openTestStudio(under.workspace)
  onTestFinished(() => studio.close())
  studio.health.waitBriefly()
  const training = studio.queue.list().find(({ kind }) => kind === 'train')!
  const begun = new Promise<void>((resolve) => studio.facts.on('run.metrics', () => resolve()))
  const ended = studio.queue.drain(studio.queue.list().map(({ id }) => id))
  await begun
  const other = new Database(path.join(under.workspace, 'studio.db'))
  other.exec('BEGIN IMMEDIATE')
  await new Promise((resolve) => setTimeout(resolve, 3000))
  other.exec('COMMIT')
  other.close()
  for (const { state } of await ended) expect(state).toBe('finished')
  const points = studio.runs.metrics(training.runId!, 'loss', 20_000)
  expect(points.length).toBeGreaterThan(0)
  expect(points.map(({ step }) => step)).toEqual(points.map((_, n) => n + 1))
})

it('tells that a worker has stopped, and lets it start again when asked', () => {
  const folder = temporaryFolder()
  const workspace = openWorkspace(folder)
  onTestFinished(() => workspace.store.close())
  const made = () => {
    const watchers: (() => void)[] = []
    const worker = {
      stopped: false,
      watch: (listener: () => void) => void watchers.push(listener),
      reset: () => (worker.stopped = false),
      crash: () => {
        worker.stopped = true
        for (const listener of watchers) listener()
      },
    }
    return worker satisfies Watched
  }
  const children = { engine: made(), preview: made(), background: made() }
  const facts = createFacts()
  const health = createHealth(workspace, children, facts)
  onTestFinished(health.close)
  const told: Health[] = []
  facts.on('health.changed', (changed) => told.push(changed))
  children.background.crash()
  children.background.crash()
  expect(told).toEqual([{ database: null, stopped: ['background'] }])
  health.restart()
  expect(told.at(-1)).toEqual({ database: null, stopped: [] })
})
