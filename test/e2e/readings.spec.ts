/** Folders that could be read in several ways, and pictures that EXIF turns: what the window shows is what is read. */
import fs from 'node:fs'
import path from 'node:path'
import { Transformer } from '@napi-rs/image'
import { expect, type Page } from '@playwright/test'
import axe from 'axe-core'
import { decode, encode } from 'fast-png'
import { decodeImage } from '../../src/main/decode/decode.ts'
import { encodeGreyPng, encodeRgbPng } from '../../src/main/decode/png.ts'
import { encodeTiff } from '../../src/main/decode/tiff.ts'
import { turned } from '../../src/main/decode/turn.ts'
import type { Dataset, ImageEntry } from '../../src/shared/datasets/dataset.ts'
import { openTestStudio } from '../integration/studio.ts'
import { root } from '../support/ddad.ts'
import { withExif } from '../support/exif.ts'
import { answerFolderDialog, ask, openStudio, screenshot, temporaryFolder } from './studio.ts'
import { test } from './studio-test.ts'

/** Pieces of a photograph, one after the other. */
function pieces(folder: string, names: readonly string[], photograph: string): void {
  const { width, data } = decode(
    fs.readFileSync(path.join(root, `resources/demo/${photograph}.png`)),
  )
  for (const [n, name] of names.entries()) {
    const side = 96
    const piece = Uint8Array.from(
      { length: side * side },
      (_, i) => data[(Math.floor(i / side) + 3 * n) * width + (i % side) + 17 * n]!,
    )
    const file = path.join(folder, name)
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(file, encodeGreyPng(piece, side, side))
  }
}

const numbered = (name: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${name}/${String(i).padStart(3, '0')}.png`)

async function faults(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source)
  return page.evaluate(async () => {
    const { axe: runner } = window as unknown as { axe: typeof axe }
    const { violations } = await runner.run(document, { resultTypes: ['violations'] })
    return violations
      .filter(({ impact }) => impact !== 'minor')
      .map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 160)}`)
  })
}

test('a folder that could be meant in several ways is asked about, and answered by keyboard', async () => {
  const folder = temporaryFolder('readings')
  const data = path.join(folder, 'line 4')
  pieces(data, numbered('monday', 12), 'brick')
  pieces(data, numbered('tuesday', 5), 'grass')
  pieces(data, numbered('stained', 4), 'gravel')
  const studio = await openStudio(path.join(folder, 'workspace'))
  const { app, page } = studio
  await answerFolderDialog(studio, data)
  await page.getByTestId('import-folder').click()
  const question = page.getByTestId('reading-layout')
  await expect(question).toContainText('do not say which images are good')
  const add = page.getByTestId('import-add')
  await expect(add).toBeDisabled()
  const pictures = question.locator('img')
  await expect(pictures).toHaveCount(12)
  const loaded = () =>
    pictures.evaluateAll((all) =>
      all.every((one) => one instanceof HTMLImageElement && one.complete && one.naturalWidth > 0),
    )
  await expect.poll(loaded, { timeout: 30_000 }).toBe(true)
  await screenshot(studio, 'readings-1-asked')
  for (const [width, height] of [
    [1440, 900],
    [1100, 700],
  ] as const) {
    await page.setViewportSize({ width, height })
    for (const theme of ['light', 'dark']) {
      await page.evaluate((name) => (document.documentElement.dataset['theme'] = name), theme)
      await screenshot(studio, `readings-1-asked-${width}-${theme}`)
      expect(await faults(page)).toEqual([])
    }
  }
  // By keyboard alone, from the field above.
  await page.getByTestId('import-name').focus()
  await page.keyboard.press('Tab')
  await expect(question.getByRole('radio').first()).toBeFocused()
  await page.keyboard.press('ArrowDown')
  await expect(page.getByTestId('reading-layout-categories')).toBeChecked()
  await page.keyboard.press('ArrowUp')
  await expect(page.getByTestId('reading-layout-good=monday')).toBeChecked()
  await expect(add).toBeEnabled()
  await expect(page.getByTestId('reading-layout-good=monday')).toBeFocused()
  await expect(page.getByRole('dialog')).toContainText('monday was said to hold good images')
  await screenshot(studio, 'readings-2-chosen')
  await add.click()
  await expect(page.getByRole('button', { name: /^line 4/ }).first()).toBeVisible()
  const [dataset] = await ask<readonly Dataset[]>(page, 'datasets.list', null)
  expect(dataset).toMatchObject({ layout: 'plain', reading: { layout: 'good=monday' } })
  expect(dataset!.categories).toMatchObject([
    { nominalTrain: 10, nominalTest: 2, defects: { tuesday: 5, stained: 4 } },
  ])
  await app.close()
})

test('the account of an odd folder names every file, and its sum is theirs', async () => {
  const folder = temporaryFolder('account')
  const data = path.join(folder, 'a folder of the whole year, camera 2')
  const long = 'part-number-0815-of-the-second-line-in-hall-seven-taken-by-camera-left'
  pieces(data, numbered('Train/Good/2026-04 night shift, second camera from the left', 14), 'brick')
  pieces(data, [...numbered('test/OK', 4), ...numbered('test/NG/scratch', 5)], 'grass')
  pieces(data, [`test/NG/chipped/${long}-1.png`, `test/NG/chipped/${long}-2.png`], 'gravel')
  const put = (name: string, content = 'x') => {
    fs.mkdirSync(path.dirname(path.join(data, name)), { recursive: true })
    fs.writeFileSync(path.join(data, name), content)
  }
  for (const name of ['@eaDir/SYNOPHOTO_THUMB.jpg', 'Thumbs.db', '__MACOSX/._000.png'])
    put(`Train/Good/${name}`)
  for (const name of ['a.gif', 'b.jp2', 'c.avif', 'd.heic', 'notes.docx', 'list.xlsx', 'e.mp4'])
    put(`test/NG/scratch/${name}`)
  put('test/NG/scratch/broken.png', 'no image')
  put('readme.txt')
  const files = fs.readdirSync(data, { recursive: true, withFileTypes: true })
  const studio = await openStudio(path.join(folder, 'workspace'))
  const { app, page } = studio
  await answerFolderDialog(studio, data)
  await page.getByTestId('import-folder').click()
  const account = page.getByTestId('file-account')
  await account.locator('summary').click()
  const counts = await account.locator('td.number').allTextContents()
  const sum = Number(counts.pop())
  expect(sum).toBe(files.filter((file) => file.isFile()).length)
  expect(counts.reduce((total, count) => total + Number(count), 0)).toBe(sum)
  for (const [width, height] of [
    [1440, 900],
    [1100, 700],
  ] as const) {
    await page.setViewportSize({ width, height })
    for (const theme of ['light', 'dark']) {
      await page.evaluate((name) => (document.documentElement.dataset['theme'] = name), theme)
      await account.scrollIntoViewIfNeeded()
      await screenshot(studio, `readings-4-account-${width}-${theme}`)
      expect(await faults(page)).toEqual([])
    }
  }
  await app.close()
})

const [width, height] = [60, 40]
/** A red corner at the top left, a yellow disc low on the right, on a grey that is nowhere the same. */
function photograph(): Uint8Array {
  return Uint8Array.from({ length: 3 * width * height }, (_, i) => {
    const [x, y, c] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width), i % 3]
    if (x < 12 && y < 10) return [220, 20, 20][c]!
    if (Math.hypot(x - 42, y - 27) < 8) return [240, 220, 10][c]!
    return 70 + x + y
  })
}

/** The picture in each format, one for each orientation. */
async function orientedFiles(): Promise<ReadonlyMap<string, Uint8Array>> {
  const data = photograph()
  const rgba = Uint8Array.from({ length: 4 * width * height }, (_, i) =>
    i % 4 === 3 ? 255 : data[3 * (i >> 2) + (i % 4)]!,
  )
  const image = Transformer.fromRgbaPixels(rgba, width, height)
  const layout = { width, height, bits: 8, channels: 3, format: 'unsigned' } as const
  const plain = {
    jpg: await image.jpeg(95),
    png: encodeRgbPng({ width, height, data }),
    webp: await image.webp(95),
    tif: encodeTiff(data, layout),
  }
  return new Map(
    Object.entries(plain).flatMap(([ending, bytes]) =>
      [1, 2, 3, 4, 5, 6, 7, 8].map(
        (n) => [`${ending}-${n}.${ending}`, withExif(bytes, n)] as const,
      ),
    ),
  )
}

/** Data set of photographs that EXIF turns, their masks on the disc as it is stored. */
async function orientedDataset(folder: string): Promise<string> {
  const data = path.join(folder, 'turned photographs')
  const put = (name: string, bytes: Uint8Array) => {
    fs.mkdirSync(path.dirname(path.join(data, name)), { recursive: true })
    fs.writeFileSync(path.join(data, name), bytes)
  }
  const files = await orientedFiles()
  const disc = Uint8Array.from({ length: width * height }, (_, i) =>
    Math.hypot((i % width) - 42, Math.floor(i / width) - 27) < 8 ? 255 : 0,
  )
  for (const [name, bytes] of files) {
    put(`test/bad/${name}`, bytes)
    put(`ground_truth/bad/${path.parse(name).name}_mask.png`, encodeGreyPng(disc, width, height))
  }
  put('train/good/a.png', encodeRgbPng({ width, height, data: photograph().map((v) => v ^ 1) }))
  put('test/good/b.jpg', files.get('jpg-6.jpg')!)
  return data
}

/** Red, green and blue of a picture as the page has it. */
function shown(page: Page, address: string) {
  return page.evaluate(async (from) => {
    const image = new Image()
    image.crossOrigin = 'anonymous'
    image.src = from
    await image.decode()
    const canvas = document.createElement('canvas')
    canvas.width = image.naturalWidth
    canvas.height = image.naturalHeight
    const context = canvas.getContext('2d')!
    context.drawImage(image, 0, 0)
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height)
    return {
      width: canvas.width,
      height: canvas.height,
      data: Array.from(data).filter((_, i) => i % 4 !== 3),
    }
  }, address)
}

for (const reading of [{}, { turned: 'yes' as const }]) {
  const how = reading.turned ? 'turned' : 'as stored'
  test(`pictures that EXIF turns are shown as the decoder reads them, ${how}, and painted on as they are seen`, async () => {
    const folder = temporaryFolder('oriented')
    const data = await orientedDataset(folder)
    const workspace = path.join(folder, 'workspace')
    const made = openTestStudio(workspace)
    const dataset = await made.datasets.add(made.datasets.register(data).token, 'Turned', reading)
    const images = made.datasets.images(dataset)
    await made.close()
    const studio = await openStudio(workspace)
    const { app, page } = studio
    expect(images).toHaveLength(34)
    for (const { id, path: file, orientation, maskVersionId, anomalous } of images) {
      const bytes = fs.readFileSync(path.join(data, file))
      const number = file.endsWith('b.jpg') ? 6 : Number(/-(\d)\./.exec(file)?.[1] ?? 1)
      expect(orientation, file).toBe(reading.turned ? number : 1)
      const pixels = turned(await decodeImage(bytes, file), 3, orientation)
      const found = await shown(page, `ddad://app/image/${id}`)
      expect([found.width, found.height], file).toEqual([pixels.width, pixels.height])
      const worst = found.data.reduce(
        (most, v, i) => Math.max(most, Math.abs(v - pixels.data[i]!)),
        0,
      )
      // Upright JPEG and WebP are shown by the browser's own decoder.
      expect(worst, file).toBeLessThanOrEqual(/(jpg|webp)-1/.test(file) ? 4 : 0)
      if (!anomalous) continue
      // Its mask lies on the disc.
      const mask = await shown(page, `ddad://app/mask/${maskVersionId}`)
      expect([mask.width, mask.height], file).toEqual([pixels.width, pixels.height])
      for (let i = 0; i < mask.data.length; i += 3) {
        const yellow =
          pixels.data[i]! > 150 && pixels.data[i + 1]! > 150 && pixels.data[i + 2]! < 90
        if (mask.data[i] === 255 && /png|tif/.test(file)) expect(yellow, `${file} ${i}`).toBe(true)
      }
    }

    const image = images.find(({ path: file }) => file.endsWith('b.jpg'))!
    await paintTheDisc(page, image)
    await screenshot(studio, `oriented-${how.replace(' ', '-')}-painted`)
    await page.getByTestId('save').click()
    await page.getByTestId('save-confirm').click()
    await expect(page.getByTestId('edit-state')).not.toContainText('nsaved')
    const entry = () => ask<ImageEntry>(page, 'images.get', { imageId: image.id })
    await expect.poll(async () => (await entry()).maskVersionId).not.toBe(image.maskVersionId)
    const version = await entry()
    const mask = await shown(page, `ddad://app/mask/${version.maskVersionId}`)
    const bytes = fs.readFileSync(path.join(data, image.path))
    const pixels = turned(await decodeImage(bytes, image.path), 3, image.orientation)
    expect([mask.width, mask.height]).toEqual([pixels.width, pixels.height])
    let painted = 0
    for (let i = 0; i < mask.data.length; i += 3) {
      if (mask.data[i] !== 255) continue
      painted += 1
      expect(pixels.data[i]! > 150 && pixels.data[i + 2]! < 90, `pixel ${i / 3}`).toBe(true)
    }
    expect(painted).toBeGreaterThan(20)
    await app.close()
  })
}

/** Paints a rectangle where the disc is seen on the screen. */
async function paintTheDisc(page: Page, { id }: ImageEntry): Promise<void> {
  await page.evaluate((imageId) => (location.hash = `#/review?imageId=${imageId}`), id)
  await page.reload()
  await expect(page.getByTestId('four-up')).toBeVisible()
  await page.keyboard.press('e')
  await expect(page.getByTestId('mask-editor')).toHaveAttribute('data-status', 'ready')
  const canvas = page.getByTestId('edit-canvas')
  const box = (await canvas.boundingBox())!
  const disc = async () => {
    const { width: across, data, channels } = decode(await page.screenshot({ clip: box }))
    let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity]
    for (let i = 0; i < data.length; i += channels) {
      if (data[i]! < 220 || data[i + 1]! < 190 || data[i + 2]! > 60) continue
      const [x, y] = [(i / channels) % across, Math.floor(i / channels / across)]
      ;[left, right] = [Math.min(left, x), Math.max(right, x)]
      ;[top, bottom] = [Math.min(top, y), Math.max(bottom, y)]
    }
    return { x: box.x + (left + right) / 2, y: box.y + (top + bottom) / 2, r: (right - left) / 2 }
  }
  await expect.poll(async () => (await disc()).r, { timeout: 15_000 }).toBeGreaterThan(20)
  const { x, y, r } = await disc()
  await page.keyboard.press('5')
  await page.mouse.move(x - r / 2, y - r / 2)
  await page.mouse.down()
  await page.mouse.move(x + r / 2, y + r / 2, { steps: 4 })
  await page.mouse.up()
  await expect(page.getByTestId('save')).toBeEnabled()
}

test('split, near-duplicates and value range of a data set are set where they are seen', async () => {
  const folder = temporaryFolder('data-settings')
  const data = path.join(folder, 'parts')
  const names = Array.from({ length: 18 }, (_, i) => `nut/train/good/part_${i % 6}_${i}.png`)
  pieces(data, [...names, 'nut/test/good/part_7_0.png', 'nut/test/bent/part_8_0.png'], 'gravel')
  fs.copyFileSync(path.join(data, names[3]!), path.join(data, 'nut/test/bent/again.png'))
  const wide = Uint16Array.from({ length: 96 * 96 }, (_, i) => 4 * (i % 256) + Math.floor(i / 96))
  const deep = encode({ width: 96, height: 96, channels: 1, depth: 16, data: wide })
  fs.writeFileSync(path.join(data, 'nut/train/good/part_9_0.png'), deep)
  const workspace = path.join(folder, 'workspace')
  const made = openTestStudio(workspace)
  await made.datasets.add(made.datasets.register(data).token, 'Parts')
  await made.close()
  const studio = await openStudio(workspace)
  const { app, page } = studio
  await page.getByTestId('reading-settings').click()
  const dialog = page.getByTestId('reading-dialog')
  await page.getByTestId('split-group').fill('part_{group}_*')
  await expect(page.getByTestId('split-preview')).toContainText('8 groups')
  await screenshot(studio, 'data-settings-1-split')
  expect(await faults(page)).toEqual([])
  await page.getByTestId('split-apply').click()
  await expect
    .poll(
      async () => (await ask<readonly Dataset[]>(page, 'datasets.list', null))[0]!.reading.split,
    )
    .toMatchObject({ group: 'part_{group}_*', share: 0.2 })

  await page.getByTestId('split-undo').click()
  await expect
    .poll(
      async () => (await ask<readonly Dataset[]>(page, 'datasets.list', null))[0]!.reading.split,
    )
    .toBeUndefined()
  await expect(page.getByTestId('split-undo')).toHaveCount(0)
  await dialog.getByRole('tab', { name: 'Near-duplicates' }).click()
  await page.getByTestId('near-search').click()
  await expect(page.getByTestId('near-found')).toBeVisible({ timeout: 60_000 })
  await expect(page.getByTestId('near-pair').first()).toBeVisible()
  await screenshot(studio, 'data-settings-2-near')
  expect(await faults(page)).toEqual([])

  await dialog.getByRole('tab', { name: 'Value range' }).click()
  const pictures = page.getByTestId('range-pictures').locator('img')
  await expect(pictures).toHaveCount(4)
  await page.getByTestId('range-choice').selectOption({ label: '0 … 4095 (12 bits)' })
  await expect(page.getByTestId('range-apply')).toBeEnabled()
  await page.setViewportSize({ width: 1100, height: 700 })
  await page.evaluate(() => (document.documentElement.dataset['theme'] = 'dark'))
  await screenshot(studio, 'data-settings-3-range')
  expect(await faults(page)).toEqual([])
  await page.getByTestId('range-apply').click()
  await expect
    .poll(async () => (await ask<readonly Dataset[]>(page, 'datasets.list', null))[0]!.samples)
    .toEqual({ low: 0, high: 4095 })
  // What the grid showed of another range is asked for again.
  await page.keyboard.press('Escape')
  await page.evaluate(() => (location.hash = '#/datasets?datasetId=1&category=nut'))
  const tile = page.getByTestId('image-tile').locator('img').first()
  await expect(tile).toHaveAttribute('src', /-0-4095$/)
  await app.close()
})
