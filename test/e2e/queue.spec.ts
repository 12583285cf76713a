import path from 'node:path'
import { expect, test, type Page } from '@playwright/test'
import type { Job } from '../../src/shared/domain/run.ts'
import {
  answerFolderDialog,
  openStudio,
  screenshot,
  smallDataset,
  temporaryFolder,
  type Studio,
  fillSettings,
} from './studio.ts'

/** Asks main as the page does. */
function ask<Answer>(page: Page, name: string, input: unknown): Promise<Answer> {
  return page.evaluate(
    ([route, value]) =>
      (
        window as unknown as { ddad: { request(name: string, input: unknown): Promise<unknown> } }
      ).ddad
        .request(route as string, value)
        .then((envelope) => (envelope as { data: unknown }).data),
    [name, input] as const,
  ) as Promise<Answer>
}

const jobsOf = async ({ page }: Studio) =>
  (await ask<{ jobs: readonly Job[] }>(page, 'jobs.list', null)).jobs

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
    ['reconstruction.skip', '125'],
  ])
  await expect(page.getByTestId('run-count')).toHaveText('2')
}

test('a study waits in a queue that is moved, paused and resumed, and its runs are noted and thrown away', async () => {
  const folder = temporaryFolder('queue')
  const dataset = await smallDataset(folder)
  const studio = await openStudio(path.join(folder, 'workspace'))
  const { app, page } = studio
  await importBricks(studio, dataset)
  await startStudy(studio, '100000')
  await page.getByTestId('measure').click()
  await expect(page.getByTestId('estimate')).toContainText('Memory', { timeout: 180_000 })
  await screenshot(studio, 'queue-1-estimate')
  await page.getByTestId('start-run').click()

  const rows = page.getByTestId('queue-row')
  await expect(rows.first()).toContainText('running', { timeout: 60_000 })
  await expect(page.getByTestId('time-left')).toContainText('–', { timeout: 180_000 })
  await screenshot(studio, 'queue-2-running')
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

  await page.getByTestId('queue-hold').click()
  await expect(page.getByTestId('queue-go')).toBeVisible()
  await expect
    .poll(async () => (await jobsOf(studio)).every(({ state }) => state === 'queued'), {
      timeout: 60_000,
    })
    .toBe(true)
  // The device's memory is free: the engine's process has ended.
  const engines = () =>
    app.evaluate(
      ({ app: electron }) =>
        electron.getAppMetrics().filter(({ name }) => name === 'ddad-engine').length,
    )
  await expect.poll(engines, { timeout: 30_000 }).toBe(0)
  await screenshot(studio, 'queue-3-paused')
  await page.getByTestId('queue-go').click()
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
  await page.getByRole('button', { name: 'Done' }).click()
  await expect(page.getByTestId('runs-table')).toContainText('Learning rate')
  await page.getByTestId('run-grouping').selectOption('study')
  await expect(page.getByTestId('run-group')).toContainText('brick')
  await runs.first().getByRole('checkbox').check()
  await page.getByTestId('tag-chosen').fill('odd')
  await page.getByTestId('tag-chosen').press('Enter')
  await expect(runs.first()).toContainText('odd')
  await page.getByTestId('trash-chosen').click()
  await expect(runs).toHaveCount(1)
  await page.getByTestId('toast-action').click()
  await expect(runs).toHaveCount(2)

  await runs.first().locator('button.row').click()
  await page.getByTestId('run-note').fill('Half an hour is enough.')
  await page.getByTestId('run-note').press('Tab')
  await page.getByRole('tab', { name: 'What changed' }).click()
  await expect(page.getByTestId('changes')).toContainText('Seed')
  await screenshot(studio, 'queue-5-changes')
  await page.getByRole('tab', { name: 'Log' }).click()
  await expect(page.getByTestId('run-log')).toContainText('begins')
  await screenshot(studio, 'queue-6-log')
  await app.close()
})

test('goes on after renderer, engine and the whole application were killed', async () => {
  const folder = temporaryFolder('kills')
  const dataset = await smallDataset(folder)
  const workspace = path.join(folder, 'workspace')
  let studio = await openStudio(workspace)
  await importBricks(studio, dataset)
  await startStudy(studio, '60')
  await studio.page.getByTestId('start-run').click()
  const steps = async () => {
    const jobs = await studio.app.evaluate(async ({ webContents }) => {
      const [contents] = webContents.getAllWebContents()
      const answer: unknown = await contents?.executeJavaScript(
        "window.ddad.request('jobs.list', null)",
      )
      return (answer as { data: { jobs: { progress: { done: number } | null }[] } }).data.jobs
    })
    return jobs.reduce((sum, { progress }) => sum + (progress?.done ?? 0), 0)
  }
  await expect.poll(steps, { timeout: 120_000 }).toBeGreaterThan(0)
  for (let kill = 0; kill < 2; kill += 1) {
    const known = await steps()
    const pid = await studio.app.evaluate(({ webContents }) =>
      webContents.getAllWebContents()[0]!.getOSProcessId(),
    )
    process.kill(pid, 'SIGKILL')
    await expect
      .poll(
        // A question to a page that has just died is never answered.
        () =>
          Promise.race([
            steps().catch(() => -1),
            new Promise<number>((resolve) => setTimeout(() => resolve(-1), 3000)),
          ]),
        { timeout: 60_000 },
      )
      .toBeGreaterThanOrEqual(known)
  }
  const engine = await studio.app.evaluate(
    ({ app }) => app.getAppMetrics().find(({ name }) => name === 'ddad-engine')?.pid,
  )
  if (engine !== undefined) process.kill(engine, 'SIGKILL')
  for (let kill = 0; kill < 2; kill += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1500))
    studio.app.process().kill('SIGKILL')
    studio = await openStudio(workspace)
  }
  await studio.page.getByTestId('nav-runs').click()
  await expect(studio.page.getByTestId('run-row')).toHaveCount(2)
  await screenshot(studio, 'queue-7-after-kills')
  const finished = async () =>
    (await jobsOf(studio)).filter(({ state }) => state === 'finished').length
  // Training and evaluation of two seeds; the preset does not adapt.
  await expect.poll(finished, { timeout: 300_000 }).toBe(4)
  await screenshot(studio, 'queue-8-finished')
  await studio.app.close()
})
