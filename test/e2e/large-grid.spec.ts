import { expect, type Page } from '@playwright/test'
import { fillWorkspace } from './large-dataset.ts'
import { mainThreadTasks } from './main-thread-tasks.ts'
import { openStudio, screenshot, temporaryFolder } from './studio.ts'
import { test, within } from './studio-test.ts'

interface Scrolled {
  readonly frames: number
  readonly mostTiles: number
  /** Tasks over 50 ms by the clock, which other programs on the machine lengthen. */
  readonly longTasks: number
}

/** Scrolls a row at a time, then jumps through the whole list so that every tile is another. */
function scroll(page: Page): Promise<Scrolled> {
  return page.evaluate(async () => {
    const grid = document.querySelector<HTMLElement>('[data-testid="image-grid"]')!
    let longTasks = 0
    const observer = new PerformanceObserver((list) => (longTasks += list.getEntries().length))
    observer.observe({ type: 'longtask' })
    let mostTiles = 0
    let frames = 0
    const step = async (to: number) => {
      grid.scrollTop = to
      await new Promise((resolve) => requestAnimationFrame(resolve))
      frames += 1
      const tiles = document.querySelectorAll('[data-testid="image-tile"], .waiting').length
      mostTiles = Math.max(mostTiles, tiles)
    }
    for (let n = 0; n < 120; n++) await step(n * 120)
    const height = grid.scrollHeight - grid.clientHeight
    for (let n = 0; n < 60; n++) await step((height * ((n * 37) % 60)) / 60)
    observer.disconnect()
    return { longTasks, frames, mostTiles }
  })
}

/** Live memory of the page in bytes, after a collection. */
async function liveMemory(page: Page): Promise<number> {
  const client = await page.context().newCDPSession(page)
  await client.send('HeapProfiler.collectGarbage')
  await client.send('Performance.enable')
  const { metrics } = await client.send('Performance.getMetrics')
  await client.detach()
  return metrics.find(({ name }) => name === 'JSHeapUsedSize')!.value
}

for (const count of [10_000, 100_000]) {
  test(`a grid over ${count} images scrolls without long tasks in flat memory`, async () => {
    const folder = temporaryFolder('large')
    const studio = await openStudio(fillWorkspace(folder, count))
    const { app, page } = studio
    await page.setViewportSize({ width: 1440, height: 900 })
    await page.getByRole('button', { name: /^part/ }).first().click()
    await expect(page.getByTestId('image-tile').first()).toBeVisible()
    await within(60_000, 'the first way through the grid', scroll(page))
    const before = await liveMemory(page)
    const scrolled: Scrolled[] = []
    const tasks = await mainThreadTasks(app, folder, async () =>
      scrolled.push(await within(60_000, 'the second way through the grid', scroll(page))),
    )
    const growth = (await liveMemory(page)) - before
    const { mostTiles, frames, longTasks } = scrolled[0]!
    console.log(
      `${count} images: ${frames} frames, longest tasks ${tasks
        .slice(0, 3)
        .map((ms) => ms.toFixed(1))
        .join(', ')} ms of processor time, ` +
        `${longTasks} over 50 ms by the clock, at most ${mostTiles} tiles, ${growth} bytes more`,
    )
    expect(tasks.length).toBeGreaterThan(frames)
    expect(tasks[0]).toBeLessThan(50)
    expect(mostTiles).toBeLessThanOrEqual(200)
    expect(mostTiles).toBeGreaterThan(30)
    expect(growth).toBeLessThan(4e6)
    await page.getByTestId('image-grid').focus()
    await page.keyboard.press('Control+a')
    await expect(page.getByTestId('selection-count')).toHaveText(
      `${count.toLocaleString('en-GB')} selected`,
    )
    await page.waitForTimeout(1500)
    await screenshot(studio, `grid-${count}`)
    await app.close()
  })
}
