import path from 'node:path'
import { expect, type Page } from '@playwright/test'
import {
  answerFolderDialog,
  openStudio,
  screenshot,
  smallDataset,
  temporaryFolder,
  fillSettings,
} from './studio.ts'
import { test } from './studio-test.ts'

async function startTraining(page: Page, epochs: string): Promise<void> {
  await page.getByTestId('train-preset').selectOption('tiny')
  await fillSettings(page, [
    ['model.imageSize', '32'],
    ['training.epochs', epochs],
    ['training.batchSize', '4'],
    ['training.microBatch', '4'],
    ['adaptation.epochs', '0'],
  ])
  await page.getByTestId('start-run').click()
}

/** Imports a small data set and trains a tiny network on it. */
async function train(page: Page): Promise<void> {
  await page.getByTestId('import-folder').first().click()
  await page.getByTestId('import-add').click()
  await page.getByTestId('nav-train').click()
  await startTraining(page, '3')
  await page.getByTestId('run-row').first().click()
  await expect(page.getByRole('button', { name: 'Results' })).toBeVisible({ timeout: 240_000 })
}

/** Milliseconds from the end of the first pass until it is seen, for the best of some moves of w. */
async function firstFeedback(page: Page, weights: readonly string[]): Promise<number> {
  await page.evaluate(() => {
    const times: number[] = []
    Object.assign(window, { feedback: times })
    const { ddad } = window as unknown as {
      ddad: { on(callback: (name: string, payload: unknown) => void): void }
    }
    ddad.on((name, payload) => {
      if (name !== 'preview.event') return
      const { event } = payload as { event: { type: string; pass?: number; doneAt?: number } }
      if (event.type !== 'step' || event.pass !== 0) return
      const look = (): void => {
        const frame = document.querySelector<HTMLElement>('[data-testid=film-frame]')
        if (frame?.dataset['done'] === 'true') times.push(Date.now() - event.doneAt!)
        else requestAnimationFrame(look)
      }
      requestAnimationFrame(look)
    })
  })
  for (const w of weights) {
    await page.getByTestId('slider-w-exact').fill(w)
    await page.getByTestId('slider-w-exact').press('Enter')
    await expect(page.getByTestId('live')).toHaveAttribute('data-busy', 'true')
    await expect(page.getByTestId('live')).toHaveAttribute('data-busy', 'false', {
      timeout: 60_000,
    })
  }
  const times = await page.evaluate(() => (window as unknown as { feedback: number[] }).feedback)
  expect(times.length).toBeGreaterThanOrEqual(weights.length)
  return Math.min(...times)
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

  const idle = await firstFeedback(page, ['3', '3.5', '4'])
  console.log(`first pass to its picture, idle: ${idle} ms`)
  expect(idle).toBeLessThanOrEqual(200)

  // A sweep of all images.
  await page.getByTestId('sweep-open').click()
  await page.getByTestId('sweep-start-steps').fill('50, 150, 250')
  await page.getByTestId('sweep-w').fill('1, 2')
  await expect(page.getByTestId('sweep-plan')).toContainText('6 settings and 6 probes')
  await screenshot(studio, 'start-step-3-sweep')
  await page.getByTestId('sweep-start').click()
  await page.getByRole('radio', { name: 'Category' }).check({ force: true })
  await expect(page.getByTestId('sweep-job')).toHaveCount(0, { timeout: 240_000 })
  await expect(page.getByTestId('separation-cell')).toHaveCount(6)
  await expect(page.getByTestId('separation-cell').last()).toContainText(/\d/)
  await screenshot(studio, 'start-step-4-category')
  // Nothing is left to compute the second time.
  await page.getByTestId('sweep-open').click()
  await page.getByTestId('sweep-start-steps').fill('50, 150, 250')
  await page.getByTestId('sweep-w').fill('1, 2')
  await expect(page.getByTestId('sweep-plan')).toContainText('Nothing is left to compute')
  await page.getByRole('button', { name: 'Cancel' }).click()

  // A cell opens the images behind its figure, one of them its strip at that setting, and back.
  await page.getByTestId('separation-cell').last().click()
  const behind = page.getByTestId('cell-images').getByRole('row')
  await expect(behind).toHaveCount(8)
  await expect(behind.nth(1)).toContainText(/found|passed|missed|false alarm/)
  const opened = (await behind.nth(1).getByRole('button').textContent())!
  await behind.nth(1).getByRole('button').press('Enter')
  await expect(page.getByTestId('slider-start-step-exact')).toHaveValue('250')
  await expect(page.getByTestId('slider-w-exact')).toHaveValue('2')
  await expect(page.getByTestId('start-step-image').locator('option:checked')).toHaveText(opened)
  await page.goBack()
  await expect(behind).toHaveCount(8)

  // A cell leads to the image at its setting.
  await page.getByTestId('separation-cell').first().dblclick()
  await expect(page.getByTestId('slider-start-step-exact')).toHaveValue('50')
  await expect(page.getByTestId('slider-w-exact')).toHaveValue('1')
  await expect(page.getByTestId('score-chart')).toBeVisible()
  await expect(live).toHaveAttribute('data-busy', 'false', { timeout: 60_000 })
  // Whether this image is called otherwise than at the setting before.
  await expect(page.getByTestId('live-verdict')).toContainText(/normal|anomalous/)
  await screenshot(studio, 'start-step-5-curve')

  // Every setting as one line; a range narsettings them down, and a row leads to the image.
  await page.getByRole('radio', { name: 'All settings' }).check({ force: true })
  const coordinates = page.getByTestId('sweep-coordinates')
  await expect(coordinates.locator('svg[role=img] path')).toHaveCount(6)
  await expect(coordinates.getByText('counting pixels')).toHaveCount(0, { timeout: 30_000 })
  const settings = page.getByTestId('sweep-points').locator('tbody tr')
  await expect(settings).toHaveCount(6)
  const startSteps = (await coordinates.locator('.handle').first().boundingBox())!
  const x = startSteps.x + startSteps.width / 2
  await page.mouse.move(x, startSteps.y + 6)
  await page.mouse.down()
  await page.mouse.move(x, startSteps.y + 40, { steps: 4 })
  await page.mouse.up()
  await expect(settings).toHaveCount(2)
  await expect(settings.first()).toContainText('250')
  await screenshot(studio, 'start-step-5-settings')
  await settings.first().click()
  await expect(page.getByTestId('slider-start-step-exact')).toHaveValue('250')

  // Rules; bins can be edited; what is chosen is kept.
  await page.getByRole('radio', { name: 'Choose T′' }).check({ force: true })
  await expect(page.getByTestId('rules')).toContainText('per image: neighbours')
  await expect(page.getByTestId('rules')).toContainText('per image: probe')
  await page.getByTestId('rule-figure').first().click()
  // A heading and the half that judges: two of three nominal images, one of two with each defect.
  await expect(page.getByTestId('rule-images').getByRole('row')).toHaveCount(5)
  await page.keyboard.press('Escape')
  await page.getByTestId('bin-start-step').first().selectOption({ label: 'T′ 250' })
  await expect(page.getByRole('button', { name: 'D3AD’s bins' })).toBeVisible()
  // The T′ of one defect type, chosen and judged by halves.
  await expect(page.getByTestId('use-type')).toHaveCount(2)
  await page.getByTestId('use-type').first().click()
  await expect(page.getByTestId('choice')).toContainText('In use for this run: best for hole')
  const probe = page.getByTestId('rules').getByRole('row').filter({ hasText: 'per image: probe' })
  await probe.getByTestId('use-rule').click()
  await expect(page.getByTestId('choice')).toContainText('In use for this run')
  await screenshot(studio, 'start-step-6-choose')
  await page.getByRole('button', { name: 'Evaluate with it' }).click()
  await expect(page.getByText('Evaluate brick').first()).toBeVisible()

  // The choice is offered beside a T′ set by hand.
  await page.getByRole('button', { name: 'Results' }).first().click()
  await page.getByTestId('evaluate-again').click()
  await page.getByRole('radio', { name: 'At an operating point' }).check({ force: true })
  await expect(page.getByTestId('chosen-point')).toContainText('for each image by a probe')
  await screenshot(studio, 'start-step-7-evaluate')
  await page.getByTestId('start-evaluation').click()
  await expect(page.getByTestId('chosen-point')).toHaveCount(0)
  await expect(page.getByText('The evaluation is queued')).toBeVisible()
  // Each image is scored at a T′ of its own.
  const rows = page.getByTestId('result-row')
  await expect(rows).toHaveCount(7, { timeout: 240_000 })
  for (const text of await rows.allTextContents()) expect(text).toMatch(/(?:50|150|250)\d+ ms/)
  await expect(page.getByTestId('metrics')).toContainText('Image AUROC', { timeout: 60_000 })
  await screenshot(studio, 'start-step-8-per-image')

  // Live while a training runs.
  await page.getByTestId('nav-train').click()
  await startTraining(page, '5000')
  const job = page.locator('footer').getByText(/^Train brick/)
  await expect(job).toBeVisible({ timeout: 60_000 })
  await page.evaluate(() => {
    location.hash = '#/start-step?runId=1'
    dispatchEvent(new PopStateEvent('popstate'))
  })
  await expect(live).toHaveAttribute('data-busy', 'false', { timeout: 120_000 })
  const busy = await firstFeedback(page, ['3', '3.5', '4'])
  console.log(`first pass to its picture, while a training runs: ${busy} ms`)
  expect(busy).toBeLessThan(1000)
  await expect(job).toBeVisible()
  await app.close()
})
