/** A cluster is added and tried, a study is sent to it from Train, followed, steered, and caught up with after a week. */
import fs from 'node:fs'
import path from 'node:path'
import { expect, type Page } from '@playwright/test'
import axe from 'axe-core'
import type { RunId, StudyId } from '../../src/shared/core/ids.ts'
import type { SentStudy } from '../../src/shared/jobs/place.ts'
import { openTestStudio } from '../integration/studio.ts'
import { root } from '../support/ddad.ts'
import { addEvaluatedRun, openRaw, writePlates } from '../support/evaluated-workspace.ts'
import { fakeSlurm, tellAs } from '../support/fake-slurm.ts'
import { ask, openStudio, screenshot, temporaryFolder, type Studio } from './studio.ts'
import { test } from './studio-test.ts'

const before = process.env['PATH']
test.afterAll(() => {
  process.env['PATH'] = before
})

/** A workspace with two finished runs, and their archives as a node would write them. */
async function prepare(folder: string) {
  writePlates(path.join(folder, 'plates'))
  const workspace = path.join(folder, 'workspace')
  const direct = openTestStudio(workspace)
  await direct.datasets.add(direct.datasets.register(path.join(folder, 'plates')).token, 'Plates')
  const archives: string[] = []
  for (const seed of [1, 2]) {
    const raw = openRaw(direct.folder)
    const { runId } = addEvaluatedRun(raw, { seed }, 3)
    raw.store.close()
    const file = path.join(folder, `${seed}.ddadrun`)
    const quiet = { signal: new AbortController().signal, onProgress: () => undefined }
    await direct.runExport.write(runId, file, { ...quiet, maps: true })
    archives.push(file)
  }
  await direct.close()
  return { workspace, archives }
}

/** A picture in both sizes and themes, and what axe-core has against it. */
async function looked(studio: Studio, name: string): Promise<void> {
  const { page } = studio
  const found: string[] = []
  for (const theme of ['light', 'dark']) {
    await page.evaluate((value) => (document.documentElement.dataset['theme'] = value), theme)
    for (const [size, width, height] of [
      ['large', 1440, 900],
      ['small', 1100, 700],
    ] as const) {
      await page.setViewportSize({ width, height })
      await screenshot(studio, `places-${name}-${theme}-${size}`)
    }
    await page.evaluate(axe.source)
    found.push(
      ...(await page.evaluate(async () => {
        const { axe: runner } = window as unknown as { axe: typeof axe }
        const { violations } = await runner.run(document, { resultTypes: ['violations'] })
        return violations
          .filter(({ impact }) => impact !== 'minor')
          .map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 160)}`)
      })),
    )
  }
  expect(found, name).toEqual([])
}

const go = (page: Page, hash: string) => page.evaluate((to) => (location.hash = to), hash)

test('a study runs at a place as if it ran here', async () => {
  test.slow()
  const folder = temporaryFolder('places')
  const { workspace, archives } = await prepare(folder)
  const slurm = fakeSlurm(path.join(folder, 'bin'))
  process.env['PATH'] = slurm.path
  let studio = await openStudio(workspace)
  let { page } = studio

  // Settings: nothing yet, a cluster by keyboard, what it has.
  await go(page, '#/settings')
  const places = page.getByTestId('places')
  await expect(places).toContainText('Everything runs on this machine')
  await looked(studio, 'none')
  await places.getByTestId('place-add').press('Enter')
  await page.getByTestId('place-name').fill('lab')
  await page.getByTestId('place-scratch').fill('scratch')
  await expect(page.getByRole('dialog')).toContainText('Shared folder must be an absolute path')
  await expect(page.getByTestId('place-scratch')).toHaveAttribute('aria-invalid', 'true')
  await looked(studio, 'add')
  await page.getByTestId('place-scratch').fill(path.join(folder, 'scratch'))
  const main = path.join(root, 'src/main/cli/main.ts')
  await page.getByTestId('place-command').fill(`${process.execPath} ${main}`)
  await page.getByTestId('place-host').fill('nowhere.invalid')
  await page.getByTestId('place-name').press('Enter')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await places.getByTestId('place-test').click()
  await expect(places).toContainText(/nowhere\.invalid was not reached/)
  await places.getByTestId('place-change').click()
  await page.getByTestId('place-host').fill('')
  await page.getByTestId('place-save').click()
  await places.getByTestId('place-test').click()
  await expect(places).toContainText('gpu:2')
  await expect(places).toContainText('slurm-wlm 22.05.8')
  await expect(places).toContainText('Node: TensorFlow', { timeout: 120_000 })
  await looked(studio, 'tested')

  // Train: the estimate is asked for unless something else is typed; the script is shown before it is sent.
  await go(page, '#/train?runId=1')
  await page.getByTestId('train-seeds').fill('1, 2')
  await page.getByTestId('train-place').selectOption({ label: 'lab' })
  await page.getByTestId('open-send').press('Enter')
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByTestId('script')).toContainText('--array=0-1')
  await expect(dialog.getByTestId('script')).not.toContainText('--time=')
  await dialog.getByTestId('measure').click()
  await expect(dialog.getByTestId('estimate')).toBeVisible({ timeout: 120_000 })
  await expect(dialog.getByTestId('script')).toContainText(/--time=\d+/)
  await expect(dialog.getByTestId('script')).toContainText(/--mem=\d+M/)
  await dialog.getByTestId('submission-minutes').fill('600')
  await dialog.getByTestId('submission-gres').fill('gpu:1')
  await expect(dialog.getByTestId('script')).toContainText('--time=600\n')
  await expect(dialog.getByTestId('script')).toContainText('--gres=gpu:1')
  await looked(studio, 'send')
  expect(slurm.asked().some((line) => line.includes('ddad-') && line.includes('script.sh'))).toBe(
    false,
  )
  await dialog.getByTestId('send').click()

  // The study: queue state with its reason, loss, log.
  const table = page.getByTestId('tasks')
  await expect(table.locator('tbody tr')).toHaveCount(2)
  const studyId = 1 as StudyId
  const sentNow = async () =>
    (await ask<{ sent: SentStudy }>(page, 'sentStudies.get', { studyId })).sent
  const sent = await sentNow()
  expect(sent.script).toContain('--time=600')
  const rows = (first: string, second: string) =>
    slurm.setQueue([`${sent.key}|0|41|${first}`, `${sent.key}|1|42|${second}`])
  rows('RUNNING|n1|None', 'PENDING||Resources')
  const loss = [
    [1, 3],
    [5, 2],
  ] as [number, number][]
  tellAs(sent, 0, { loss, log: ['The training begins.', 'Step 5'] })
  await page.getByTestId('study-look').click()
  const [one, two] = [0, 1].map((task) => table.locator(`[data-task="${task}"]`))
  await expect(one!).toContainText('train 5 of 40')
  await expect(one!).toContainText('2.000')
  await expect(two!).toContainText('PENDING (Resources)')
  await looked(studio, 'study')
  await go(page, '#/runs')
  await expect(page.getByTestId('sent-studies')).toContainText('0 of 2 results here · 1 running')
  await looked(studio, 'runs')
  await page.getByTestId('sent-studies').getByRole('button').press('Enter')

  // One task of its own: held, released; what runs is put back; the limit and the number at a time are other.
  await two!.getByRole('checkbox').press('Space')
  await page.getByTestId('tasks-hold').press('Enter')
  await expect.poll(() => slurm.asked()).toContain('scontrol hold 41_1')
  rows('RUNNING|n1|None', 'PENDING||JobHeldUser')
  await page.getByTestId('study-look').click()
  await expect(two!).toContainText('paused')
  await page.getByTestId('tasks-release').click()
  await expect.poll(() => slurm.asked()).toContain('scontrol release 41_1')
  await page.getByTestId('tasks-minutes').fill('900')
  await page.getByTestId('tasks-extend').click()
  await expect.poll(() => slurm.asked()).toContain('scontrol update JobId=41_1 TimeLimit=900')
  await page.getByTestId('study-limit').fill('3')
  await page.getByTestId('study-limit').press('Enter')
  await expect.poll(() => slurm.asked()).toContain('scontrol update JobId=41 ArrayTaskThrottle=3')
  await expect(page.getByTestId('study-limit')).toHaveValue('3')
  await two!.getByRole('checkbox').press('Space')
  await one!.getByRole('checkbox').press('Space')
  await page.getByTestId('tasks-requeue').click()
  await expect.poll(() => slurm.asked()).toContain('scontrol requeue 41_0')

  // A run of it: live without being asked, with the end of its log, and nothing that could be done here.
  await one!.getByRole('button').click()
  await expect(page.getByTestId('task-log')).toContainText('The training begins.')
  await expect(page.getByTitle(/^Evaluates, after an adaptation/)).toHaveCount(0)
  tellAs(sent, 0, {
    trained: [30, 40],
    loss: [...loss, [30, 1.25]],
    log: ['Step 30'],
    at: Date.now(),
  })
  await expect(page.getByTestId('task-log')).toContainText('Step 30')
  await expect(page.locator('.figures')).toContainText('1.250')
  await looked(studio, 'run')

  // One is cancelled and sent again.
  rows('RUNNING|n1|None', 'CANCELLED|n2|None')
  await go(page, `#/runs?studyId=${studyId}`)
  await page.getByTestId('study-look').click()
  await expect(two!).toContainText('cancelled')
  await page.getByTestId('tasks-retry').click()
  await expect.poll(() => slurm.asked().join('\n')).toContain('sbatch --parsable --array=1%3 ')

  // The window is closed; a week later both results are there, and come in once.
  await studio.app.close()
  const week = Date.now() / 1000 - 7 * 86_400
  for (const [task, archive] of archives.entries()) {
    tellAs(sent, task, { attempt: 2, slurmJob: 43 }, archive)
    fs.utimesSync(path.join(sent.folder, `status/${task}.json`), week, week)
  }
  slurm.setQueue([])
  studio = await openStudio(workspace)
  page = studio.page
  await go(page, `#/runs?studyId=${studyId}`)
  await expect(page.getByTestId('tasks').getByText('here', { exact: true })).toHaveCount(2)
  await looked(studio, 'back')
  for (const runId of [3, 4] as RunId[])
    expect(await ask(page, 'evaluations.list', { runId })).toHaveLength(1)
  await go(page, '#/runs')
  await expect(page.getByTestId('run-row').or(page.getByRole('row')).first()).toBeVisible()
  await expect(page.getByTestId('sent-studies')).toHaveCount(0)

  // A place with a study is kept; one without goes, and comes back when that was a mistake.
  await go(page, '#/settings')
  const kept = page.getByTestId('places')
  await kept.getByTestId('place-remove').click()
  await expect(page.getByTestId('problem')).toContainText('A study was sent to lab')
  await kept.getByTestId('place-add').click()
  await page.getByTestId('place-name').fill('other')
  await page.getByTestId('place-scratch').fill('/scratch')
  await page.getByTestId('place-save').click()
  await expect(kept.getByTestId('place')).toHaveCount(2)
  await kept.getByTestId('place').nth(1).getByTestId('place-remove').click()
  await expect(kept.getByTestId('place')).toHaveCount(1)
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(kept.getByTestId('place')).toHaveCount(2)
  await studio.app.close()
})
