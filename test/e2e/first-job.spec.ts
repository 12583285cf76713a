import fs from 'node:fs'
import path from 'node:path'
import { expect } from '@playwright/test'
import { writeSafetensors } from '../../src/main/engine/formats/safetensors.ts'
import { randomResNet50 } from '../support/random-resnet50.ts'
import { bytesOf } from '../support/bytes-of.ts'
import {
  answerFolderDialog,
  openStudio,
  screenshot,
  smallDataset,
  temporaryFolder,
  fillSettings,
} from './studio.ts'
import { test } from './studio-test.ts'

const golden = path.join(import.meta.dirname, '../fixtures/golden')

test('from an empty workspace through import, training and evaluation to the four-up view, and a checkpoint imported', async () => {
  const folder = temporaryFolder('first-job')
  const dataset = await smallDataset(folder)
  const studio = await openStudio(path.join(folder, 'workspace'))
  const { app, page } = studio
  await expect(page.getByTestId('run-demo')).toBeVisible()
  await screenshot(studio, '1-empty')

  await answerFolderDialog(studio, dataset)
  await page.getByTestId('import-folder').first().click()
  await expect(page.getByTestId('import-add')).toBeEnabled()
  await screenshot(studio, '2-import-report')
  await page.getByTestId('import-add').click()
  await page.getByRole('button', { name: 'brick 15' }).click()
  await expect(page.getByTestId('image-tile')).toHaveCount(15)
  await screenshot(studio, '3-data-set')

  await page.getByTestId('nav-train').click()
  await page.getByTestId('train-preset').selectOption('tiny')
  await fillSettings(page, [
    ['model.imageSize', '32'],
    ['training.epochs', '3'],
    ['training.batchSize', '4'],
    ['training.microBatch', '4'],
    ['adaptation.batchSize', '4'],
    ['reconstruction.skip', '125'],
  ])
  await screenshot(studio, '4-train')
  await page.getByTestId('start-run').click()
  await page.getByTestId('run-row').first().click()
  await expect(page.getByTestId('loss-chart')).toBeVisible()
  await expect(page.getByRole('button', { name: 'Results' })).toBeVisible({ timeout: 180_000 })
  await screenshot(studio, '5-run')

  await page.getByTestId('nav-evaluate').click()
  await expect(page.getByTestId('auroc-chart')).toBeVisible()
  await expect(page.getByTestId('category-table')).toContainText('brick')
  await screenshot(studio, '6-evaluate')
  await page.getByTestId('nav-runs').click()
  await page.getByTestId('run-row').first().click()
  await page.getByRole('button', { name: 'Results' }).click()
  await expect(page.getByTestId('result-row')).toHaveCount(7)
  await expect(page.getByTestId('metrics')).toContainText(/\d/)
  await screenshot(studio, '7-evaluation')

  await page.getByTestId('result-row').first().click()
  await expect(page.getByTestId('four-up')).toBeVisible()
  for (const pane of ['input', 'mask', 'reconstruction', 'heat-map'])
    await expect(page.getByTestId(`pane-${pane}`)).toBeVisible()
  await page.waitForTimeout(500)
  await screenshot(studio, '8-four-up')

  await page.getByTestId('nav-runs').click()
  await page.getByTestId('import-menu').click()
  await page.getByTestId('import-weights').click()
  await screenshot(studio, '9-import-checkpoint')
  const features = path.join(folder, 'feat.safetensors')
  fs.writeFileSync(features, bytesOf(writeSafetensors(randomResNet50())))
  for (const [part, file] of [
    ['unet', path.join(golden, 'unet.pth')],
    ['features', features],
  ] as const) {
    await answerFolderDialog(studio, file)
    await page.getByTestId(`weights-${part}`).click()
    await expect(page.getByTestId(`weights-${part}-name`)).toHaveText(path.basename(file))
  }
  await page.getByTestId('weights-read').click()
  await expect(page.getByTestId('weights-summary')).toContainText('Nothing is recorded yet')
  await expect(page.getByTestId('weights-summary')).toContainText(/unet\.pth.*SHA-256/)
  await screenshot(studio, '10-import-summary')
  await page.getByTestId('weights-save').click()
  await expect(page.getByRole('heading', { name: /brick \(unet\.pth, imported\)/ })).toBeVisible()
  await screenshot(studio, '11-imported')
  await app.close()
})

test('a folder that is no data set is refused by name and nothing is stored', async () => {
  const folder = temporaryFolder('no-data-set')
  const studio = await openStudio(path.join(folder, 'workspace'))
  const { app, page } = studio
  await answerFolderDialog(studio, folder)
  await page.getByTestId('import-folder').first().click()
  await expect(page.getByText(path.basename(folder)).first()).toBeVisible()
  await expect(page.getByTestId('import-add')).toHaveCount(0)
  await screenshot(studio, '9-no-data-set')
  await app.close()
})
