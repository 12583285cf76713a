/** An image compared: two of its pictures over one another, and nominal images beside it. */
import { expect, type Page } from '@playwright/test'
import { HOT, MAP_SIDE, height, maskWorkspace, width } from './mask-workspace.ts'
import { openStudio, screenshot, temporaryFolder, type Studio } from './studio.ts'
import { test } from './studio-test.ts'

/** What the window shows on a few pixels around the middle of the heat map's hot rectangle. */
async function pixels(page: Page): Promise<string> {
  const box = (await page.getByTestId('split-over').boundingBox())!
  const scale = Number(await page.getByTestId('split').getAttribute('data-scale'))
  const x = box.x + box.width / 2 + ((HOT.x + HOT.width / 2) / MAP_SIDE - 0.5) * width * scale
  const y = box.y + box.height / 2 + ((HOT.y + HOT.height / 2) / MAP_SIDE - 0.5) * height * scale
  const clip = { x: Math.round(x) - 2, y: Math.round(y) - 2, width: 4, height: 4 }
  return (await page.screenshot({ clip })).toString('base64')
}

/** The same once two looks in a row agree: the canvas draws after what is said of it. */
async function settledPixels(page: Page): Promise<string> {
  let last = ''
  const agree = async (): Promise<boolean> => {
    const before = last
    last = await pixels(page)
    return last === before
  }
  await expect.poll(agree, { message: 'the canvas to come to rest' }).toBe(true)
  return last
}

test.describe.configure({ mode: 'serial' })

let studio: Studio
let imageId: number

test.beforeAll(async () => {
  const { folder, images } = await maskWorkspace(temporaryFolder('split'))
  imageId = images[0]!
  studio = await openStudio(folder)
})
test.afterAll(() => studio.app.close())

async function openImage(): Promise<Page> {
  const { page } = studio
  await page.evaluate((id) => (location.hash = `#/review?imageId=${id}`), imageId)
  await page.reload()
  return page
}

test('the divider shows one picture left of it and the other right of it', async () => {
  const page = await openImage()
  await expect(page.getByTestId('four-up')).toBeVisible()
  await page.keyboard.press('8')
  const divider = page.getByTestId('split-divider')
  await expect(divider).toHaveAttribute('aria-valuenow', '50')
  await screenshot(studio, 'split-1')

  const position = await page.getByTestId('review-position').innerText()
  const scale = await page.getByTestId('split').getAttribute('data-scale')
  await divider.focus()
  await page.keyboard.press('Home')
  await expect(divider).toHaveAttribute('aria-valuenow', '0')
  const heat = await settledPixels(page)
  await page.keyboard.press('End')
  await expect(divider).toHaveAttribute('aria-valuenow', '100')
  await expect.poll(() => pixels(page)).not.toBe(heat)
  await page.keyboard.press('ArrowLeft')
  await page.keyboard.press('Shift+ArrowLeft')
  await expect(divider).toHaveAttribute('aria-valuenow', '88')
  await expect(page.getByTestId('review-position')).toHaveText(position)

  const box = (await page.getByTestId('split-over').boundingBox())!
  const handle = (await divider.boundingBox())!
  await page.mouse.move(handle.x + handle.width / 2, handle.y + 50)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.3, handle.y + 60, { steps: 4 })
  await page.mouse.up()
  await expect(divider).toHaveAttribute('aria-valuenow', '30')
  await expect(page.getByTestId('split')).toHaveAttribute('data-scale', scale!)

  await divider.dblclick()
  await expect(divider).toHaveAttribute('aria-valuenow', '50')
  await page.getByTestId('split-swap').click()
  await divider.focus()
  await page.keyboard.press('End')
  await page.mouse.move(2, 2)
  await expect.poll(() => pixels(page)).toBe(heat)
  await divider.dblclick()
  await page.getByTestId('split-left').selectOption({ label: 'Reconstruction' })
  await page.getByTestId('split-right').selectOption({ label: 'Ground truth' })
  for (const theme of ['dark', 'light']) {
    await page.evaluate((name) => (document.documentElement.dataset['theme'] = name), theme)
    await page.setViewportSize({ width: 1100, height: 700 })
    await screenshot(studio, `split-2-${theme}`)
  }
  await page.reload()
  await expect(page.getByTestId('split-left')).toHaveValue('reconstruction')
  await expect(page.getByTestId('split-right')).toHaveValue('mask')
})

test('a key that is held shows what lies under the pointer larger, in every pane', async () => {
  const page = await openImage()
  await page.setViewportSize({ width: 1440, height: 900 })
  await page.keyboard.press('1')
  await expect(page.getByTestId('pane-heat-map')).toBeVisible()
  const box = (await page.getByTestId('pane-input').boundingBox())!
  await page.keyboard.down('l')
  await expect(page.getByTestId('loupe')).toHaveCount(0)
  // A new image takes the pointer for gone until it moves again.
  let x = box.x + box.width / 2
  await expect(async () => {
    await page.mouse.move(++x, box.y + box.height / 2)
    await expect(page.getByTestId('loupe')).toHaveCount(4, { timeout: 1000 })
  }).toPass({ timeout: 20_000 })
  await screenshot(studio, 'loupe')
  await expect(page.getByTestId('inspector')).toContainText('100 100 100')
  await page.keyboard.up('l')
  await expect(page.getByTestId('loupe')).toHaveCount(0)
  // The zoom stays while the pointer moves.
  const pane = page.getByTestId('pane-input')
  const before = await pane.getAttribute('data-scale')
  await page.mouse.wheel(0, -400)
  await expect(pane).not.toHaveAttribute('data-scale', before!)
  const zoomed = await pane.getAttribute('data-scale')
  await page.mouse.move(x + 20, box.y + box.height / 2 + 20, { steps: 3 })
  await expect(page.getByTestId('inspector')).toContainText('100 100 100')
  await expect(pane).toHaveAttribute('data-scale', zoomed!)
})

test('the nearest nominal images are shown beside the image and its patches', async () => {
  const page = await openImage()
  await page.setViewportSize({ width: 1440, height: 900 })
  await expect(page.getByTestId('four-up')).toBeVisible()
  await page.keyboard.press('1')
  await page.keyboard.press('n')
  const panel = page.getByTestId('normal-panel')
  await expect(panel).toContainText('The features of 3 images are computed once')
  await screenshot(studio, 'normal-1')
  await page.getByTestId('normal-compute').click()
  const first = page.getByTestId('normal-0')
  await expect(first).toBeVisible({ timeout: 60_000 })
  await expect(page.getByTestId('unusual')).toHaveText(/than \d of 2 nominal images/)
  await expect(page.getByTestId('normal-2')).toHaveCount(0)
  const distance = async (tile = first) => Number((await tile.innerText()).split('\n').at(-1))
  expect(await distance()).toBeGreaterThan(0)
  expect(await distance()).toBeLessThanOrEqual(await distance(page.getByTestId('normal-1')))
  await screenshot(studio, 'normal-2')

  // The tiles follow the viewer's zoom.
  const scale = async (testid: string) =>
    Number(await page.getByTestId(testid).getAttribute('data-scale'))
  const [pane, tile] = [await scale('pane-input'), await scale('normal-0')]
  await page.keyboard.press('+')
  await expect.poll(() => scale('pane-input')).toBeCloseTo(1.5 * pane, 2)
  await expect.poll(() => scale('normal-0')).toBeGreaterThan(1.2 * tile)
  await page.keyboard.press('f')

  const input = page.getByTestId('pane-input')
  const seen = async () => (await input.locator('canvas').screenshot()).toString('base64')
  await page.mouse.move(2, 2)
  const before = await seen()
  await page.keyboard.down('g')
  await expect(input).toContainText('Nearest nominal image (blinking)')
  await expect.poll(seen).not.toBe(before)
  await screenshot(studio, 'normal-3-held')
  await page.keyboard.up('g')
  await expect.poll(seen).toBe(before)

  // The mask's region is 12 × 4 pixels; features are compared in cells of 12 × 10.
  await page.getByTestId('normal-mask').click()
  await expect(page.getByTestId('normal-self')).toContainText('24 × 10 px compared')
  await expect(page.getByTestId('unusual')).toContainText('nominal patches')
  await screenshot(studio, 'normal-4-mask')
  await page.getByTestId('normal-heat').click()
  await expect(page.getByTestId('normal-heat')).toHaveAttribute('aria-pressed', 'true')
  await expect(page.getByTestId('normal-self')).toContainText('24 × 10 px compared')
  const box = (await input.locator('canvas').boundingBox())!
  const at = (x: number, y: number) =>
    [box.x + box.width / 2 + (x - 48) * pane, box.y + box.height / 2 + (y - 40) * pane] as const
  await page.keyboard.press('p')
  await page.mouse.move(...at(66, 46))
  await page.mouse.down()
  await page.mouse.move(...at(75, 55))
  await page.mouse.move(...at(83, 63))
  await page.mouse.up()
  await expect(page.getByTestId('normal-self')).toContainText('24 × 30 px compared')
  await expect(page.getByTestId('normal-draw')).toHaveAttribute('aria-pressed', 'true')
  await expect(page.getByTestId('normal-heat')).toHaveAttribute('aria-pressed', 'false')
  for (const theme of ['dark', 'light']) {
    await page.evaluate((name) => (document.documentElement.dataset['theme'] = name), theme)
    await page.setViewportSize({ width: 1440, height: 900 })
    await screenshot(studio, `normal-5-${theme}`)
    await page.setViewportSize({ width: 1100, height: 700 })
    await screenshot(studio, `normal-6-${theme}`)
  }
  await page.keyboard.press('Escape')
  await expect(page.getByTestId('normal-whole')).toHaveAttribute('aria-pressed', 'true')

  // A click opens the nominal image, whose own search has nothing to compute.
  const name = (await first.innerText()).split('\n')[0]!
  await first.click()
  await expect(page.getByRole('heading', { name: `wheel/train/good/${name}` })).toBeVisible()
  await expect(panel).toContainText('Too few nominal images', { timeout: 20_000 })
  await page.keyboard.press('n')
  await expect(panel).toHaveCount(0)
})
