import fs from 'node:fs'
import path from 'node:path'
import { expect, type Page } from '@playwright/test'
import { openStore } from '../../src/main/db/store.ts'
import type { Job, Run } from '../../src/shared/runs/run.ts'
import {
  answerFolderDialog,
  ask,
  enginesOf,
  openStudio,
  screenshot,
  smallDataset,
  temporaryFolder,
  type Studio,
  fillSettings,
} from './studio.ts'
import { test } from './studio-test.ts'

const jobsOf = async ({ page }: Studio) =>
  (await ask<{ jobs: readonly Job[] }>(page, 'jobs.list', null)).jobs

/** Jobs that are not over. */
const openJobs = async (studio: Studio) =>
  (await jobsOf(studio)).filter(({ state }) => state !== 'finished')

async function importBricks(studio: Studio, dataset: string): Promise<void> {
  const { page } = studio
  await answerFolderDialog(studio, dataset)
  await page.getByTestId('import-folder').first().click()
  await page.getByTestId('import-add').click()
  await expect(page.getByRole('button', { name: 'brick 15' })).toBeVisible()
}

/** Starts a study of two seeds with a network that trains in seconds. */
async function startStudy({ page }: Studio, epochs: string): Promise<void> {
  await page.getByTestId('nav-train').click()
  await page.getByTestId('train-preset').selectOption('tiny')
  await page.getByTestId('train-seeds').fill('1-2')
  await fillSettings(page, [
    ['model.imageSize', '32'],
    ['training.epochs', epochs],
    ['training.batchSize', '2'],
    ['training.microBatch', '2'],
    ['training.checkpointEverySteps', '10'],
    ['adaptation.epochs', '0'],
    ['reconstruction.skip', '125'],
  ])
  await expect(page.getByTestId('run-count')).toHaveText('2')
}

/** Imports a folder while a training runs: one that goes well, and one whose images vanish before it is stored. */
async function importBeside(studio: Studio, dataset: string): Promise<void> {
  const { page } = studio
  const training = (await jobsOf(studio)).find(({ state }) => state === 'running')!
  await page.getByTestId('nav-datasets').click()
  await page.getByTestId('import-folder').first().click()
  await page.getByTestId('import-name').fill('Beside')
  await page.getByTestId('import-add').click()
  await expect(page.getByRole('heading', { name: 'Beside' })).toBeVisible()
  const notes = page.getByRole('status').filter({ hasText: 'Added Beside.' })
  await expect(notes).toHaveCount(1)
  await expect(notes).toContainText('Undo')
  await page.getByTestId('import-report').click()
  await expect(page.getByRole('dialog')).toContainText('15 images')
  await screenshot(studio, 'import-1-report-kept')
  await page.keyboard.press('Escape')

  await page.getByTestId('import-folder').first().click()
  await page.getByTestId('import-name').fill('Beside')
  await page.getByTestId('import-add').click()
  await expect(page.getByRole('alert')).toContainText('named Beside already')
  await page.getByTestId('import-name').fill('Later')
  const images = path.join(dataset, 'brick')
  fs.renameSync(images, `${dataset} elsewhere`)
  await page.getByTestId('import-add').click()
  await expect(page.getByRole('alert')).toContainText('is not recognised')
  await page.getByTestId('import-close').click()
  await expect(page.getByTestId('import-row')).toContainText('is not recognised')
  await screenshot(studio, 'import-2-failed')
  await page.getByTestId('nav-runs').click()
  const row = page.getByTestId('queue-row').filter({ hasText: 'Import Later' })
  await expect(row).toContainText('failed')
  await screenshot(studio, 'import-3-queue')
  fs.renameSync(`${dataset} elsewhere`, images)
  await row.getByTestId('queue-resume').click()
  await expect(row).toHaveCount(0)
  const jobs = await jobsOf(studio)
  expect(jobs.filter(({ kind }) => kind === 'import').map(({ state }) => state)).toEqual(
    Array.from({ length: 3 }, () => 'finished'),
  )
  expect(jobs.find(({ id }) => id === training.id)?.state).toBe('running')
}

/** Records that the earlier run saw an image less, and another one with other content. */
function recordImages(workspace: string): void {
  const store = openStore(path.join(workspace, 'studio.db'))
  const [later, earlier] = store.runs.list().toSorted((a, b) => b.id - a.id)
  const seen = store.images
    .ofCategory(later!.datasetId, 'brick')
    .map(({ path: file, split, defectType, sha256 }) => ({
      ...{ path: file, split, defectType, sha256 },
    }))
  const [, second, ...rest] = seen
  store.runImageLists.put(earlier!.id, [{ ...second!, sha256: 'other' }, ...rest])
  store.runImageLists.put(later!.id, seen)
  store.close()
}

interface Notice {
  readonly title: string
  readonly body: string
}

/** Watches what the studio asks of the desktop, which no test can see or click. */
async function spyOnDesktop({ app }: Studio): Promise<void> {
  await app.evaluate(({ BrowserWindow, dialog, Notification, powerSaveBlocker }) => {
    const spy = { notices: [] as Electron.Notification[], blockers: [] as number[], asked: 0 }
    const state = Object.assign(globalThis, { spy, closingAnswer: 2 })
    Notification.isSupported = () => true
    Notification.prototype.show = function () {
      spy.notices.push(this)
    }
    BrowserWindow.getFocusedWindow = () => null
    const start = powerSaveBlocker.start.bind(powerSaveBlocker)
    powerSaveBlocker.start = (type) => {
      const id = start(type)
      spy.blockers.push(id)
      return id
    }
    dialog.showMessageBox = async () => {
      spy.asked += 1
      return { response: state.closingAnswer, checkboxChecked: true }
    }
  })
}

interface Desktop {
  readonly notices: readonly Notice[]
  readonly awake: boolean
  /** How often it was asked what closing the window is to do. */
  readonly asked: number
  readonly windows: number
}

const desktop = ({ app }: Studio): Promise<Desktop> =>
  app.evaluate(({ BrowserWindow, powerSaveBlocker }) => {
    const { spy } = globalThis as unknown as {
      spy: { notices: Electron.Notification[]; blockers: number[]; asked: number }
    }
    return {
      notices: spy.notices.map(({ title, body }) => ({ title, body })),
      awake: spy.blockers.some((id) => powerSaveBlocker.isStarted(id)),
      asked: spy.asked,
      windows: BrowserWindow.getAllWindows().length,
    }
  })

/** Closes the window as its frame does, with an answer to the question that follows. */
const closeWindow = ({ app }: Studio, answer: number): Promise<void> =>
  app.evaluate(({ BrowserWindow }, chosen) => {
    Object.assign(globalThis, { closingAnswer: chosen })
    BrowserWindow.getAllWindows()[0]?.close()
  }, answer)

/** The engine's processes with their resident memory. */
const engines = (studio: Studio) =>
  enginesOf(studio).map((pid) => {
    const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8')
    return { pid, megabytes: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024 }
  })

/** Whether a process is there; one that has ended but that nobody has waited for yet is. */
function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** The sockets that a process has open. */
const socketsOf = (pid: number): string[] =>
  fs.readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      const target = fs.readlinkSync(`/proc/${pid}/fd/${fd}`)
      return target.startsWith('socket:') ? [target] : []
    } catch {
      return []
    }
  })

/** Closes the window over running jobs, comes back through a notification, and leaves the rest to the background. */
async function closingAndNotices(
  studio: Studio,
  workspace: string,
  dataset: string,
): Promise<void> {
  const { app } = studio
  const noticed = async (title: RegExp) => {
    const found = async () =>
      (await desktop(studio)).notices.findLastIndex((notice) => title.test(notice.title))
    await expect.poll(found, { timeout: 120_000 }).toBeGreaterThanOrEqual(0)
    return found()
  }
  const [{ datasetId, category, config } = {} as Run] = await ask<Run[]>(
    studio.page,
    'runs.list',
    null,
  )
  const begin = ({ page }: Studio, epochs: number) => {
    const training = { ...config.training, epochs }
    const request = { datasetId, category, config: { ...config, training }, evaluate: true }
    return ask<Run>(page, 'runs.start', request)
  }
  const short = await begin(studio, 5)
  await begin(studio, 100_000)
  await closeWindow(studio, 2)
  await expect.poll(async () => (await desktop(studio)).asked).toBe(1)
  expect((await desktop(studio)).windows).toBe(1)
  await closeWindow(studio, 0)
  await expect.poll(async () => (await desktop(studio)).windows).toBe(0)

  const finished = await noticed(/^Finished: Evaluate /)
  expect((await desktop(studio)).notices[finished]?.body).toMatch(
    /Image AUROC .* more in the queue/,
  )
  const opened = app.waitForEvent('window')
  await app.evaluate((_, index) => {
    const { spy } = globalThis as unknown as { spy: { notices: Electron.Notification[] } }
    spy.notices[index]?.emit('click')
  }, finished)
  const again = { app, page: await opened }
  await expect(again.page.getByRole('heading', { name: short.name })).toBeVisible()
  await screenshot(again, 'queue-7-from-notification')

  const jobs = await jobsOf(again)
  const endless = jobs.find(({ state }) => state === 'running')!
  await ask(again.page, 'jobs.stop', { jobId: endless.id })
  await expect.poll(async () => (await desktop(again)).awake, { timeout: 60_000 }).toBe(false)
  fs.renameSync(dataset, `${dataset} elsewhere`)
  await begin(again, 5)
  const failed = await noticed(/^Failed: Train /)
  expect((await desktop(again)).notices[failed]?.body).toContain('cannot be read')
  fs.renameSync(`${dataset} elsewhere`, dataset)

  // The answer was kept; what is left ends the application when another process stops it.
  await ask(again.page, 'jobs.resume', { jobId: endless.id })
  await expect.poll(async () => (await desktop(again)).awake, { timeout: 60_000 }).toBe(true)
  await closeWindow(again, 2)
  await expect.poll(async () => (await desktop(again)).windows).toBe(0)
  expect((await desktop(again)).asked).toBe(2)
  const quit = app.waitForEvent('close', { timeout: 60_000 })
  const other = openStore(path.join(workspace, 'studio.db'))
  other.jobs.want(endless.id, { mode: 'stop', rest: 'stopped' })
  await quit
  expect(other.jobs.get(endless.id)?.state).toBe('stopped')
  other.close()
}

/** Moves columns in the open list and in the table, looks again after a reload, and puts them back. */
async function columnsAreMoved(page: Page): Promise<void> {
  const heading = (n: number) =>
    page
      .getByTestId('runs-table')
      .locator('th')
      .nth(4 + n)
  const rate = 'config.training.learningRate'
  await page.getByTestId(`up-${rate}`).click()
  await page.keyboard.press('Alt+ArrowUp')
  await expect(page.getByTestId('column-order').locator('li').nth(7)).toContainText('Learning rate')
  await page.getByRole('button', { name: 'Done' }).click()
  await expect(heading(7)).toContainText('Learning rate')
  await page.getByTestId(`header-${rate}`).dragTo(page.getByTestId('header-category'))
  await expect(heading(0)).toContainText('Learning rate')
  await page.getByTestId(`header-${rate}`).getByRole('button').press('Alt+ArrowRight')
  await expect(heading(1)).toContainText('Learning rate')
  await page.reload()
  await page.getByTestId('nav-runs').click()
  await expect(heading(1)).toContainText('Learning rate')
  await page.getByTestId('choose-columns').click()
  await page.getByTestId('usual-columns').click()
  await page.getByRole('button', { name: 'Done' }).click()
  await expect(heading(1)).toContainText('Preset')
  await expect(page.getByTestId('runs-table')).not.toContainText('Learning rate')
}

test('a study waits in a queue that is moved, paused and resumed, and its runs are noted and thrown away', async () => {
  const folder = temporaryFolder('queue')
  const dataset = await smallDataset(folder)
  const workspace = path.join(folder, 'workspace')
  const studio = await openStudio(workspace)
  const { page } = studio
  await spyOnDesktop(studio)
  await importBricks(studio, dataset)
  await startStudy(studio, '100000')
  await page.getByTestId('measure').click()
  await expect(page.getByTestId('estimate')).toContainText('Memory', { timeout: 180_000 })
  await screenshot(studio, 'queue-1-estimate')
  await page.getByTestId('start-run').click()

  const rows = page.getByTestId('queue-row')
  await expect(rows.first()).toContainText('running', { timeout: 60_000 })
  await expect(page.getByTestId('time-left')).toContainText('measuring', { timeout: 180_000 })
  await expect(page.getByTestId('time-left')).toContainText('–', { timeout: 180_000 })
  await expect.poll(async () => (await desktop(studio)).awake).toBe(true)
  await ask(page, 'preferences.set', { keepAwake: false })
  await expect.poll(async () => (await desktop(studio)).awake).toBe(false)
  await ask(page, 'preferences.set', { keepAwake: true })
  await expect.poll(async () => (await desktop(studio)).awake).toBe(true)
  await screenshot(studio, 'queue-2-running')
  await importBeside(studio, dataset)
  const before = (await jobsOf(studio)).filter(({ state }) => state === 'queued')
  const last = before.findLast(({ kind }) => kind === 'train')!
  // By keyboard, with those that wait for it.
  await rows.filter({ hasText: last.title }).getByRole('button').first().focus()
  await page.keyboard.press('Alt+ArrowUp')
  await expect(rows.nth(1)).toContainText(last.title)
  // By mouse, what waits for the running job comes next again.
  const follower = before.find(({ runId }) => runId !== last.runId)!
  await rows.last().dragTo(rows.nth(1))
  await expect(rows.nth(1)).toContainText(follower.title)

  const [engine] = engines(studio)
  const shared = new Set(socketsOf(studio.app.process().pid!))
  expect(socketsOf(engine!.pid).filter((socket) => shared.has(socket))).toEqual([])
  expect(engine?.megabytes).toBeGreaterThan(50)
  await page.getByTestId('queue-hold').click()
  await expect(page.getByTestId('queue-go')).toBeVisible()
  await expect
    .poll(async () => (await openJobs(studio)).every(({ state }) => state === 'queued'), {
      timeout: 60_000,
    })
    .toBe(true)
  // The device's memory is free: the engine's process has ended.
  await expect.poll(() => engines(studio), { timeout: 30_000 }).toEqual([])
  await expect.poll(() => lives(engine!.pid)).toBe(false)
  await expect.poll(async () => (await desktop(studio)).awake).toBe(false)
  await screenshot(studio, 'queue-3-paused')
  // Without room on the disk the next job pauses at once and says why.
  await ask(page, 'preferences.set', { reserveBytes: 1e15 })
  await page.getByTestId('queue-go').click()
  const short = rows.filter({ hasText: 'to stay free' })
  await expect(short).toContainText('paused', { timeout: 60_000 })
  await expect.poll(async () => (await desktop(studio)).notices.at(-1)?.title).toMatch(/^Paused: /)
  await screenshot(studio, 'queue-3-no-space')
  await ask(page, 'preferences.set', { reserveBytes: 0 })
  await short.getByTestId('queue-resume').click()
  await expect(rows.first()).toContainText('running', { timeout: 60_000 })
  await rows.first().getByTestId('queue-pause').click()
  await expect(rows.filter({ hasText: 'paused' })).toHaveCount(1, { timeout: 60_000 })
  for (const job of (await jobsOf(studio)).toReversed()) {
    await ask(page, 'jobs.stop', { jobId: job.id })
  }
  await expect(rows).toHaveCount(0, { timeout: 60_000 })

  const runs = page.getByTestId('run-row')
  await expect(runs).toHaveCount(2)
  await page.getByTestId('choose-columns').click()
  await page.getByTestId('column-search').fill('learning')
  await page.getByTestId('column-config.training.learningRate').check()
  await screenshot(studio, 'queue-4-columns')
  await columnsAreMoved(page)
  await page.getByTestId('run-grouping').selectOption('study')
  const group = page.getByTestId('run-group')
  await expect(group).toContainText('brick')
  await group.getByRole('button').click()
  await expect(runs).toHaveCount(0)
  await group.getByRole('button').click()
  await page.getByTestId('run-search').fill('brick seed=2 epochs>5')
  await expect(runs).toHaveCount(1)
  await page.getByTestId('run-search').fill('')
  await page.getByTestId('select-all').check()
  await expect(page.getByTestId('run-toolbar')).toContainText('2 runs selected')
  await page.getByTestId('select-all').uncheck()
  await runs.first().getByRole('checkbox').check()
  await page.getByTestId('tag-chosen').fill('odd')
  await page.getByTestId('tag-chosen').press('Enter')
  await expect(runs.first()).toContainText('odd')
  await page.getByTestId('trash-chosen').click()
  await expect(runs).toHaveCount(1)
  await page.getByTestId('toast-action').last().click()
  await expect(runs).toHaveCount(2)

  recordImages(workspace)
  await runs.first().locator('button.row').click()
  await page.getByTestId('run-note').fill('Half an hour is enough.')
  await page.getByTestId('run-note').press('Tab')
  await page.getByRole('tab', { name: 'What changed' }).click()
  await expect(page.getByTestId('changes')).toContainText('Seed')
  const added = page.getByTestId('changes').getByRole('row', { name: /^(Data )?Images added/ })
  await expect(added).toContainText('1 image')
  await expect(page.getByTestId('changes')).toContainText('Images with other content')
  await screenshot(studio, 'queue-5-changes')
  await added.getByTestId('changed-image').click()
  await expect(page.getByTestId('pane-input')).toBeVisible()
  await page.goBack()
  await page.getByRole('tab', { name: 'Log' }).click()
  await expect(page.getByTestId('run-log')).toContainText('begins')
  await screenshot(studio, 'queue-6-log')

  await closingAndNotices(studio, workspace, dataset)
})
