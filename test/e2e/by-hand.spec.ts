/** What people do with the mouse: drop a folder, stop, resume and cancel a run, run a command, remove things. */
import fs from 'node:fs'
import path from 'node:path'
import { expect, type Page } from '@playwright/test'
import { openStudio, screenshot, smallDataset, temporaryFolder } from './studio.ts'
import { test } from './studio-test.ts'

/** Drags a folder over the window and lets go, as the system does it. */
async function dropFolder(page: Page, folder: string, beforeDrop: () => Promise<void>) {
  const devtools = await page.context().newCDPSession(page)
  const data = { items: [], files: [folder], dragOperationsMask: 1 }
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    if (type === 'drop') await beforeDrop()
    await devtools.send('Input.dispatchDragEvent', { type, x: 500, y: 400, data })
  }
  await devtools.detach()
}

/** Fills in settings under which a step takes milliseconds and a run hours. */
async function chooseSmallSettings(page: Page, epochs: string) {
  await page.getByTestId('train-preset').selectOption('tiny')
  await page.getByTestId('setting-model.imageSize').selectOption('32')
  for (const [key, value] of [
    ['training.epochs', epochs],
    ['training.batchSize', '2'],
    ['training.microBatch', '2'],
    ['adaptation.epochs', '0'],
    ['reconstruction.skip', '125'],
  ] as const) {
    const setting = page.getByTestId(`setting-${key}`)
    await setting.fill(value)
    await setting.press('Tab')
  }
}

test('a folder is dropped, a run stopped, resumed and cancelled, and all of it removed', async () => {
  const folder = temporaryFolder('by-hand')
  const original = await smallDataset(folder)
  const studio = await openStudio(path.join(folder, 'workspace'))
  const { app, page } = studio
  await expect(page.getByTestId('run-demo')).toBeVisible()

  await dropFolder(page, original, async () => {
    await expect(page.getByText('Drop the data set’s folder to import it')).toBeVisible()
    await screenshot(studio, 'by-hand-1-drop')
  })
  await page.getByTestId('import-add').click()
  await expect(page.getByRole('button', { name: 'brick 15' })).toBeVisible()

  // Moved and dropped again: the studio knows the files.
  const dataset = `${original} moved`
  fs.renameSync(original, dataset)
  await dropFolder(page, dataset, async () => {})
  await expect(page.getByTestId('import-same')).toBeVisible()
  await screenshot(studio, 'by-hand-1-moved')
  await page.getByTestId('import-relink').click()
  await expect(page.getByText('Nothing of it was lost.')).toBeVisible()
  await expect(page.locator(`[title="${dataset}"]`).first()).toBeVisible()

  await page.getByTestId('nav-train').click()
  await chooseSmallSettings(page, '100000')
  await page.getByTestId('start-run').click()
  await page.getByTestId('run-row').first().click()
  const jobs = page.getByTestId('job-row')
  const training = jobs.filter({ hasText: 'Training' })
  await expect(training.getByText(/ of 400,000/)).toBeVisible({ timeout: 120_000 })
  await expect(page.getByTestId('status-job')).toContainText('left')
  await screenshot(studio, 'by-hand-2-running')
  await training.getByTestId('job-stop').click()
  await expect(training).toContainText('stopped', { timeout: 60_000 })
  await screenshot(studio, 'by-hand-3-stopped')
  await expect.poll(() => stepOf(page)).toBeGreaterThan(0)
  const stoppedAt = await stepOf(page)

  await training.getByTestId('job-resume').click()
  await expect.poll(() => stepOf(page), { timeout: 120_000 }).toBeGreaterThan(stoppedAt)
  await training.getByTestId('job-cancel').click()
  await screenshot(studio, 'by-hand-4-discard')
  await page.getByTestId('discard').click()
  await expect(training).toContainText('cancelled', { timeout: 60_000 })
  await screenshot(studio, 'by-hand-4-cancelled')

  // A command from the palette, by keyboard and by mouse.
  await page.keyboard.press('Control+k')
  const palette = page.getByTestId('palette')
  await palette.getByRole('combobox').fill('light dark')
  const theme = () => page.evaluate(() => document.documentElement.dataset['theme'])
  const before = await theme()
  await page.keyboard.press('Enter')
  await expect(palette).toHaveCount(0)
  await expect.poll(theme).not.toBe(before)
  await page.getByTestId('open-palette').click()
  await palette.getByRole('combobox').fill('brick')
  await screenshot(studio, 'by-hand-5-palette')
  await palette.getByRole('option').first().click()
  await expect(page.getByTestId('image-tile')).toHaveCount(15)

  await page.getByTestId('nav-runs').click()
  await page.getByTestId('run-row').first().click()
  await page.getByTestId('run-trash').click()
  await expect(page.getByTestId('run-row')).toHaveCount(0)
  await page.getByTestId('open-trash').click()
  await page.getByRole('button', { name: 'Delete for good' }).click()
  await expect(page.getByText('The trash is empty.')).toBeVisible()
  await page.keyboard.press('Escape')

  await page.getByTestId('nav-datasets').click()
  await page.getByRole('button', { name: 'Remove from the workspace' }).click()
  await screenshot(studio, 'by-hand-6-remove')
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await expect(page.getByTestId('run-demo')).toBeVisible()
  expect(fs.readdirSync(path.join(dataset, 'brick')).length).toBeGreaterThan(0)
  await app.close()
})

test('one click on the first start makes the data and queues every category', async () => {
  const folder = temporaryFolder('first-start')
  const studio = await openStudio(path.join(folder, 'workspace'))
  const { app, page } = studio
  await page.getByTestId('run-demo').click()
  await page.getByTestId('nav-runs').click()
  await expect(page.getByTestId('run-row')).toHaveCount(4, { timeout: 120_000 })
  for (const category of ['brick', 'grass', 'gravel', 'joint'])
    await expect(page.getByTestId('run-row').filter({ hasText: category })).toHaveCount(1)
  await expect(page.getByTestId('status-job')).toContainText('left', { timeout: 120_000 })
  await screenshot(studio, 'by-hand-7-demonstration')
  await app.close()
})

/** Optimiser steps that the open run's page says are done. */
async function stepOf(page: Page): Promise<number> {
  const text = await page.locator('dl', { hasText: 'Image AUROC' }).getByText(/\/|of/).textContent()
  return Number(/^[\d,.]+/.exec(text ?? '')?.[0].replace(/[,.]/g, '') ?? 0)
}
