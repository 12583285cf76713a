import fs from 'node:fs'
import path from 'node:path'
import { expect, type Page } from '@playwright/test'
import { decodeMask } from '../../src/main/decode/mask.ts'
import { createMask } from '../../src/shared/masks/mask.ts'
import { height, journalled, maskWorkspace, width } from './mask-workspace.ts'
import { openStudio, screenshot, temporaryFolder } from './studio.ts'
import { test } from './studio-test.ts'

const rectangles = [
  { x: 30, y: 30, width: 8, height: 5 },
  { x: 50, y: 12, width: 6, height: 6 },
  { x: 36, y: 33, width: 10, height: 4 },
] as const

async function draw(page: Page, { x, y, ...size }: (typeof rectangles)[number]) {
  const canvas = page.getByTestId('edit-canvas')
  const box = (await canvas.boundingBox())!
  const [scale, left, top] = await canvas.evaluate(({ dataset }) =>
    ['scale', 'x', 'y'].map((name) => Number(dataset[name])),
  )
  const at = (px: number, py: number) =>
    [box.x + left! + px * scale!, box.y + top! + py * scale!] as const
  await page.mouse.move(...at(x + 0.5, y + 0.5))
  await page.mouse.down()
  await page.mouse.move(...at(x + size.width - 0.5, y + size.height - 0.5))
  await page.mouse.up()
}

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('edits survive the end of the page and of the whole application, pixel by pixel', async () => {
  test.setTimeout(150_000)
  const { folder, root, images } = await maskWorkspace(temporaryFolder('mask-recovery'))
  const [imageId] = images
  const base = createMask(width, height)
  const fill = (
    mask: { data: Uint8Array },
    box: { x: number; y: number; width: number; height: number },
  ) => {
    for (let y = box.y; y < box.y + box.height; y++)
      mask.data.fill(1, y * width + box.x, y * width + box.x + box.width)
  }
  fill(base, { x: 2, y: 2, width: 12, height: 4 })
  const expected = createMask(width, height, base.data.slice())
  const onDisk = () => Buffer.compare(journalled(folder, imageId!, base).data, expected.data)

  let studio = await openStudio(folder)
  const ready = () =>
    expect(studio.page.getByTestId('mask-editor')).toHaveAttribute('data-status', 'ready')
  const killed = async () => {
    const application = studio.app.process()
    application.kill('SIGKILL')
    await expect.poll(() => application.exitCode ?? application.signalCode).not.toBeNull()
  }
  await studio.page.evaluate(
    (id) => (location.hash = `#/review?imageId=${id}&editing=true`),
    imageId,
  )
  await studio.page.reload()
  await ready()
  await studio.page.keyboard.press('5')
  await draw(studio.page, rectangles[0])
  fill(expected, rectangles[0])
  await expect.poll(onDisk).toBe(0)

  // First only the page's process is killed, a while later all of the application.
  const page = await studio.app.evaluate(({ webContents }) =>
    webContents.getAllWebContents()[0]!.getOSProcessId(),
  )
  process.kill(page, 'SIGKILL')
  await expect.poll(() => alive(page)).toBe(false)
  expect(onDisk()).toBe(0)
  await killed()

  studio = await openStudio(folder)
  await expect(studio.page.getByTestId('recovery')).toContainText('scratch/000.png')
  await screenshot(studio, 'masks-recovery-offer')
  await studio.page.getByTestId('recover').click()
  await ready()
  await studio.page.keyboard.press('5')
  await draw(studio.page, rectangles[1])
  await draw(studio.page, rectangles[2])
  fill(expected, rectangles[1])
  fill(expected, rectangles[2])
  await expect.poll(onDisk).toBe(0)
  await killed()

  studio = await openStudio(folder)
  await studio.page.getByTestId('recover').click()
  await ready()
  await expect(studio.page.getByText('3 edits of')).toBeVisible()
  await screenshot(studio, 'masks-recovered')
  await studio.page.getByTestId('keep-recovered').click()
  await studio.page.keyboard.press('Control+z')
  await studio.page.keyboard.press('Control+Shift+z')
  await studio.page.keyboard.press('Control+s')
  await studio.page.getByTestId('save-confirm').click()
  await expect(studio.page.getByTestId('edit-state')).toHaveText('Version 1')
  const [file] = fs.readdirSync(path.join(folder, `masks/${imageId}`))
  const saved = await decodeMask(
    fs.readFileSync(path.join(folder, `masks/${imageId}`, file!)),
    file!,
  )
  expect(Buffer.compare(saved.data, expected.data)).toBe(0)

  // A saved journal is nobody's unsaved edit; a mask of another size is not opened.
  await studio.app.close()
  fs.copyFileSync(
    path.join(root, 'wheel/train/good/000.png'),
    path.join(root, 'wheel/ground_truth/scratch/001_mask.png'),
  )
  studio = await openStudio(folder)
  await studio.page.evaluate(
    (id) => (location.hash = `#/review?imageId=${id}&editing=true`),
    images[1],
  )
  await studio.page.reload()
  await expect(studio.page.getByRole('alert')).toContainText('is not the file that was recorded')
  await expect(studio.page.getByTestId('recovery')).toHaveCount(0)
  await expect(studio.page.getByTestId('tool-brush')).toBeDisabled()
  await screenshot(studio, 'masks-blocked')
  // The refusal is an error on the page's console, so this one is not closed but ended.
  await killed()
})
