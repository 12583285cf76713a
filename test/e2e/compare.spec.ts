import fs from 'node:fs'
import path from 'node:path'
import { expect, test } from '@playwright/test'
import {
  addEvaluatedRun,
  correctMask,
  openRaw,
  writePlates,
} from '../support/evaluated-workspace.ts'
import { openTestStudio } from '../db/studio.ts'
import { ddad } from '../support/ddad.ts'
import { openStudio, screenshot, temporaryFolder, type Studio } from './studio.ts'

/** A workspace with one category and three finished runs of it. */
async function comparedWorkspace(folder: string): Promise<string> {
  const plates = path.join(folder, 'plates')
  writePlates(plates)
  const place = path.join(folder, 'workspace')
  const studio = openTestStudio(place)
  const dataset = await studio.datasets.add(studio.datasets.register(plates).token, 'Plates')
  const workspace = openRaw(place)
  for (const [seed, gap] of [
    [1, 1],
    [2, 4],
    [3, 6],
  ] as const)
    addEvaluatedRun(workspace, { seed }, gap)
  workspace.store.close()
  const dent = studio.datasets.images(dataset).find(({ path: name }) => name.includes('dent/003'))!
  const note = { author: 'Ada', reason: 'missed-defect', note: 'scratch at the edge' } as const
  await correctMask(studio, dent, note)
  await studio.close()
  return place
}

/** Answers the system's save dialog, which no test can click. */
async function answerSaveDialog({ app }: Studio, file: string): Promise<void> {
  await app.evaluate(({ dialog }, chosen) => {
    dialog.showSaveDialog = async () => ({ canceled: false, filePath: chosen })
  }, file)
}

test('three runs are compared: figures, curves, flips, linked panes, settings; a report and a table are saved', async () => {
  const folder = temporaryFolder('compare')
  const place = await comparedWorkspace(folder)
  const studio = await openStudio(place)
  const { app, page } = studio
  await page.getByTestId('nav-compare').click()
  await page.getByRole('button', { name: 'Choose runs' }).click()
  for (const box of await page.getByTestId('pick-run').all()) await box.check()
  await screenshot(studio, 'compare-1-choose')
  await page.getByTestId('compare-chosen').click()

  const grid = page.getByTestId('comparison-grid')
  await expect(page.getByTestId('compare-column')).toHaveCount(3)
  await expect(grid.locator('tbody tr')).toHaveCount(1)
  await expect(grid).toContainText('plate')
  await expect(grid).toContainText(/p [=<] 0/)
  await screenshot(studio, 'compare-2-figures')
  await page.getByRole('radio', { name: 'AU-PRO' }).check({ force: true })
  await expect(page.getByTestId('counting-pixels')).toHaveCount(0)
  await expect(grid.locator('tbody')).toContainText(/\d – \d+\.\d.*p [=<] 0/)
  await screenshot(studio, 'compare-2-au-pro')

  const table = path.join(folder, 'grid.tex')
  await answerSaveDialog(studio, table)
  await page.getByTestId('export-menu').click()
  await page.getByTestId('export-latex').click()
  await expect.poll(() => fs.existsSync(table)).toBe(true)
  expect(fs.readFileSync(table, 'utf8')).toContain('\\begin{tabular}')

  await page.getByRole('tab', { name: 'Curves' }).click()
  const chart = page.getByTestId('overlay-chart')
  await chart.hover({ position: { x: 300, y: 120 } })
  await expect(page.getByText(/at step \d+/)).toBeVisible()
  await screenshot(studio, 'compare-3-curves')

  await page.getByRole('tab', { name: 'Images that flip' }).click()
  await expect(page.getByTestId('flip-summary')).toContainText(/images? flips?/)
  await screenshot(studio, 'compare-4-flips')
  await page.getByTestId('flip-row').first().click()

  const maps = page.getByTestId('compared-map')
  await expect(page.getByTestId('compared-reconstruction')).toHaveCount(3)
  await expect(maps).toHaveCount(3)
  const scale = await maps.first().getAttribute('data-scale')
  await maps.first().hover()
  await page.mouse.wheel(0, -400)
  await expect(maps.first()).not.toHaveAttribute('data-scale', scale ?? '')
  const zoomed = await maps.first().getAttribute('data-scale')
  for (const pane of await page.getByTestId('compared-reconstruction').all())
    await expect(pane).toHaveAttribute('data-scale', zoomed ?? '')
  await screenshot(studio, 'compare-5-side-by-side')

  await page.getByRole('tab', { name: 'Settings' }).click()
  await expect(page.getByTestId('differing-settings')).toContainText('Seed')
  await expect(page.getByTestId('parallel').locator('path')).toHaveCount(3)
  await screenshot(studio, 'compare-6-settings')
  const shown = path.join(folder, 'settings.csv')
  await answerSaveDialog(studio, shown)
  await page.getByTestId('differing-settings').click({ button: 'right' })
  await page.getByTestId('shown-csv').click()
  await expect.poll(() => fs.existsSync(shown)).toBe(true)
  expect(fs.readFileSync(shown, 'utf8')).toMatch(/^Setting,.*\r\nSeed,3,2,1\r\n/)
  await page.getByRole('tab', { name: 'Sweeps' }).click()
  await expect(page.getByText('Nothing swept yet')).toBeVisible()

  await page.getByTestId('nav-evaluate').click()
  const report = path.join(folder, 'report.pdf')
  await answerSaveDialog(studio, report)
  await page.getByTestId('export-menu').first().click()
  await page.getByTestId('report-pdf').click()
  await expect.poll(() => fs.existsSync(report), { timeout: 60_000 }).toBe(true)
  expect(fs.readFileSync(report).subarray(0, 5).toString()).toBe('%PDF-')
  const html = path.join(folder, 'report.html')
  await answerSaveDialog(studio, html)
  await page.getByTestId('export-menu').first().click()
  await page.getByTestId('report-html').click()
  await expect.poll(() => fs.existsSync(html), { timeout: 60_000 }).toBe(true)
  const text = fs.readFileSync(html, 'utf8')
  expect(text).toContain('Failures')
  expect(text).toMatch(
    /dent\/003.png<\/td><td>1<\/td>.*A defect was not marked.*scratch at the edge/s,
  )
  await app.close()

  // The command line prints without a display.
  const printed = path.join(folder, 'printed.pdf')
  const { code, stderr } = await ddad([
    'report',
    printed,
    '--evaluation',
    '1',
    '--workspace',
    place,
  ])
  expect(code, stderr).toBe(0)
  const pdf = fs.readFileSync(printed, 'latin1')
  expect(pdf).toMatch(/^%PDF-1\.[\s\S]*%%EOF\s*$/)
  expect(pdf.match(/\/Type\s*\/Page\b(?!s)/g)!.length).toBeGreaterThanOrEqual(2)
  expect(pdf).toContain('/Title (Evaluation of plate)')
  // Chromium makes an outline of the headings.
  for (const heading of ['Operating point', 'Mask corrections'])
    expect(pdf).toContain(`/Title (${heading})`)
})
