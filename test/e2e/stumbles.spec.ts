/** What made people stumble: dead keyboards, wrong thumbs, hidden captions, lost focus, tools that mark everything. */
import { expect, type Page } from '@playwright/test'
import { oddWorkspace, type OddWorkspace } from '../support/odd-plates.ts'
import { goTo, placesOf } from './places.ts'
import { ask, openStudio, screenshot, temporaryFolder, type Studio } from './studio.ts'
import { test } from './studio-test.ts'

test.describe.configure({ mode: 'serial' })

let studio: Studio
let made: OddWorkspace

test.beforeAll(async () => {
  made = await oddWorkspace(temporaryFolder('stumbles'))
  studio = await openStudio(made.place)
})
test.afterAll(() => studio.app.close())

async function open(place: string): Promise<Page> {
  await goTo(studio.page, place)
  return studio.page
}

/** What the keyboard is on, in words. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const element = document.activeElement!
    const name = element.getAttribute('data-testid') ?? element.textContent.trim()
    return `${element.tagName} ${name}`
  })

test('the palette and the list of shortcuts open in every view and state', async () => {
  for (const place of placesOf(made).values()) {
    const page = await open(place)
    await page.keyboard.press('?')
    const help = page.getByRole('dialog', { name: 'Shortcuts' })
    await expect(help, place).toContainText('Find a command')
    await page.keyboard.press('Escape')
    await expect(help).toHaveCount(0)
    await page.keyboard.press('Control+k')
    await expect(page.getByTestId('palette'), place).toContainText('Import a folder')
    await page.keyboard.press('Escape')
    await expect(page.getByTestId('palette')).toHaveCount(0)
  }
})

test('an exception in one part leaves the others and the keyboard at work', async () => {
  const page = await open('#/settings')
  await page.evaluate(() => {
    const groupBy = Map.groupBy.bind(Map)
    Object.assign(window, { mend: () => Object.assign(Map, { groupBy }) })
    Object.assign(Map, {
      groupBy: () => {
        throw new Error('broken by the test')
      },
    })
  })
  const mend = () => page.evaluate(() => (window as unknown as { mend: () => void }).mend())
  await page.keyboard.press('?')
  await expect(page.getByText('A part of the window failed: broken by the test')).toBeVisible()
  await mend()
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog', { name: 'Shortcuts' })).toBeVisible()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Dismiss' }).click()

  await page.evaluate(() => {
    const own = Object.getOwnPropertyDescriptor(Intl.NumberFormat.prototype, 'format')!
    Object.assign(window, {
      mend: () => Object.defineProperty(Intl.NumberFormat.prototype, 'format', own),
    })
    Object.defineProperty(Intl.NumberFormat.prototype, 'format', {
      ...own,
      get: () => {
        throw new Error('broken by the test')
      },
    })
  })
  await page.evaluate((hash) => (location.hash = hash), `#/datasets?datasetId=${made.datasetId}`)
  const failed = page.getByTestId('view-failed')
  await expect(failed).toContainText('Data sets cannot be shown')
  await screenshot(studio, 'stumbles-1-failed-view')
  await failed.getByTestId('copy-details').click()
  await expect(failed.getByTestId('copy-details')).toHaveText('Copied')
  await page.keyboard.press('Control+8')
  await expect(page.getByText('Dark', { exact: true })).toBeVisible()
  await mend()
  await page.keyboard.press('Alt+ArrowLeft')
  await expect(page.getByRole('heading', { name: 'Plates' })).toBeVisible()
})

test('the thumb of every slider stands at its number', async () => {
  const page = await open(`#/start-step?runId=${made.runIds[0]}&tab=image`)
  const exact = page.getByTestId('slider-start-step-exact')
  const thumb = page.getByTestId('slider-start-step')
  await expect(exact).toHaveValue('250')
  await expect(thumb).toHaveValue('250')
  await thumb.focus()
  await page.keyboard.press('ArrowRight')
  await expect(exact).toHaveValue('255')
  await exact.fill('252')
  await exact.press('Enter')
  for (const name of ['start-step', 'skip', 'w', 'v', 'eta']) {
    const number = await page.getByTestId(`slider-${name}-exact`).inputValue()
    await expect(page.getByTestId(`slider-${name}`), name).toHaveValue(number)
  }
  await thumb.focus()
  await page.keyboard.press('PageDown')
  await expect(exact).toHaveValue(/^1[45]\d$/)
  await expect(thumb).toHaveValue(await exact.inputValue())
})

test('pictures of every shape leave the captions of a grid to be read', async () => {
  const page = await open(`#/evaluate?evaluationId=${made.evaluationId}&tab=failures`)
  const tiles = page.getByTestId('failure-tile')
  await expect(tiles.nth(3)).toBeVisible()
  for (const size of [
    { width: 1440, height: 900 },
    { width: 1100, height: 700 },
  ]) {
    await page.setViewportSize(size)
    await page.waitForFunction(() =>
      [...document.querySelectorAll<HTMLImageElement>('[data-testid=failure-tile] img')].every(
        (image) => image.complete && image.naturalWidth > 0,
      ),
    )
    const outside = await tiles.evaluateAll(
      (all) =>
        all.flatMap((tile) => {
          const cell = tile.parentElement!.getBoundingClientRect()
          return [tile, ...tile.children].filter((part) => {
            const box = part.getBoundingClientRect()
            return box.bottom > cell.bottom + 1 || box.top < cell.top - 1
          })
        }).length,
    )
    expect(outside).toBe(0)
    await screenshot(studio, `stumbles-2-failures-${size.width}`)
  }
  await page.setViewportSize({ width: 1440, height: 900 })
})

test('Start step shows a picture in the shape of its file, as the review does', async () => {
  const place = `#/start-step?runId=${made.runIds[0]}&tab=image&imageId=`
  for (const imageId of [made.imageId, made.imageId + 1]) {
    await open('#/datasets')
    const page = await open(`${place}${imageId}`)
    const input = page.getByTestId('picture-input')
    await expect(input).toHaveAttribute('data-filled', 'true')
    const shape = await page.evaluate(async (id) => {
      const image = new Image()
      image.src = `ddad://app/image/${id}`
      await image.decode()
      return image.naturalWidth / image.naturalHeight
    }, imageId)
    expect(shape === 1, 'a square says nothing').toBe(false)
    /** Width by height of what is painted. */
    const painted = () =>
      input.locator('canvas').evaluate((element) => {
        const canvas = element as HTMLCanvasElement
        const { width, height } = canvas
        const { data } = canvas.getContext('2d')!.getImageData(0, 0, width, height)
        const opaque = (at: number) => data[4 * at + 3]! > 128
        const row = Array.from({ length: width }, (_, x) => (height >> 1) * width + x)
        const column = Array.from({ length: height }, (_, y) => y * width + (width >> 1))
        return row.filter(opaque).length / column.filter(opaque).length
      })
    await expect.poll(painted).toBeGreaterThan(shape * 0.97)
    expect(await painted()).toBeLessThan(shape * 1.03)
  }
  await screenshot(studio, 'stumbles-2-start-step-shape')
})

test('dialogs begin in their first field, do their work on Enter and give the focus back', async () => {
  const { runIds, imageId } = made
  let page = await open('#/runs')
  const row = page.getByTestId('run-row').filter({ hasText: 'seed 2' })
  await row.locator('button.row').focus()
  const before = await focused(page)
  expect(before).toContain('seed 2')
  await page.keyboard.press('Control+k')
  await page.keyboard.press('Escape')
  expect(await focused(page)).toBe(before)

  // Back leads to the row that was opened, and a moved row keeps the focus.
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Training loss' })).toBeVisible()
  await page.keyboard.press('Alt+ArrowLeft')
  await expect.poll(() => focused(page)).toBe(before)
  await ask(page, 'queue.setPaused', { paused: true })
  for (const runId of runIds) {
    const [evaluation] = await ask<{ settings: unknown }[]>(page, 'evaluations.list', { runId })
    await ask(page, 'evaluations.start', { runId, settings: evaluation!.settings })
  }
  const last = page.getByTestId('queue-row').nth(1).getByRole('button').first()
  const title = await last.innerText()
  await last.focus()
  await page.keyboard.press('Alt+ArrowUp')
  await expect(page.getByTestId('queue-row').first()).toContainText(title)
  expect(await focused(page)).toBe(`BUTTON ${title}`)

  page = await open(`#/review?imageId=${imageId}&editing=true`)
  await expect(page.getByTestId('mask-editor')).toHaveAttribute('data-status', 'ready')
  const canvas = page.getByTestId('edit-canvas')
  const box = (await canvas.boundingBox())!
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width / 2 + 10, box.y + box.height / 2 + 40, { steps: 3 })
  await page.mouse.up()
  await expect(page.getByTestId('edit-state')).toContainText('not saved')
  await page.getByTestId('discard').click()
  await page.keyboard.press('Escape')
  expect(await focused(page)).toBe('BUTTON discard')
  await expect(page.getByTestId('edit-state')).toContainText('not saved')
  await page.keyboard.press('Control+s')
  await expect.poll(() => focused(page)).toBe('SELECT save-reason')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(page.getByTestId('edit-state')).toHaveText('Version 1')
})

test('the tools of ranges and regions never mark what nobody has seen', async () => {
  const { imageId, evaluationId } = made
  // An editor stays that of the result that it was opened on.
  await open(`#/review?imageId=${imageId}&evaluationId=${evaluationId}`)
  const page = await open(`#/review?imageId=${imageId}&evaluationId=${evaluationId}&editing=true`)
  await expect(page.getByTestId('mask-editor')).toHaveAttribute('data-status', 'ready')
  const marked = page.getByTestId('mask-counts')
  const before = await marked.innerText()
  await page.keyboard.press('9')
  await expect(page.getByTestId('tool-remark')).toContainText('Every pixel is within the range')
  await page.keyboard.press('Enter')
  await expect(page.getByTestId('edit-state')).toHaveText('Version 1')
  await page.getByRole('slider', { name: 'Grey levels: to' }).focus()
  await page.keyboard.press('PageDown')
  await page.keyboard.press('PageDown')
  await expect(page.getByRole('button', { name: 'Add to mask' })).toBeVisible()
  await page.keyboard.press('Escape')

  await page.keyboard.press('0')
  const level = page.getByRole('slider', { name: 'Score from which on' })
  await level.focus()
  await page.keyboard.press('End')
  const canvas = page.getByTestId('edit-canvas')
  const seen = async () => (await canvas.screenshot()).toString('base64')
  const box = (await canvas.boundingBox())!
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2)
  await expect(page.getByTestId('tool-remark')).toContainText('No region here')
  // Only now is the level that was set the one that is drawn.
  await page.mouse.move(2, 2)
  await screenshot(studio, 'stumbles-3-no-region')
  const none = await seen()
  expect((await marked.innerText()).split('\n')[1]).toBe(before.split('\n')[1])
  await level.focus()
  for (let n = 0; n < 6; n++) await page.keyboard.press('PageDown')
  await page.mouse.move(2, 2)
  await expect.poll(seen).not.toBe(none)
  await screenshot(studio, 'stumbles-3-regions')
})

test('what is offered is there, and a paused queue says so wherever a job is asked for', async () => {
  const { runIds, evaluationId } = made
  let page = await open(`#/start-step?runId=${runIds[0]}&tab=image`)
  await page.getByTestId('sweep-open').click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByTestId('queue-paused')).toBeVisible()
  await expect(dialog.getByTestId('sweep-plan')).toContainText('10 settings and 10 probes')
  // Of two checkpoints one is gone, so that there is nothing to choose.
  await expect(dialog.getByTestId('sweep-checkpoint')).toHaveCount(0)
  await page.keyboard.press('Escape')
  page = await open('#/compare')
  await page
    .getByTestId('compare-choose')
    .or(page.getByRole('button', { name: /Choose runs/ }))
    .first()
    .click()
  await expect(page.getByTestId('pick-run')).toHaveCount(2)
  await expect(page.getByRole('dialog')).toContainText('1 cancelled run')
  await page.keyboard.press('Escape')
  page = await open(`#/evaluate?evaluationId=${evaluationId}`)
  await page.getByTestId('evaluate-again').click()
  await expect(page.getByRole('dialog').getByTestId('queue-paused')).toBeVisible()
  await page.keyboard.press('Escape')
  page = await open(`#/train?datasetId=${made.datasetId}&category=plate`)
  await expect(page.getByTestId('queue-paused')).toBeVisible()
  await expect(page.getByTestId('status-paused')).toBeVisible()
  await screenshot(studio, 'stumbles-4-paused')
  for (const job of (await ask<{ jobs: { id: number; state: string }[] }>(page, 'jobs.list', null))
    .jobs)
    if (job.state === 'queued') await ask(page, 'jobs.cancel', { jobId: job.id })
  await page.getByTestId('queue-resume-here').click()
  await expect(page.getByTestId('queue-paused')).toHaveCount(0)
  await expect(page.getByTestId('status-paused')).toHaveCount(0)
})

test('runs are renamed and trained again, and what is typed wrongly is told of at once', async () => {
  let page = await open('#/runs')
  const row = page.getByTestId('run-row').filter({ hasText: 'seed 2' })
  await row.locator('button.row').focus()
  await page.keyboard.press('F2')
  await page.getByTestId('run-name').fill('Second try')
  await page.keyboard.press('Enter')
  const renamed = page.getByTestId('run-row').filter({ hasText: 'Second try' })
  await expect(renamed).toHaveCount(1)
  await page.getByTestId('toast-action').click()
  await expect(renamed).toHaveCount(0)

  await page.getByTestId('run-search').fill('imageAuroc>>abc')
  await expect(page.getByTestId('run-search-problem')).toContainText('is no condition')
  await expect(page.getByTestId('run-row')).toHaveCount(3)
  await page.getByTestId('run-search').fill('')

  await row.click({ button: 'right' })
  await page.getByTestId('menu-again').click()
  await expect(page.getByTestId('setting-seed')).toHaveValue('2')
  await page.getByTestId('setting-training.epochs').fill('-5')
  await expect(page.getByText(/^Enter 1 to/)).toBeVisible()
  await page.getByTestId('setting-model.multipliers').fill('1,x')
  await page.getByTestId('setting-model.multipliers').press('Tab')
  await expect(page.getByTestId('setting-model.multipliers')).toHaveValue('1,x')
  await page.getByTestId('setting-training.epochs').fill('7')
  // What was edited stays through another preset and another view.
  await page.getByTestId('train-preset').selectOption('ddad-s')
  await page.getByTestId('nav-runs').click()
  await page.getByTestId('nav-train').click()
  await expect(page.getByTestId('setting-training.epochs')).toHaveValue('7')
  await expect(page.getByTestId('setting-seed')).toHaveValue('2')
  await page.getByRole('button', { name: 'Reset all' }).click()
  await expect(page.getByTestId('setting-training.epochs')).not.toHaveValue('7')

  await page.getByTestId('train-seeds').fill('1-400')
  await expect(page.getByText('at most 100')).toBeVisible()
  await page.getByTestId('train-seeds').fill('1-100')
  const also = ['tiny', 'ddad', 'patchcore'].map((name) => page.getByTestId(`also-${name}`))
  for (const one of also) await one.click()
  await expect(page.getByText(/the window starts 300 at a time/)).toBeVisible()
  await expect(page.getByTestId('start-run')).toBeDisabled()
  for (const one of also) await one.click()
  await page.getByTestId('train-seeds').fill('')

  page = await open(`#/start-step?runId=${made.runIds[0]}&tab=image`)
  const exact = page.getByTestId('slider-start-step-exact')
  for (const [typed, problem] of [
    ['abc', 'Not a number.'],
    ['-3', 'From 5 to 1000.'],
    ['1,x', 'Not a number.'],
  ] as const) {
    await exact.fill(typed)
    await expect(page.getByText(problem)).toBeVisible()
    await expect(page.getByTestId('slider-start-step')).not.toHaveValue(typed)
  }
  await screenshot(studio, 'stumbles-5-bad-number')
  await exact.press('Escape')
  await expect(page.getByText('Not a number.')).toHaveCount(0)
})

test('problems stay in a place of their own, and the last messages can be read again', async () => {
  const page = await open('#/runs')
  const drop = (name: string) =>
    page.evaluate((file) => {
      const data = new DataTransfer()
      if (file) data.items.add(new File(['x'], file))
      else data.setData('text/plain', 'a text')
      document.body.dispatchEvent(
        new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer: data }),
      )
    }, name)
  await drop('')
  await expect(page.getByText('What you dropped is no file.')).toBeVisible()

  await page.evaluate(() => {
    const groupBy = Map.groupBy.bind(Map)
    Object.assign(window, { mend: () => Object.assign(Map, { groupBy }) })
    Object.assign(Map, {
      groupBy: () => {
        throw new Error('broken again')
      },
    })
  })
  await page.keyboard.press('?')
  const problem = page.getByTestId('problem')
  await expect(problem).toContainText('broken again')
  await page.evaluate(() => (window as unknown as { mend: () => void }).mend())
  // It takes its place from the view instead of covering it.
  const [view, strip] = await Promise.all([
    page.locator('main').boundingBox(),
    problem.boundingBox(),
  ])
  expect(strip!.y).toBeGreaterThanOrEqual(view!.y + view!.height - 1)
  await screenshot(studio, 'stumbles-6-problem')
  await problem.getByRole('button', { name: 'Dismiss' }).click()
  await expect(problem).toHaveCount(0)
  await page.getByTestId('messages').click()
  await expect(page.getByTestId('message-list')).toContainText('broken again')
  await expect(page.getByTestId('message-list')).toContainText('no file')
  await page.keyboard.press('Escape')
})

test('tiles grow, show their masks and have a menu; the window opens again where it was', async () => {
  const place = `#/datasets?datasetId=${made.datasetId}&category=plate`
  let page = await open(place)
  const tile = page.getByTestId('image-tile').first()
  const width = async () => (await tile.boundingBox())!.width
  await expect(tile).toBeVisible()
  const before = await width()
  await page.getByTestId('view-menu').click()
  await page.getByRole('slider', { name: 'Size of the tiles' }).focus()
  await page.keyboard.press('End')
  await page.getByTestId('tile-masks').check()
  await page.keyboard.press('Escape')
  await expect.poll(width).toBeGreaterThan(before + 60)
  await expect(page.locator('[data-testid=image-tile] .mask').first()).toBeVisible()
  await screenshot(studio, 'stumbles-7-tiles')
  await tile.click({ button: 'right' })
  await screenshot(studio, 'stumbles-7-menu')
  await page.getByTestId('tile-ambiguous').click()
  await expect(tile.locator('[data-verdict=ambiguous]')).toHaveCount(1)

  await studio.app.close()
  studio = await openStudio(made.place)
  page = studio.page
  await expect(page.getByTestId('image-tile').first()).toBeVisible()
  expect(await page.evaluate(() => location.hash)).toContain('category=plate')
})
