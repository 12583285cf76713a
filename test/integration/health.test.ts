import fs from 'node:fs'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import type { Health } from '../../src/shared/core/health.ts'
import { handlersOf } from '../../src/main/ipc/handlers/index.ts'
import { createRouter } from '../../src/main/ipc/router.ts'
import { createFacts } from '../../src/main/services/core/facts.ts'
import { createHealth, type Watched } from '../../src/main/services/core/health.ts'
import { openWorkspace } from '../../src/main/services/core/workspace.ts'
import { openTestStudio } from './studio.ts'
import { temporaryFolder } from './support.ts'

const page = { url: 'ddad://app/index.html', mainFrame: true }
const nowhere = { folder: async () => null, save: async () => null, open: async () => null }

it.each(['deleted', 'replaced'])(
  'accepts nothing once the database was %s, and says so',
  async (how) => {
    const folder = temporaryFolder()
    const studio = openTestStudio(folder)
    onTestFinished(() => studio.close().catch(() => undefined))
    const { expectWell } = studio.health
    const route = createRouter(
      handlersOf(studio, nowhere, async () => {}),
      () => {},
      expectWell,
    )
    const change = { reserveBytes: 1e9 }
    expect(await route(page, 'preferences.set', change)).toMatchObject({ ok: true })
    const told = new Promise<Health>((resolve) => studio.facts.on('health.changed', resolve))
    const file = path.join(folder, 'studio.db')
    const copy = `${file}.copy`
    fs.copyFileSync(file, copy)
    if (how === 'deleted') fs.rmSync(file)
    else fs.renameSync(copy, file)
    expect(await route(page, 'preferences.set', change)).toMatchObject({
      ok: false,
      error: {
        code: 'WORKSPACE_LOST',
        message: expect.stringContaining('Nothing more is accepted') as string,
      },
    })
    expect((await told).database).toContain(how === 'deleted' ? 'deleted or moved' : 'replaced')
    expect(await route(page, 'app.health', null)).toMatchObject({ ok: true })
  },
)

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
