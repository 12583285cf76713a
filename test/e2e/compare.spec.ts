import fs from 'node:fs'
import path from 'node:path'
import { expect } from '@playwright/test'
import {
  addEarlierEvaluation,
  addEvaluatedRun,
  correctMask,
  openRaw,
  writePlates,
} from '../support/evaluated-workspace.ts'
import { openTestStudio } from '../integration/studio.ts'
import { ddad } from '../support/ddad.ts'
import type { Run } from '../../src/shared/runs/run.ts'
import { ask, openStudio, screenshot, temporaryFolder, type Studio } from './studio.ts'
import { test } from './studio-test.ts'

/** A workspace with one category and three finished runs of it. */
async function comparedWorkspace(folder: string): Promise<string> {
  const plates = path.join(folder, 'plates')
  writePlates(plates)
  const place = path.join(folder, 'workspace')
  const studio = openTestStudio(place)
  const dataset = await studio.datasets.add(studio.datasets.register(plates).token, 'Plates')
  const workspace = openRaw(place)
  // Two studies of one name, begun in the same minute.
  const [first, second] = [1, 2].map(() => workspace.store.studies.insert('Seeds', dataset.id, 1))
  for (const [seed, gap, study] of [
    [1, 1, first],
    [2, 4, first],
    [3, 6, second],
  ] as const) {
    addEvaluatedRun(workspace, { seed }, gap, study, (runId) => {
      if (seed === 1) addEarlierEvaluation(workspace, runId, 20, 0.71)
    })
  }
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

const percent = (value: number | null | undefined): string => (100 * value!).toFixed(1)

/** Reports a study from the window as HTML and PDF, and cancels one that takes its time. */
async function studyIsReported(studio: Studio, folder: string): Promise<void> {
  const { app, page } = studio
  await page.getByTestId('nav-runs').click()
  await expect(page.getByTestId('run-row')).toHaveCount(3)
  const menu = page.getByTestId('export-menu')
  await menu.click()
  const entries = page.getByTestId('study-report-html')
  const labels = await entries.allInnerTexts()
  expect(labels).toEqual([
    expect.stringMatching(/^Report of Seeds, .* \(study 2\) as HTML…$/),
    expect.stringMatching(/^Report of Seeds, .* \(study 1\) as HTML…$/),
  ])
  const html = path.join(folder, 'study.html')
  await answerSaveDialog(studio, html)
  await entries.last().click()
  await expect(page.getByText(`Saved ${html}.`)).toBeVisible({ timeout: 60_000 })
  const text = fs.readFileSync(html, 'utf8')
  const runs = (await ask<Run[]>(page, 'runs.list', null)).filter(({ studyId }) => studyId === 1)
  expect(runs).toHaveLength(2)
  for (const { headline, config } of runs) {
    expect(text).toContain(`seed ${config.seed}`)
    const { evaluationId, imageAuroc, pixelAuroc, auPro } = headline!
    const cells = [imageAuroc, pixelAuroc, auPro].map(
      (value) => `<td>${percent(value)}<br>.*?</td>`,
    )
    const row = `<a href="#evaluation-${evaluationId}">plate</a></td>${cells.join('')}<td>16</td>`
    expect(text).toMatch(new RegExp(row))
  }
  await screenshot(studio, 'compare-8-study-report')

  const pdf = path.join(folder, 'study.pdf')
  await answerSaveDialog(studio, pdf)
  await menu.click()
  await page.getByTestId('study-report-pdf').last().click()
  await expect(page.getByText(`Saved ${pdf}.`)).toBeVisible({ timeout: 60_000 })
  const printed = fs.readFileSync(pdf, 'latin1')
  expect(printed).toMatch(/^%PDF-1\.[\s\S]*%%EOF\s*$/)
  for (const { config } of runs)
    expect(printed).toMatch(new RegExp(`/Title \\(plate: .*seed ${config.seed}`))

  // A printer that takes its time.
  await app.evaluate(({ app: electron }) => {
    electron.once('web-contents-created', (_, contents) => {
      const print = contents.printToPDF.bind(contents)
      contents.printToPDF = async (options) => {
        await new Promise((resolve) => setTimeout(resolve, 30_000))
        return print(options)
      }
    })
  })
  const given = path.join(folder, 'given up')
  fs.mkdirSync(given)
  await answerSaveDialog(studio, path.join(given, 'study.pdf'))
  await menu.click()
  await page.getByTestId('study-report-pdf').last().click()
  const progress = page.getByTestId('export-progress')
  await expect(progress).toContainText('Report: Seeds')
  await expect(progress).toContainText('finishing…')
  await screenshot(studio, 'compare-8-study-report-under-way')
  await progress.getByRole('button', { name: 'Cancel' }).click()
  await expect(page.getByText('The export was cancelled; nothing was kept.')).toBeVisible()
  await expect(progress).toHaveCount(0)
  expect(fs.readdirSync(given)).toEqual([])
  await screenshot(studio, 'compare-8-study-report-cancelled')
}

/** Opens the run that was evaluated at two checkpoints and looks at its figures over the epochs. */
async function figuresOverEpochs(studio: Studio): Promise<void> {
  const { page } = studio
  await page.getByRole('button', { name: 'plate (tiny, seed 1)', exact: true }).click()
  await page.getByTestId('curve').selectOption('figures')
  const chart = page.getByTestId('figures-chart')
  const [run] = (await ask<Run[]>(page, 'runs.list', null)).filter(
    ({ config }) => config.seed === 1,
  )
  const { imageAuroc, auPro } = run!.headline!
  const epochs = run!.config.training.epochs
  const points = (first: string, last: number | null) =>
    new RegExp(`${first} % at epoch ${epochs / 2}\\S*, ${percent(last)} % at epoch ${epochs}`)
  await expect(chart).toHaveAttribute('aria-label', points('Image AUROC 71.0', imageAuroc))
  await expect(chart).toHaveAttribute('aria-label', points('AU-PRO 69.0', auPro))
  await screenshot(studio, 'compare-9-figures-over-epochs')
  await page.getByTestId('curve').selectOption('loss')
  await expect(page.getByTestId('loss-chart')).toBeVisible()
  await screenshot(studio, 'compare-9-loss')
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

  await studyIsReported(studio, folder)
  await figuresOverEpochs(studio)

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
    // The first is the earlier one of the same run, of which no image is kept.
    '2',
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
