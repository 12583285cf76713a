/** A published preset by hand in the real window, at its full size: `npm run test:full -- --window`. */
import fs from 'node:fs'
import path from 'node:path'
import { expect, type Page } from '@playwright/test'
import type { Bridge, Events } from '../../src/shared/ipc/events.ts'
import type { Job } from '../../src/shared/runs/run.ts'
import {
  answerFolderDialog,
  ask,
  fillSettings,
  openStudio,
  screenshot,
  temporaryFolder,
} from '../e2e/studio.ts'
import { test } from '../e2e/studio-test.ts'
import { writeImages } from './inputs.ts'

const PRESET = process.env['DDAD_FULL_PRESET'] ?? 'ddad-s'
const STEPS = 24
/** The step after which the time left is held against what it took. */
const LOOK_AT = 10

type Progress = Events['job.progress'] & { readonly at: number }
type Watching = Window & { readonly ddad: Bridge; progress: Progress[]; slowest: number }

test(`${PRESET} from its folder to its heat maps`, async () => {
  const folder = temporaryFolder('full-window')
  writeImages(path.join(folder, 'data'))
  const workspace = path.join(folder, 'workspace')
  const studio = await openStudio(workspace)
  const { app, page } = studio
  const shot = (name: string) => screenshot(studio, `full-${name}`)
  await answerFolderDialog(studio, path.join(folder, 'data'))
  await page.getByTestId('import-folder').first().click()
  await page.getByTestId('import-add').click()
  await expect(page.getByRole('button', { name: 'bottle 12' })).toBeVisible()

  await page.getByTestId('nav-train').click()
  await page.getByTestId('train-preset').selectOption(PRESET)
  await shot('1-train')
  await fillSettings(page, [
    ['training.epochs', String(STEPS)],
    ['training.checkpointEverySteps', '4'],
    ['adaptation.epochs', '1'],
    ['extractor', 'resnet50-keras'],
  ])
  await page.getByTestId('measure').click()
  await expect(page.getByTestId('estimate')).toBeVisible({ timeout: 900_000 })
  await expect(page.getByTestId('estimate')).toContainText(/[GM]B/)
  await shot('2-measured')

  await watch(page)
  await page.getByTestId('start-run').click()
  await page.getByTestId('run-row').first().click()
  await reached(page, 2)
  await expect(page.getByTestId('loss-chart')).toBeVisible()

  await page.getByTestId('job-pause').first().click()
  const asked = performance.now()
  await shot('3-pausing')
  await expect(page.getByTestId('job-resume').first()).toBeVisible({ timeout: 900_000 })
  console.log(`paused after ${((performance.now() - asked) / 1000).toFixed(1)} s`)
  await shot('4-paused')
  await page.evaluate(() => ((window as unknown as Watching).progress.length = 0))
  await page.getByTestId('job-resume').first().click()
  await reached(page, LOOK_AT + 3)
  await shot('5-training')
  await page.getByTestId('nav-runs').click()
  await shot('6-queue')
  await page.getByTestId('run-row').first().click()

  await page.getByRole('button', { name: 'Results' }).click({ timeout: 2_400_000 })
  await expect(page.getByTestId('result-row')).toHaveCount(6)
  await expect(page.getByTestId('metrics')).toContainText(/\d/)
  await shot('7-evaluation')
  const { progress, slowest } = await page.evaluate(() => {
    const { progress, slowest } = window as unknown as Watching
    return { progress, slowest }
  })
  console.log(`main answered within ${Math.round(slowest)} ms at all times`)
  expect(slowest).toBeLessThan(1000)
  const error = timeLeftError(progress)
  console.log(`time left after ${LOOK_AT} steps: ${(100 * error).toFixed(1)} % off`)
  expect(Math.abs(error)).toBeLessThan(0.2)
  const checkpoints = fs
    .readdirSync(path.join(workspace, 'runs', '1'))
    .filter((name) => name.startsWith('unet-'))
  console.log(`checkpoints kept: ${checkpoints.join(', ')}`)
  expect(checkpoints).toHaveLength(2)

  await page.getByTestId('result-row').first().click()
  await expect(page.getByTestId('four-up')).toBeVisible()
  for (const pane of ['input', 'mask', 'reconstruction', 'heat-map'])
    await expect(page.getByTestId(`pane-${pane}`)).toBeVisible()
  await page.waitForTimeout(1000)
  await shot('8-review')
  await page.getByTestId('nav-evaluate').click()
  await expect(page.getByTestId('auroc-chart')).toBeVisible()
  await shot('9-evaluate')
  await app.close()
})

/** Keeps what the page is told of progress, and the longest that main has taken to answer. */
async function watch(page: Page): Promise<void> {
  await page.evaluate(() => {
    const watching = window as unknown as Watching
    watching.progress = []
    watching.slowest = 0
    watching.ddad.on((name, payload) => {
      if (name === 'job.progress')
        watching.progress.push({
          ...(payload as Events['job.progress']),
          at: performance.now() / 1000,
        })
    })
    const asking = async () => {
      const began = performance.now()
      await watching.ddad.request('app.info', null)
      watching.slowest = Math.max(watching.slowest, performance.now() - began)
      setTimeout(() => void asking(), 100)
    }
    void asking()
  })
}

/** Waits until the training has done this many steps. */
async function reached(page: Page, step: number): Promise<void> {
  await expect
    .poll(
      async () => {
        const { jobs } = await ask<{ jobs: readonly Job[] }>(page, 'jobs.list', null)
        const training = jobs.find(({ kind }) => kind === 'train')
        if (training?.state === 'failed') throw new Error(training.error ?? 'It failed.')
        return training?.state === 'finished' ? STEPS : (training?.progress?.done ?? 0)
      },
      { timeout: 2_400_000, intervals: [1000] },
    )
    .toBeGreaterThanOrEqual(step)
}

/** Of what was said after `LOOK_AT` steps since the training went on, as a share of what it took. */
function timeLeftError(progress: readonly Progress[]): number {
  const training = progress.filter(({ progress: { total } }) => total === STEPS)
  const first = training[0]!.progress.done
  const look = training.find(({ progress: { done } }) => done >= first + LOOK_AT)!
  const last = training.findLast(({ progress: { done } }) => done === STEPS)!
  const took = last.at - look.at
  return ((look.progress.secondsLeft ?? 0) - took) / took
}
