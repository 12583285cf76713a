/** Two pictures of an image over one another, with a divider between them. */
import { expect, test, type Page } from '@playwright/test'
import { HOT, MAP_SIDE, height, maskWorkspace, width } from './mask-workspace.ts'
import { openStudio, screenshot, temporaryFolder } from './studio.ts'

/** What the window shows on a few pixels around the middle of the heat map's hot rectangle. */
async function pixels(page: Page): Promise<string> {
  const box = (await page.getByTestId('split-over').boundingBox())!
  const scale = Number(await page.getByTestId('split').getAttribute('data-scale'))
  const x = box.x + box.width / 2 + ((HOT.x + HOT.width / 2) / MAP_SIDE - 0.5) * width * scale
  const y = box.y + box.height / 2 + ((HOT.y + HOT.height / 2) / MAP_SIDE - 0.5) * height * scale
  const clip = { x: Math.round(x) - 2, y: Math.round(y) - 2, width: 4, height: 4 }
  return (await page.screenshot({ clip })).toString('base64')
}

test('the divider shows one picture left of it and the other right of it', async () => {
  const { folder, images } = await maskWorkspace(temporaryFolder('split'))
  const studio = await openStudio(folder)
  const { app, page } = studio
  await page.evaluate((id) => (location.hash = `#/review?imageId=${id}`), images[0]!)
  await page.reload()
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
  const heat = await pixels(page)
  await page.keyboard.press('End')
  await expect(divider).toHaveAttribute('aria-valuenow', '100')
  const input = await pixels(page)
  expect(input).not.toBe(heat)
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
  expect(await pixels(page)).toBe(heat)
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
  await app.close()
})
