import path from 'node:path'
import { expect, test, type Page } from '@playwright/test'
import {
  answerFolderDialog,
  openStudio,
  screenshot,
  smallDataset,
  temporaryFolder,
  fillSettings,
} from './studio.ts'

/** Imports a small data set and trains a tiny network on it. */
async function train(page: Page): Promise<void> {
  await page.getByTestId('import-folder').first().click()
  await page.getByTestId('import-add').click()
  await page.getByTestId('nav-train').click()
  await page.getByTestId('train-preset').selectOption('tiny')
  await fillSettings(page, [
    ['model.imageSize', '32'],
    ['training.epochs', '3'],
    ['training.batchSize', '4'],
    ['training.microBatch', '4'],
  ])
  await page.getByTestId('start-run').click()
  await page.getByTestId('run-row').first().click()
  await expect(page.getByRole('button', { name: 'Results' })).toBeVisible({ timeout: 240_000 })
}

test('T′ is turned live, swept, chosen and clicked through', async () => {
  const folder = temporaryFolder('start-step')
  const dataset = await smallDataset(folder)
  const studio = await openStudio(path.join(folder, 'workspace'))
  const { app, page } = studio
  await page.getByTestId('nav-start-step').click()
  await expect(page.getByText('No trained network yet')).toBeVisible()
  await screenshot(studio, 'start-step-1-empty')
  await page.getByTestId('nav-datasets').click()
  await answerFolderDialog(studio, dataset)
  await train(page)

  // One image, live.
  await page.getByTestId('nav-start-step').click()
  const live = page.getByTestId('live')
  await expect(live).toHaveAttribute('data-busy', 'false', { timeout: 120_000 })
  await expect(page.getByTestId('passes')).toContainText('5 passes')
  await expect(page.getByTestId('film-frame')).toHaveCount(5)
  for (const name of ['input', 'noised', 'reconstruction', 'difference', 'heat'])
    await expect(page.getByTestId(`picture-${name}`)).toHaveAttribute('data-filled', 'true')
  const score = await page.getByTestId('live-score').textContent()
  await screenshot(studio, 'start-step-2-image')
  await page.getByTestId('slider-start-step-exact').fill('500')
  await page.getByTestId('slider-start-step-exact').press('Enter')
  await expect(page.getByTestId('passes')).toContainText('10 passes')
  await expect(live).toHaveAttribute('data-busy', 'false', { timeout: 120_000 })
  await expect(page.locator('[data-testid=film-frame][data-done=true]')).toHaveCount(10)
  expect(await page.getByTestId('live-score').textContent()).not.toBe(score)
  await page.getByTestId('slider-w-exact').fill('4')
  await page.getByTestId('slider-w-exact').press('Enter')
  await expect(page.getByTestId('guidance-note')).toContainText('go beyond the input')

  // A sweep of all images.
  await page.getByTestId('sweep-open').click()
  await page.getByTestId('sweep-start-steps').fill('50, 150, 250')
  await page.getByTestId('sweep-w').fill('1, 2')
  await expect(page.getByTestId('sweep-plan')).toContainText('12 settings')
  await screenshot(studio, 'start-step-3-sweep')
  await page.getByTestId('sweep-start').click()
  await page.getByRole('radio', { name: 'Category' }).check({ force: true })
  await expect(page.getByTestId('sweep-job')).toHaveCount(0, { timeout: 240_000 })
  await expect(page.getByTestId('separation-cell')).toHaveCount(6)
  await page.waitForTimeout(3000)
  await screenshot(studio, 'start-step-4-category')
  // Nothing is left to compute the second time.
  await page.getByTestId('sweep-open').click()
  await page.getByTestId('sweep-start-steps').fill('50, 150, 250')
  await page.getByTestId('sweep-w').fill('1, 2')
  await expect(page.getByTestId('sweep-plan')).toContainText('Nothing is left to compute')
  await page.getByRole('button', { name: 'Cancel' }).click()

  // A cell leads to the image at its setting.
  await page.getByTestId('separation-cell').first().dblclick()
  await expect(page.getByTestId('slider-start-step-exact')).toHaveValue('50')
  await expect(page.getByTestId('slider-w-exact')).toHaveValue('1')
  await expect(page.getByTestId('score-chart')).toBeVisible()
  await expect(live).toHaveAttribute('data-busy', 'false', { timeout: 60_000 })
  await screenshot(studio, 'start-step-5-curve')

  // Rules; bins can be edited; what is chosen is kept.
  await page.getByRole('radio', { name: 'Choose T′' }).check({ force: true })
  await expect(page.getByTestId('rules')).toContainText('per image: neighbours')
  await expect(page.getByTestId('rules')).toContainText('per image: probe')
  await page.getByTestId('bin-start-step').first().selectOption({ label: 'T′ 250' })
  await expect(page.getByRole('button', { name: 'D3AD’s bins' })).toBeVisible()
  await page.getByTestId('use-rule').last().click()
  await expect(page.getByTestId('choice')).toContainText('In use for this run')
  await screenshot(studio, 'start-step-6-choose')
  await page.getByRole('button', { name: 'Evaluate with it' }).click()
  await expect(page.getByText('Evaluate brick').first()).toBeVisible()

  // The choice is offered beside a T′ set by hand.
  await page.getByRole('button', { name: 'Results' }).first().click()
  await page.getByTestId('evaluate-again').click()
  await page.getByRole('radio', { name: 'As chosen for this run' }).check({ force: true })
  await expect(page.getByTestId('chosen-start-step')).toContainText('for each image by a probe')
  await screenshot(studio, 'start-step-7-evaluate')
  await page.getByTestId('start-evaluation').click()
  await expect(page.getByTestId('chosen-start-step')).toHaveCount(0)
  await expect(page.getByText('The evaluation is queued')).toBeVisible()
  await app.close()
})
