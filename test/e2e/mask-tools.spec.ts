import fs from 'node:fs'
import path from 'node:path'
import { expect, type Page } from '@playwright/test'
import { decodeMask } from '../../src/main/decode/mask.ts'
import { createMask } from '../../src/shared/masks/mask.ts'
import { bilinear, differing, majority, shrunk, spread } from './mask-by-hand.ts'
import {
  HOT,
  MAP_SIDE,
  grey,
  height,
  hotMap,
  journalled,
  maskWorkspace,
  width,
} from './mask-workspace.ts'
import { answerFolderDialog, openStudio, screenshot, temporaryFolder } from './studio.ts'
import { test } from './studio-test.ts'

/** Where points of the image are on the screen. */
async function screen(page: Page) {
  const canvas = page.getByTestId('edit-canvas')
  const box = (await canvas.boundingBox())!
  const [scale, x, y] = await canvas.evaluate(({ dataset }) =>
    ['scale', 'x', 'y'].map((name) => Number(dataset[name])),
  )
  return (px: number, py: number) => [box.x + x! + px * scale!, box.y + y! + py * scale!] as const
}

async function drag(page: Page, ...points: readonly (readonly [number, number])[]): Promise<void> {
  const at = await screen(page)
  const [first, ...rest] = points
  await page.mouse.move(...at(...first!))
  await page.mouse.down()
  for (const point of rest) await page.mouse.move(...at(...point))
  await page.mouse.up()
}

async function click(page: Page, x: number, y: number): Promise<void> {
  await page.mouse.click(...(await screen(page))(x, y))
}

test('every tool changes exactly the pixels that it should', async () => {
  const { folder, root, images } = await maskWorkspace(temporaryFolder('masks'))
  const [imageId] = images
  const original = fs.readFileSync(path.join(root, 'wheel/ground_truth/scratch/000_mask.png'))
  const base = createMask(width, height)
  const expected = createMask(width, height)
  const studio = await openStudio(folder)
  const { app, page } = studio
  /** Sets the pixels for which a condition holds on their centre and place. */
  const set = (value: number, holds: (cx: number, cy: number, x: number, y: number) => boolean) => {
    for (let y = 0, i = 0; y < height; y++)
      for (let x = 0; x < width; x++, i++)
        if (holds(x + 0.5, y + 0.5, x, y)) expected.data[i] = value
  }
  const box =
    (left: number, top: number, right: number, bottom: number) =>
    (_cx: number, _cy: number, x: number, y: number) =>
      x >= left && x < right && y >= top && y < bottom
  /** Distance to a horizontal line of pixels. */
  const near =
    (from: number, to: number, row: number, radius: number) => (cx: number, cy: number) =>
      Math.hypot(cx - Math.min(Math.max(cx, from + 0.5), to + 0.5), cy - row - 0.5) <= radius + 1e-9
  const same = async (what: string) => {
    await expect
      .poll(() => differing(journalled(folder, imageId!, base), expected), {
        message: what,
        timeout: 15_000,
      })
      .toEqual([])
  }
  set(1, box(2, 2, 14, 6))
  base.data.set(expected.data)

  await page.evaluate((id) => (location.hash = `#/review?imageId=${id}`), imageId)
  await page.reload()
  await expect(page.getByTestId('four-up')).toBeVisible()
  await page.keyboard.press('e')
  const editor = page.getByTestId('mask-editor')
  await expect(editor).toHaveAttribute('data-status', 'ready')
  const tool = (name: string) => page.getByTestId(`tool-${name}`)
  const pressed = (name: string) => expect(tool(name)).toHaveAttribute('aria-pressed', 'true')

  await page.keyboard.press('1')
  await pressed('brush')
  const options = page.getByTestId('tool-options')
  await page.mouse.move(...(await screen(page))(48, 40))
  for (let i = 0; i < 60 && !/\b5 px/.test(await options.innerText()); i++) {
    if (i % 2 === 0) await page.mouse.wheel(0, 100)
    else await page.keyboard.press('[')
  }
  await expect(options).toContainText('5 px')
  await drag(page, [20.5, 20.5], [25.5, 20.5], [30.5, 20.5])
  set(1, near(20, 30, 20, 2.5))
  await same('brush')
  await page.keyboard.down('Control')
  await drag(page, [25.5, 20.5])
  await page.keyboard.up('Control')
  set(0, near(25, 25, 20, 2.5))
  await same('Control erases with the brush')
  await page.keyboard.press('Control+z')
  await page.keyboard.press('Control+z')
  set(0, near(20, 30, 20, 2.5))
  await same('undo')
  await page.keyboard.press('Control+Shift+z')
  set(1, near(20, 30, 20, 2.5))
  await same('redo')

  await page.keyboard.press('x')
  await pressed('eraser')
  await page.keyboard.down('Alt')
  const at = await screen(page)
  await page.mouse.move(...at(50, 70))
  await page.mouse.down()
  await page.mouse.move(at(50, 70)[0] - 500, at(50, 70)[1])
  await page.mouse.up()
  await page.keyboard.up('Alt')
  await expect(options).toContainText('1 px')
  await drag(page, [22.5, 20.5], [24.5, 20.5])
  set(0, box(22, 20, 25, 21))
  await same('eraser')
  await page.keyboard.press(' ')
  await pressed('brush')
  await expect(options).toContainText('5 px')

  await page.keyboard.press('5')
  await drag(page, [40.5, 10.5], [45.5, 13.5], [49.5, 15.5])
  set(1, box(40, 10, 50, 16))
  await page.keyboard.down('Control')
  await drag(page, [42.5, 11.5], [44.5, 13.5])
  await page.keyboard.up('Control')
  set(0, box(42, 11, 45, 14))
  await same('rectangles that add and subtract')
  await page.keyboard.press('7')
  await click(page, 43.5, 12.5)
  set(1, box(42, 11, 45, 14))
  await same('fill')
  await page.keyboard.press('6')
  await drag(page, [60.5, 20.5], [69.5, 29.5])
  set(1, (cx, cy) => ((cx - 65) / 5) ** 2 + ((cy - 25) / 5) ** 2 <= 1)
  await same('ellipse')
  await page.keyboard.press('3')
  for (const [x, y] of [
    [10, 40],
    [20, 40],
    [20, 50],
    [3, 50],
  ] as const)
    await click(page, x, y)
  await page.keyboard.press('Backspace')
  await click(page, 10, 50)
  await page.keyboard.press('Enter')
  set(1, box(10, 40, 20, 50))
  await same('polygon')
  await page.keyboard.press('4')
  await page.keyboard.press('x')
  await drag(page, [12, 42], [15, 42], [15, 45], [12, 45])
  set(0, box(12, 42, 15, 45))
  await same('lasso that subtracts')
  await page.keyboard.press('x')

  await page.keyboard.press('8')
  await click(page, 75.5, 55.5)
  await expect(options).toContainText('Add to mask')
  await page.keyboard.press('Escape')
  await same('a wand that is dropped')
  await drag(page, [75.5, 55.5], [80.5, 55.5], [77.5, 55.5])
  await screenshot(studio, 'masks-wand')
  await page.keyboard.press('Enter')
  set(1, box(70, 50, 80, 60))
  await same('wand')
  await page.keyboard.press('9')
  await page.getByLabel('Grey levels: from').fill('240')
  await page.keyboard.press('Enter')
  set(1, (_cx, _cy, x, y) => grey(x, y) >= 240)
  await same('threshold of the image')
  await page.keyboard.press('0')
  const maps = hotMap()
  await expect(options).toContainText('0.4')
  const level = Number(/≥ ([\d.]+)/.exec(await options.innerText())![1])
  await click(page, ((HOT.x + 1) * width) / MAP_SIDE, ((HOT.y + 1) * height) / MAP_SIDE)
  set(
    1,
    (cx, cy) =>
      cx < 40 &&
      cy > 40 &&
      cy < 68 &&
      bilinear(maps, (cx * MAP_SIDE) / width, (cy * MAP_SIDE) / height) >= level,
  )
  await same('region of the heat map')
  await page.getByTestId('under').selectOption({ label: 'Heat map over input' })
  await screenshot(studio, 'masks-heat-map')
  await page.getByTestId('under').selectOption({ label: 'Input' })

  await page.getByTestId('restrict-intensity').check()
  await page.getByLabel('Grey levels: from').fill('200')
  await page.keyboard.press('5')
  await drag(page, [76.5, 45.5], [89.5, 75.5])
  set(1, (_cx, _cy, x, y) => x >= 76 && x < 90 && y >= 45 && y < 76 && grey(x, y) >= 200)
  await same('painting inside a range')
  await page.getByTestId('restrict-intensity').uncheck()

  await page.keyboard.down('Control')
  await drag(page, [0.5, 0.5], [95.5, 79.5])
  await page.keyboard.up('Control')
  await drag(page, [20.5, 20.5], [29.5, 29.5])
  await drag(page, [60.5, 60.5], [61.5, 61.5])
  expected.data.fill(0)
  set(1, box(20, 20, 30, 30))
  set(1, box(60, 60, 62, 62))
  await page.getByTestId('island-pixels').fill('5')
  await page.getByTestId('refine-islands').click()
  set(0, box(60, 60, 62, 62))
  await same('islands')
  await page.getByTestId('refine-grow').click()
  const around = (cx: number, cy: number) =>
    Math.hypot(cx - Math.min(Math.max(cx, 20.5), 29.5), cy - Math.min(Math.max(cy, 20.5), 29.5))
  set(1, (cx, cy) => around(cx, cy) <= 3)
  await same('grow')
  await page.getByTestId('refine-shrink').click()
  set(0, (cx, cy) => around(cx, cy) > 0)
  await same('shrink')
  await page.getByTestId('combine-with').selectOption({ label: 'Version 0' })
  await page.getByTestId('combine-union').click()
  set(1, box(2, 2, 14, 6))
  await same('union with version 0')
  await page.getByTestId('combine-with').selectOption({ label: 'scratch/001.png' })
  await page.getByTestId('combine-difference').click()
  set(0, box(2, 3, 14, 7))
  await same('difference with the mask of another image')

  const kept = expected.data.slice()
  const tall = (holds: Parameters<typeof set>[1]) => {
    const { data } = createMask(width, height)
    for (let i = 0; i < data.length; i++) {
      const [x, y] = [i % width, Math.floor(i / width)]
      if (holds(x + 0.5, y + 0.5, x, y)) data[i] = 1
    }
    return data
  }
  /** Does something, compares the mask with what it should be, and takes it back. */
  const once = async (what: string, act: () => Promise<void>, becomes: Uint8Array) => {
    const before = expected.data.slice()
    await act()
    expected.data.set(becomes)
    await same(what)
    await page.keyboard.press('Control+z')
    expected.data.set(before)
    await same(`${what}, undone`)
  }
  await page.keyboard.press('9')
  await options.getByText('Heat map', { exact: true }).click()
  await expect(options).toContainText('Add to mask')
  const hot = (cx: number, cy: number) =>
    bilinear(maps, (cx * MAP_SIDE) / width, (cy * MAP_SIDE) / height) >= level
  const hotPixels = tall(hot)
  const joined = (a: Uint8Array, b: Uint8Array) => a.map((value, i) => Math.max(value, b[i]!))
  await once(
    'threshold of the heat map',
    () => page.keyboard.press('Enter'),
    joined(kept, hotPixels),
  )
  await page.keyboard.press('5')
  await page.getByTestId('restrict-heat').check()
  await once(
    'painting inside a range of the heat map',
    () => drag(page, [8.5, 45.5], [20.5, 70.5]),
    joined(
      kept,
      tall((cx, cy, x, y) => x >= 8 && x < 21 && y >= 45 && y < 71 && hot(cx, cy)),
    ),
  )
  await page.getByTestId('restrict-heat').uncheck()

  // A plate with a hole, a crack of two pixels and a hair.
  await drag(page, [50.5, 10.5], [77.5, 33.5])
  await drag(page, [40.5, 40.5], [64.5, 40.5])
  set(1, box(50, 10, 78, 34))
  set(1, box(40, 40, 65, 41))
  await page.keyboard.down('Control')
  await drag(page, [55.5, 16.5], [62.5, 23.5])
  await drag(page, [70.5, 10.5], [71.5, 33.5])
  await page.keyboard.up('Control')
  set(0, box(55, 16, 63, 24))
  set(0, box(70, 10, 72, 34))
  await same('a plate with a hole, a crack and a hair')
  const plate = expected.data.slice()
  await page.getByTestId('refine-radius').fill('3')
  await page.getByTestId('refine-radius').press('Tab')
  const refine = (name: string) => () => page.getByTestId(`refine-${name}`).click()
  await once('open', refine('open'), spread(shrunk(plate, 3), 3))
  await once('close', refine('close'), shrunk(spread(plate, 3), 3))
  await once('smooth', refine('smooth'), majority(plate, 3))
  const filled = plate.map((value, i) =>
    Math.max(value, Number(box(55, 16, 63, 24)(0, 0, i % width, Math.floor(i / width)))),
  )
  await once('fill holes', refine('fill-holes'), filled)
  for (let undo = 0; undo < 4; undo++) await page.keyboard.press('Control+z')
  expected.data.set(kept)
  await same('the plate, undone')

  const other = tall(box(2, 3, 14, 7))
  const combine = (kind: string) => () => page.getByTestId(`combine-${kind}`).click()
  await once('copy of the mask of another image', combine('copy'), other)
  await page.getByTestId('combine-with').selectOption({ label: 'Version 0' })
  const version0 = tall(box(2, 2, 14, 6))
  await once(
    'intersection with version 0',
    combine('intersection'),
    kept.map((value, i) => value * version0[i]!),
  )
  await once(
    'difference with version 0',
    combine('difference'),
    kept.map((value, i) => value * (1 - version0[i]!)),
  )

  const canvas = page.getByTestId('edit-canvas')
  const seen = async () => {
    await page.mouse.move(2, 2)
    return (await canvas.screenshot()).toString('base64')
  }
  /** What is seen once it is none of some pictures and stays as it is. */
  const seenAfter = async (...others: readonly string[]) => {
    let last = ''
    await expect
      .poll(async () => {
        const now = await seen()
        const settled = now === last && !others.includes(now)
        last = now
        return settled
      })
      .toBe(true)
    return last
  }
  const plain = await seenAfter()
  await page.keyboard.press('c')
  const contour = await seenAfter(plain)
  await page.keyboard.down('h')
  const bare = await seenAfter(plain, contour)
  await page.keyboard.up('h')
  await expect.poll(seen).toBe(contour)
  await page.keyboard.press('c')
  await expect.poll(seen).toBe(plain)
  await page.keyboard.down('h')
  await expect.poll(seen).toBe(bare)
  await page.keyboard.up('h')

  const place = async () =>
    canvas.evaluate(({ dataset }) => [dataset['x'], dataset['y']].map(Number))
  const [x0, y0] = await place()
  await page.keyboard.press('1')
  await page.keyboard.down(' ')
  await page.mouse.move(500, 400)
  await page.mouse.down()
  await page.mouse.move(520, 410)
  await page.mouse.move(530, 420)
  await page.mouse.up()
  await page.keyboard.up(' ')
  expect(await place()).toEqual([x0! + 30, y0! + 20])
  await pressed('brush')
  await page.keyboard.press('f')
  expect(await place()).toEqual([x0, y0])
  await page.keyboard.press('5')
  await page.keyboard.press(' ')
  await pressed('brush')
  await page.keyboard.press(' ')
  await pressed('rectangle')
  await same('panning and keys that change nothing')
  await page.getByTestId('combine-with').selectOption({ label: 'scratch/001.png' })

  await screenshot(studio, 'masks-edited')
  await page.keyboard.press('Control+s')
  await page.getByTestId('save-reason').selectOption({ label: 'A defect was not marked' })
  await page.getByTestId('save-note').fill('The second scratch')
  await page.getByTestId('save-author').fill('Ada')
  await screenshot(studio, 'masks-save')
  await page.getByTestId('save-confirm').click()
  await expect(page.getByTestId('impact')).toContainText('Pixel AUROC')
  await expect(page.getByTestId('edit-state')).toHaveText('Version 1')
  const [file] = fs.readdirSync(path.join(folder, `masks/${imageId}`))
  const saved = await decodeMask(
    fs.readFileSync(path.join(folder, `masks/${imageId}`, file!)),
    file!,
  )
  expect(differing(saved, expected)).toEqual([])
  expect(fs.readFileSync(path.join(root, 'wheel/ground_truth/scratch/000_mask.png'))).toEqual(
    original,
  )
  await screenshot(studio, 'masks-saved')

  await page.getByRole('tab', { name: /Versions/ }).click()
  await page.getByTestId('compare-0').click()
  await page.getByTestId('compare-1').click()
  await expect(page.getByTestId('comparison')).toContainText('100 px added')
  await expect(page.getByTestId('comparison')).toContainText('36 px removed')
  await screenshot(studio, 'masks-versions')
  await page.keyboard.press('Escape')

  // A corrected copy: all but the corrected mask is byte by byte the data set's.
  const out = temporaryFolder('export')
  await answerFolderDialog(studio, out)
  await page.getByTestId('export-kind').selectOption('copy')
  await page.getByTestId('export-masks').click()
  await expect(page.getByTestId('export-outcome')).toContainText('1 corrected mask written')
  const copy = path.join(out, fs.readdirSync(out)[0]!)
  const names = fs
    .readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => path.relative(root, path.join(parentPath, name)))
  const bytes = (at: string, name: string) => fs.readFileSync(path.join(at, name))
  expect(names.filter((name) => !bytes(root, name).equals(bytes(copy, name)))).toEqual([
    path.join('wheel/ground_truth/scratch/000_mask.png'),
  ])
  await page.getByTestId('revert-0').click()
  await expect(page.getByTestId('edit-state')).toHaveText('Version 2')
  // Nothing must be under way in the background process when the window closes.
  const impact = page.getByTestId('impact')
  await expect(impact).toContainText('What version 2 changes')
  await expect(impact).toContainText('Pixel AUROC')
  await page.waitForLoadState('networkidle')
  await page.keyboard.press('e')
  await expect(page.getByTestId('four-up')).toBeVisible()
  await expect(page.getByText('corrected', { exact: true })).toBeVisible()
  await app.close()
})
