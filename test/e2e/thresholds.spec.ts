import path from 'node:path'
import { expect, type Locator, type Page } from '@playwright/test'
import { evaluatedWorkspace } from './evaluated.ts'
import { ddad } from '../support/ddad.ts'
import { openStudio, screenshot, temporaryFolder, type Studio } from './studio.ts'
import { test } from './studio-test.ts'

interface Opened extends Studio {
  readonly workspace: string
  readonly evaluationId: number
}

async function openEvaluation(images: number, tab: string): Promise<Opened> {
  const folder = temporaryFolder('thresholds')
  const workspace = path.join(folder, 'workspace')
  const id = await evaluatedWorkspace(workspace, path.join(folder, 'plates'), images)
  const studio = await openStudio(workspace)
  await studio.page.getByTestId('nav-evaluate').waitFor()
  await studio.page.evaluate((hash) => {
    location.hash = hash
    dispatchEvent(new PopStateEvent('popstate'))
  }, `#/evaluate?evaluationId=${id}&tab=${tab}`)
  return { ...studio, workspace, evaluationId: id }
}

const threshold = async (page: Page): Promise<number> =>
  Number(await page.getByTestId('cursor-threshold').getAttribute('aria-valuenow'))

/** All that must follow the threshold, as text. */
const everything = (page: Page): Promise<string> =>
  page.evaluate(() =>
    ['confusion', 'figures', 'type-table', 'missed', 'alarms', 'pixel-figures']
      .map((id) => document.querySelector(`[data-testid=${id}]`)?.textContent)
      .join('|'),
  )

async function drag(page: Page, target: Locator, from: number, to: number): Promise<void> {
  const box = (await target.boundingBox())!
  const y = box.y + box.height * 0.45
  await page.mouse.move(box.x + box.width * from, y)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * ((from + to) / 2), y)
  await page.mouse.move(box.x + box.width * to, y)
  await page.mouse.up()
}

test('the threshold moves in every chart and everything follows', async () => {
  const studio = await openEvaluation(60, 'threshold')
  const { app, page } = studio
  await expect(page.getByTestId('roc-cursor')).toBeVisible()
  await expect(page.getByTestId('pixel-figures')).toContainText('.')
  let before = { value: await threshold(page), text: await everything(page) }
  const moved = async (): Promise<void> => {
    await expect.poll(() => threshold(page)).not.toBe(before.value)
    await expect.poll(() => everything(page)).not.toBe(before.text)
    before = { value: await threshold(page), text: await everything(page) }
  }
  await drag(page, page.getByTestId('score-histogram'), 0.3, 0.7)
  await moved()
  await drag(page, page.getByTestId('roc'), 0.3, 0.9)
  await moved()
  await drag(page, page.getByTestId('pr'), 0.9, 0.4)
  await moved()
  await drag(page, page.getByTestId('confusion-cursor'), 0.5, -9)
  await moved()
  for (const id of ['cursor-threshold', 'roc-cursor', 'pr-cursor', 'confusion-cursor']) {
    await page.getByTestId(id).focus()
    await page.keyboard.press('Shift+ArrowRight')
    await moved()
  }
  await page.getByTestId('cursor-threshold').focus()
  await page.keyboard.press('Home')
  await expect(page.getByTestId('cell-defective-nominal')).toContainText('0')
  await page.keyboard.press('End')
  await expect(page.getByTestId('cell-nominal-defective')).toContainText('0')
  await screenshot(studio, 'thresholds')
  // What one move changes: with all of them called nominal at its end, the defects that were found are missed.
  await page.getByTestId('reset').click()
  await page.getByText('Flipped', { exact: false }).first().click()
  await drag(page, page.getByTestId('score-histogram'), 0.2, 0.6)
  await expect(page.getByTestId('moved')).toContainText('sides')
  const flips = page.getByTestId('moved').getByTestId('flip')
  await expect(flips.first()).toContainText(/missed|passed/)
  await screenshot(studio, 'thresholds-moved')
  await page.getByRole('tab', { name: 'Flips' }).click()
  await expect(page.getByTestId('flip-summary')).toContainText(/image flips|images flip/)
  await screenshot(studio, 'evaluation-flips')
  await page.getByTestId('flip').first().click()
  await expect(page.getByTestId('four-up')).toBeVisible()
  await page.goBack()
  await page.getByRole('tab', { name: 'Threshold' }).click()

  await page.getByTestId('band').click()
  await expect(page.getByTestId('cursor-upper')).toBeVisible()
  await page.getByTestId('cell-defective-unsure').click()
  await expect(page.getByTestId('outcome')).toHaveValue('unsure')
  await expect(page.getByTestId('results-table')).toContainText('unsure')

  // A figure opens the images behind it, those that cost it most first; going back leads to the list again.
  const rows = page.getByTestId('result-row')
  const costs = async (): Promise<number[]> => {
    const cells = await rows.evaluateAll((list) => list.map((row) => row.children[6]?.textContent))
    return cells.map(Number)
  }
  const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0)
  for (const name of ['imageAuroc', 'pixelAuroc', 'auPro30']) {
    await page.getByRole('tab', { name: 'Results' }).click()
    const figure = parseFloat((await page.getByTestId(`metric-${name}`).textContent())!)
    await page.getByTestId(`metric-${name}`).click()
    await expect(page.getByTestId('figure-images')).toContainText(figure.toFixed(1))
    await expect(rows).toHaveCount(60)
    const found = await costs()
    expect(found).toEqual(found.toSorted((a, b) => b - a))
    expect(Math.abs(sum(found) - (100 - figure))).toBeLessThan(0.5)
    await screenshot(studio, `figure-${name}`)
  }
  await page.goBack()
  await expect(page.getByTestId('metrics')).toBeVisible()
  await page.getByTestId('type-figure').first().click()
  await expect(rows).toHaveCount(40)
  const dearest = await rows.first().locator('td').nth(1).textContent()
  await rows.first().getByRole('button').press('Enter')
  await expect(page.getByTestId('four-up')).toBeVisible()
  await page.goBack()
  await expect(rows.first()).toContainText(dearest!)
  await app.close()
})

test('rules say on what they were chosen; operating points are saved, restored and deleted', async () => {
  const { app, page, workspace, evaluationId } = await openEvaluation(60, 'threshold')
  const honesty = page.getByTestId('honesty')
  const chosen: number[] = []
  for (const rule of ['f1-max', 'youden', 'equal-error', 'max-nominal', 'sigma']) {
    await page.getByTestId('rule').selectOption(rule)
    await expect(honesty).toContainText('chosen on the images it is judged on')
    chosen.push(await threshold(page))
  }
  expect(new Set(chosen).size).toBeGreaterThan(2)
  await page.getByTestId('rule').selectOption('false-positive-rate')
  await page.getByTestId('rule-parameter').fill('10')
  await expect(page.getByTestId('cell-nominal-defective')).toContainText('2')
  await page.getByTestId('source').selectOption('half')
  await expect(honesty).toContainText('judged on the other')
  const half = await threshold(page)
  const total = page.getByTestId('type-table').getByRole('row').last()
  await expect(total).toContainText('10')
  await expect
    .poll(async () => {
      await page.getByTestId('reshuffle').click()
      return threshold(page)
    })
    .not.toBe(half)

  await page.getByTestId('point-name').fill('night shift')
  await page.getByTestId('save-point').click()
  const row = page.getByTestId('point-row').filter({ hasText: 'night shift' })
  await expect(row).toBeVisible()
  const saved = await threshold(page)
  await page.getByTestId('reset').click()
  await expect.poll(() => threshold(page)).not.toBe(saved)
  await row.getByRole('button', { name: 'night shift', exact: true }).click()
  await expect.poll(() => threshold(page)).toBe(saved)
  await expect(honesty).toContainText('judged on the other')
  await row.getByTestId('use-point').click()
  await expect(row.getByTestId('use-point')).toHaveAttribute('aria-pressed', 'true')
  await row.getByTestId('delete-point').click()
  await expect(row).toHaveCount(0)
  await page.getByTestId('undo-delete').click()
  await expect(row).toBeVisible()

  // What the command line takes into use is in use here, without a click.
  await row.getByTestId('use-point').click()
  await expect(row.getByTestId('use-point')).toHaveAttribute('aria-pressed', 'false')
  await page.getByTestId('reset').click()
  await expect.poll(() => threshold(page)).not.toBe(saved)
  const of = ['--evaluation', String(evaluationId), '--workspace', workspace]
  const used = await ddad(['thresholds', 'use', '--name', 'night shift', ...of])
  expect(used.code, used.stderr).toBe(0)
  await expect(row.getByTestId('use-point')).toHaveAttribute('aria-pressed', 'true')
  await expect.poll(() => threshold(page)).toBe(saved)
  await app.close()
})

test('a key sets the cause of a failure, and causes add up in a chart', async () => {
  const studio = await openEvaluation(60, 'failures')
  const { app, page } = studio
  const tiles = page.getByTestId('failure-tile')
  await expect(tiles.first()).toBeVisible()
  await tiles.first().click()
  await page.keyboard.press('5')
  await expect(tiles.first()).toContainText('Too small')
  await page.keyboard.press('2')
  await expect(tiles.nth(1)).toContainText('Defect survives')
  await expect(page.getByTestId('cause-chart')).toBeVisible()
  await screenshot(studio, 'failures')
  await page.keyboard.press('ControlOrMeta+Z')
  await expect(tiles.nth(1)).not.toContainText('Defect survives')
  await expect(tiles.first()).toContainText('Too small')
  await tiles.first().dblclick()
  await expect(page.getByTestId('four-up')).toBeVisible()
  await app.close()
})

test('v moves on stored maps, and each distance is told apart by defect type', async () => {
  const studio = await openEvaluation(60, 'distances')
  const { app, page } = studio
  const table = page.getByTestId('distance-table')
  await expect(table).toContainText('hole')
  const cell = (type: string, column: number) =>
    table.getByRole('row').filter({ hasText: type }).getByRole('cell').nth(column)
  await expect(cell('hole', 4)).toHaveText('feature')
  await expect(cell('scratch', 4)).toHaveText('pixel')
  await expect(cell('hole', 7)).toContainText('.')
  await page.getByRole('button', { name: 'Feature only' }).click()
  await expect(cell('scratch', 3)).toHaveText((await cell('scratch', 1).textContent())!)
  await screenshot(studio, 'distances')
  await page.getByTestId('evaluate-again').click()
  await expect(page.getByTestId('start-evaluation')).toBeEnabled()
  await screenshot(studio, 'evaluate-again')
  // At an operating point: where to make one, as long as there is none.
  await page.getByRole('radio', { name: 'At an operating point' }).check({ force: true })
  await expect(page.getByTestId('chosen-point')).toContainText('no operating point yet')
  await expect(page.getByTestId('start-evaluation')).toBeDisabled()
  await screenshot(studio, 'evaluate-again-unchosen')
  await app.close()
})

test('a drag over ten thousand images takes little computing', async () => {
  const { app, page } = await openEvaluation(10_000, 'threshold')
  await expect(page.getByTestId('roc-cursor')).toBeVisible({ timeout: 120_000 })
  await expect(page.getByTestId('pixel-figures')).toContainText('.')
  await page.evaluate(() => {
    const target = document.querySelector('[data-testid=score-histogram]')!.parentElement!
    target.setPointerCapture = () => {}
    const box = target.getBoundingClientRect()
    const fire = (type: string, share: number) =>
      target.dispatchEvent(
        new PointerEvent(type, {
          bubbles: true,
          pointerId: 1,
          clientX: box.left + box.width * share,
          clientY: box.top + box.height / 2,
        }),
      )
    const drag = async (frames: number): Promise<number[]> => {
      fire('pointerdown', 0.3)
      const durations: number[] = []
      for (let i = 0; i < frames; i++) {
        await new Promise(requestAnimationFrame)
        const started = performance.now()
        fire('pointermove', 0.3 + 0.4 * (i / frames))
        // Svelte writes the page in a microtask; reading a size makes the browser lay it out.
        await Promise.resolve()
        void document.body.offsetHeight
        durations.push(performance.now() - started)
      }
      fire('pointerup', 0.7)
      return durations.sort((a, b) => a - b)
    }
    Object.assign(window, { drag })
  })
  const drag = (frames: number) =>
    page.evaluate(
      (count) => (window as unknown as { drag(n: number): Promise<number[]> }).drag(count),
      frames,
    )
  const client = await page.context().newCDPSession(page)
  await client.send('Performance.enable')
  /** CPU seconds of the page's process; wall time would measure what else the machine does. */
  const cpu = async () => {
    const { metrics } = await client.send('Performance.getMetrics')
    return metrics.find(({ name }) => name === 'ProcessTime')!.value
  }
  await drag(30)
  const rounds: number[] = []
  for (let round = 0; round < 3; round++) {
    const before = await cpu()
    const times = await drag(60)
    rounds.push(((await cpu()) - before) / 60)
    console.log(
      `drag over 10,000 images: ${(rounds.at(-1)! * 1000).toFixed(1)} ms of CPU a frame;`,
      `event to laid-out page: least ${times[0]!.toFixed(1)} ms, median ${times[30]!.toFixed(1)} ms`,
    )
  }
  // One frame, rasterised without a GPU; other programs on the machine only ever add to it.
  expect(Math.min(...rounds)).toBeLessThan(0.016)
  await app.close()
})
