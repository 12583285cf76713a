import path from 'node:path'
import { expect } from '@playwright/test'
import {
  answerFolderDialog,
  fillSettings,
  openStudio,
  screenshot,
  smallDataset,
  temporaryFolder,
} from './studio.ts'
import { test } from './studio-test.ts'

test('from import to a result of PatchCore, which Train proposes without a GPU', async () => {
  const folder = temporaryFolder('patchcore')
  const dataset = await smallDataset(folder)
  const studio = await openStudio(path.join(folder, 'workspace'))
  const { app, page } = studio
  await expect(page.getByTestId('run-demo')).toBeVisible()
  await answerFolderDialog(studio, dataset)
  await page.getByTestId('import-folder').first().click()
  await page.getByTestId('import-add').click()
  await expect(page.getByRole('button', { name: 'brick 15' })).toBeVisible()

  await page.getByTestId('nav-train').click()
  await expect(page.getByTestId('train-preset')).toHaveValue('patchcore')
  await expect(page.getByTestId('also-tiny')).toBeVisible()
  // Settings of the network that is not there are not asked for.
  await expect(page.getByTestId('setting-patchcore.share')).toBeVisible()
  await expect(page.getByTestId('setting-training.epochs')).toHaveCount(0)
  await expect(page.getByTestId('setting-reconstruction.startStep')).toHaveCount(0)
  await fillSettings(page, [
    ['model.imageSize', '64'],
    ['patchcore.share', '0.1'],
  ])
  await screenshot(studio, 'patchcore-1-train')
  await page.getByTestId('start-run').click()
  await page.getByTestId('run-row').first().click()
  await page.getByRole('button', { name: 'Results' }).click({ timeout: 120_000 })
  await expect(page.getByTestId('result-row')).toHaveCount(7)
  await expect(page.getByTestId('metrics')).toContainText(/\d/)
  await screenshot(studio, 'patchcore-2-evaluation')
  await page.getByTestId('result-row').first().click()
  await expect(page.getByTestId('four-up')).toBeVisible()
  await screenshot(studio, 'patchcore-3-review')
  await app.close()
})
