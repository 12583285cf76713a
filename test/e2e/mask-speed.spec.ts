import fs from 'node:fs'
import path from 'node:path'
import { expect } from '@playwright/test'
import { encode } from 'fast-png'
import { openTestStudio } from '../integration/studio.ts'
import { openStudio, screenshot, temporaryFolder } from './studio.ts'
import { test } from './studio-test.ts'

const SIDE = 4096

test('a brush of 200 pixels paints a mask of 4096² pixels within a frame', async () => {
  const parent = temporaryFolder('mask-speed')
  const data = Uint8Array.from({ length: SIDE * SIDE }, (_, i) => (i >> 6) & 127)
  const png = encode({ width: SIDE, height: SIDE, channels: 1, depth: 8, data })
  for (const part of ['train/good', 'test/dent']) {
    const folder = path.join(parent, 'Large/sheet', part)
    fs.mkdirSync(folder, { recursive: true })
    fs.writeFileSync(path.join(folder, '000.png'), png)
  }
  const workspace = path.join(parent, 'workspace')
  const services = openTestStudio(workspace)
  const root = path.join(parent, 'Large')
  const dataset = await services.datasets.add(services.datasets.register(root).token, 'Large')
  const image = services.datasets.images(dataset).find(({ anomalous }) => anomalous)
  await services.close()

  const studio = await openStudio(workspace)
  const { app, page } = studio
  await page.evaluate((name) => {
    localStorage.setItem('mask-editor', JSON.stringify({ brushSize: 200 }))
    location.hash = `#/review?imageId=${name}&editing=true`
  }, image!.id)
  await page.reload()
  const editor = page.getByTestId('mask-editor')
  await expect(editor).toHaveAttribute('data-status', 'ready', { timeout: 90_000 })
  await page.evaluate(() => {
    const found = {
      frames: [] as number[],
      'mask-stroke': [] as number[],
      'mask-commit': [] as number[],
    }
    Object.assign(window, { found })
    new PerformanceObserver((list) => {
      for (const { name, duration } of list.getEntries())
        if (name === 'mask-stroke' || name === 'mask-commit') found[name].push(duration)
    }).observe({ type: 'measure' })
    let last = performance.now()
    const tick = (now: number) => {
      found.frames.push(now - last)
      last = now
      requestAnimationFrame(tick)
    }
    requestAnimationFrame(tick)
  })
  const box = (await page.getByTestId('edit-canvas').boundingBox())!
  for (let stroke = 0; stroke < 4; stroke++) {
    const y = box.y + box.height * (0.2 + 0.2 * stroke)
    await page.mouse.move(box.x + box.width * 0.25, y)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.75, y + 60, { steps: 40 })
    await page.mouse.up()
  }
  await expect(page.getByTestId('edit-state')).toContainText('4 steps')
  const found = await page.evaluate(
    () => (window as unknown as { found: Record<string, number[]> }).found,
  )
  const share = (name: string, part: number) => {
    const sorted = found[name]!.toSorted((a, b) => a - b)
    return Number(sorted[Math.floor(part * (sorted.length - 1))]!.toFixed(1))
  }
  for (const name of Object.keys(found)) {
    const text = `${name}: median ${share(name, 0.5)} ms, 95 % ${share(name, 0.95)} ms of ${found[name]!.length}`
    test.info().annotations.push({ type: 'measured', description: text })
    console.log(text)
  }
  await screenshot(studio, 'masks-4096')
  expect(share('mask-stroke', 0.5)).toBeLessThan(16)
  expect(share('mask-commit', 0.5)).toBeLessThan(16)
  await app.close()
})
