/** Classes of MVTec LOCO AD are chosen by the names that the data set gives them. */
import fs from 'node:fs'
import path from 'node:path'
import { expect } from '@playwright/test'
import { encodeGreyPng, encodeRgbPng } from '../../src/main/decode/png.ts'
import { openTestStudio } from '../integration/studio.ts'
import { openStudio, screenshot, temporaryFolder } from './studio.ts'
import { test } from './studio-test.ts'

const SIDE = 48

test('the mask editor shows the names of the classes', async () => {
  const parent = temporaryFolder('classes')
  const root = path.join(parent, 'LOCO')
  const put = (name: string, bytes: Uint8Array) => {
    fs.mkdirSync(path.dirname(path.join(root, name)), { recursive: true })
    fs.writeFileSync(path.join(root, name), bytes)
  }
  for (const [n, part] of ['train/good', 'test/good', 'test/logical_anomalies'].entries()) {
    const data = new Uint8Array(3 * SIDE * SIDE).fill(90 + 20 * n)
    put(`bag/${part}/000.png`, encodeRgbPng({ width: SIDE, height: SIDE, data }))
  }
  const mask = Uint8Array.from({ length: SIDE * SIDE }, (_, i) => (i < 480 ? 254 : 0))
  put('bag/ground_truth/logical_anomalies/000/000.png', encodeGreyPng(mask, SIDE, SIDE))
  const names = { 255: 'missing_screw', 254: 'screw_too_long' }
  const config = Object.entries(names).map(([value, name]) => ({
    defect_name: name,
    pixel_value: Number(value),
    saturation_threshold: 1,
    relative_saturation: true,
  }))
  put('bag/defects_config.json', Buffer.from(JSON.stringify(config)))
  const workspace = path.join(parent, 'workspace')
  const direct = openTestStudio(workspace)
  const dataset = await direct.datasets.add(direct.datasets.register(root).token, 'Bags')
  const image = direct.datasets.images(dataset).find(({ anomalous }) => anomalous)!
  await direct.close()

  const studio = await openStudio(workspace)
  const { app, page } = studio
  await page.evaluate((id) => (location.hash = `#/review?imageId=${id}&editing=true`), image.id)
  await page.reload()
  await expect(page.getByTestId('four-up').or(page.getByTestId('mask-editor'))).toBeVisible()
  if (await page.getByTestId('four-up').isVisible()) await page.keyboard.press('e')
  await expect(page.getByTestId('mask-editor')).toHaveAttribute('data-status', 'ready')
  await expect(page.getByTestId('mask-counts')).toContainText('screw too long: 480 px')
  await page.keyboard.press('1')
  const picker = page.getByTestId('class-name')
  await expect(picker.locator('option')).toHaveText(['screw too long', 'missing screw'])
  await picker.selectOption({ label: 'missing screw' })
  const box = (await page.getByTestId('edit-canvas').boundingBox())!
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2)
  await expect(page.getByTestId('mask-counts')).toContainText(/missing screw: \d+ px/)
  await screenshot(studio, 'class-names')
  await page.setViewportSize({ width: 1100, height: 700 })
  await page.evaluate(() => (document.documentElement.dataset['theme'] = 'dark'))
  await screenshot(studio, 'class-names-dark')
  await app.close()
})
