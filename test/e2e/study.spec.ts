/**
 * A study that a server without a display has worked on is opened on a desktop, written to by the window and by
 * command lines at once; and one that is killed again and again ends as if nothing had happened.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, type Page } from '@playwright/test'
import { openStore } from '../../src/main/db/store.ts'
import type { ImageEntry } from '../../src/shared/datasets/dataset.ts'
import type { Evaluation, ImageResult } from '../../src/shared/evaluation/evaluation.ts'
import type { MaskSession } from '../../src/shared/ipc/routes/masks.ts'
import type { MaskVersion } from '../../src/shared/masks/mask-version.ts'
import type { Job, ListedCheckpoint, Run } from '../../src/shared/runs/run.ts'
import { addresses } from '../../src/shared/ipc/addresses.ts'
import { crc32 } from '../../src/shared/masks/codec/crc32.ts'
import { MaskEditor } from '../../src/shared/masks/edit.ts'
import { createMask } from '../../src/shared/masks/mask.ts'
import { rectangleSelection } from '../../src/shared/masks/tools/shapes.ts'
import { Random } from '../../src/shared/random.ts'
import {
  ask,
  enginesOf,
  launchOf,
  openStudio,
  screenshot,
  smallDataset,
  temporaryFolder,
  type Studio,
} from './studio.ts'
import { test } from './studio-test.ts'
import { expectTruth, expectWhole, onServer, outcomeOf, queueStudy, tinySettings } from './study.ts'

const folder = temporaryFolder('study')
const calm = path.join(folder, 'server')
const stormy = path.join(folder, 'stormy')
let dataset = ''
let expected: Awaited<ReturnType<typeof outcomeOf>> = []

test.describe.configure({ mode: 'serial', timeout: 600_000 })
test.beforeAll(async () => {
  dataset = await smallDataset(folder)
  await queueStudy(calm, dataset, 52)
  fs.cpSync(calm, stormy, { recursive: true })
  await onServer(calm, ['jobs', 'work'])
  expected = await outcomeOf(calm)
  const states = ['train finished', 'adapt finished', 'evaluate finished']
  expect(expected.map(({ jobs }) => jobs)).toEqual([states, states])
})

/** Draws a rectangle onto an empty mask, journalled as the editor does it, and saves it as a new version. */
async function saveMask(page: Page, { id: imageId, width, height }: ImageEntry, side: number) {
  const parts: Uint8Array[] = []
  const base = createMask(width, height)
  const editor = new MaskEditor(base, { journal: (bytes) => parts.push(bytes) })
  const box = { x: 2, y: 2, width: side, height: side }
  editor.apply('Rectangle', (draft) => draft.set(rectangleSelection(box, base), 1))
  let at = 0
  for (const part of parts) {
    await page.evaluate(
      ([input, bytes]) =>
        (
          window as unknown as { ddad: { request(name: string, input: unknown): unknown } }
        ).ddad.request('masks.journal', { ...input, bytes: Uint8Array.from(bytes) }),
      [{ imageId, baseId: null, at }, [...part]] as const,
    )
    at += part.length
  }
  const checksum = crc32(editor.mask.data)
  const change = { baseId: null, parentId: null, author: 'Ada', reason: 'new-mask', note: '' }
  return ask<MaskVersion>(page, 'masks.save', { imageId, checksum, ...change })
}

/** Sizes of what the page gets from addresses; −1 for what it does not get. */
const sizesOf = (page: Page, urls: readonly string[]): Promise<number[]> =>
  page.evaluate(
    (all) =>
      Promise.all(
        all.map(async (url) => {
          const answer = await fetch(url)
          return answer.ok ? (await answer.arrayBuffer()).byteLength : -1
        }),
      ),
    [...urls],
  )

test('a study of a server is opened on the desktop, where window and command line write at once', async () => {
  // Under another path, and with the old one gone.
  const workspace = path.join(folder, 'Schreibtisch #2', 'opened later')
  fs.mkdirSync(path.dirname(workspace))
  fs.renameSync(calm, workspace)
  const studio = await openStudio(workspace)
  const { page, app } = studio
  const runs = await ask<Run[]>(page, 'runs.list', null)
  expect(runs.map(({ state, headline }) => [state, headline !== null])).toEqual([
    ['finished', true],
    ['finished', true],
  ])
  const runId = runs[0]!.id
  const { evaluationId } = runs[0]!.headline!
  const results = await ask<ImageResult[]>(page, 'evaluations.results', { evaluationId })
  const masks = results.flatMap(({ maskVersionId }) =>
    maskVersionId === null ? [] : [maskVersionId],
  )
  expect(masks).toHaveLength(4)
  const sizes = await sizesOf(page, [
    ...results.flatMap(({ id, imageId }) => [
      addresses.image(imageId),
      addresses.thumbnail(imageId),
      addresses.reconstruction(id),
      addresses.maps(id),
    ]),
    ...masks.flatMap((id) => [addresses.mask(id), addresses.maskClasses(id)]),
  ])
  expect(Math.min(...sizes)).toBeGreaterThan(0)
  const checkpoints = await ask<ListedCheckpoint[]>(page, 'runs.checkpoints', { runId })
  const onDisk = checkpoints.filter((checkpoint) => checkpoint.onDisk)
  expect(onDisk.map(({ kind }) => kind)).toEqual(['features', 'unet', 'unet'])
  await page.getByTestId('nav-runs').click()
  await expect(page.getByTestId('run-row')).toHaveCount(2)

  // Both write for as long as the command lines take.
  const good = await Promise.all(
    results
      .filter(({ anomalous }) => !anomalous)
      .map(({ imageId }) => ask<ImageEntry>(page, 'images.get', { imageId })),
  )
  fs.cpSync(path.join(dataset, 'brick'), path.join(folder, 'More', 'wall'), { recursive: true })
  const train = ['train', '--dataset', 'Bricks', '--category', 'brick', '--preset', 'tiny']
  const study = ['study', 'start', '--dataset', 'Bricks', '--presets', 'tiny', '--seeds', '5,6']
  let over = false
  const commands = Promise.all([
    onServer(workspace, [...train, ...tinySettings, '--set', 'training.epochs=30']),
    (async () => {
      for (let n = 0; n < 3; n += 1)
        await onServer(workspace, ['runs', 'tag', String(runId), '--add', `shell-${n}`])
      await onServer(workspace, ['datasets', 'add', path.join(folder, 'More'), '--name', 'More'])
      const queued = [...study, ...tinySettings, '--set', 'training.epochs=3', '--no-work']
      await onServer(workspace, queued)
    })(),
  ]).finally(() => (over = true))
  let writes = 0
  for (; !over; writes += 1) {
    await ask(page, 'runs.annotate', { runId, addTags: [`window-${writes}`] })
    const patch = { verdict: 'fine', note: `seen ${writes}` }
    await ask(page, 'reviews.set', { imageIds: [good[writes % good.length]!.id], patch })
    await saveMask(page, good[0]!, 1 + (writes % 12))
    if (writes === 0) {
      const { settings } = await ask<Evaluation>(page, 'evaluations.get', { evaluationId })
      await ask(page, 'evaluations.start', { runId, settings })
    }
  }
  await commands
  expect(writes).toBeGreaterThan(3)

  // The window has seen what the command lines did, and works on what they have queued.
  await expect(page.getByTestId('run-row')).toHaveCount(5)
  await expect(page.getByTestId('runs-table')).toContainText('shell-2')
  const done = async () =>
    (await ask<{ jobs: readonly Job[] }>(page, 'jobs.list', null)).jobs.every(
      ({ state }) => state === 'finished',
    )
  await expect.poll(done, { timeout: 180_000 }).toBe(true)
  await screenshot(studio, 'study-1-both-wrote')
  const tags = Array.from({ length: writes }, (_, n) => `window-${n}`)
  const shown = await onServer(workspace, ['runs', 'show', String(runId), '--json'])
  const { run } = JSON.parse(shown.stdout) as { run: Run }
  expect(run.tags.toSorted()).toEqual([...tags, 'shell-0', 'shell-1', 'shell-2'].toSorted())
  const { versions } = await ask<MaskSession>(page, 'masks.open', { imageId: good[0]!.id })
  expect(versions.filter(({ version }) => version > 0)).toHaveLength(writes)
  const store = openStore(path.join(workspace, 'studio.db'))
  const notes = good.flatMap(({ id }) => store.reviews.history(id))
  store.close()
  expect(notes).toHaveLength(writes)
  // One at a time on the device, whichever process worked on it; imports need none.
  const { jobs } = await ask<{ jobs: readonly Job[] }>(page, 'jobs.list', null)
  const order = jobs
    .filter(({ kind }) => kind !== 'import')
    .toSorted((left, right) => left.startedAt! - right.startedAt!)
  expect(order.length).toBeLessThan(jobs.length)
  order
    .slice(1)
    .forEach(({ startedAt }, n) => expect(startedAt).toBeGreaterThanOrEqual(order[n]!.endedAt!))
  await app.close()
  expectWhole(workspace)
})

const KILLS = 32

/** Whom a kill meets, and when: at any moment, while it works, or while a checkpoint is being written. */
interface Kill {
  readonly victim: 'engine' | 'window' | 'application' | 'starting application'
  readonly when: 'any' | 'working' | 'writing'
  readonly milliseconds: number
}

function planKills(seed: number): readonly Kill[] {
  const random = new Random(seed)
  const three = ['engine', 'window', 'engine'] as const
  const victims = [...three, ...three, 'application', 'starting application'] as const
  return Array.from({ length: KILLS }, (_, n): Kill => {
    const victim = victims[n % victims.length]!
    const lot = random.between(0, 1)
    if (victim === 'starting application')
      return { victim, when: 'any', milliseconds: random.between(0, 2000) }
    if (victim === 'window' || lot < 0.2)
      return { victim, when: 'any', milliseconds: random.between(0, 250) }
    const when = lot < 0.6 ? 'writing' : 'working'
    return { victim, when, milliseconds: random.between(0, 80) }
  })
}

/** The stormy workspace as its rows have it. */
function watchRows() {
  const store = openStore(path.join(stormy, 'studio.db'))
  const { jobs, checkpoints, evaluations, imageResults } = store
  return {
    jobs: jobs.list,
    isOpen: () =>
      jobs
        .list()
        .some(
          ({ state, interruption }) =>
            state === 'queued' || state === 'running' || interruption !== null,
        ),
    /** How many checkpoints and results there are. */
    saved: () =>
      store.runs.list().reduce((sum, { id }) => sum + checkpoints.list(id).length, 0) +
      evaluations.list().reduce((sum, { id }) => sum + imageResults.list(id).length, 0),
    close: store.close,
  }
}
type Rows = ReturnType<typeof watchRows>

/** Waits until the job that runs is writing a checkpoint, at most half a second. */
async function sightOfWriting({ jobs }: Rows): Promise<void> {
  const runId = jobs().find(({ state }) => state === 'running')?.runId
  if (runId == null) return
  const seen = Promise.withResolvers<void>()
  const watcher = fs.watch(path.join(stormy, `runs/${runId}`), (_, name) => {
    if (name?.endsWith('.tmp')) seen.resolve()
  })
  await Promise.race([seen.promise, sleep(500)])
  watcher.close()
}

const isCutShort = (): boolean =>
  fs
    .readdirSync(path.join(stormy, 'runs'), { recursive: true, encoding: 'utf8' })
    .some((name) => name.endsWith('.tmp'))

/** The process that a kill is meant for, once it is there. */
async function pidOf(studio: Studio, victim: Kill['victim'], killed: ReadonlySet<number>) {
  const { app } = studio
  if (victim === 'application') return app.process().pid!
  for (;;) {
    const pid =
      victim === 'engine'
        ? enginesOf(studio)[0]
        : await app.evaluate(({ webContents }) =>
            webContents.getAllWebContents()[0]?.getOSProcessId(),
          )
    // A process that has just died is listed for a moment, a page without one has 0.
    if (pid && !killed.has(pid)) return pid
    await sleep(20)
  }
}

test(`finishes a study as if nothing had happened after ${KILLS} kills of application, engine and window`, async () => {
  const rows = watchRows()
  const killed = new Set<number>()
  let studio = await openStudio(stormy)
  let writing = 0
  for (const { victim, when, milliseconds } of planKills(7)) {
    expect(rows.isOpen(), `the study was over after ${killed.size} kills`).toBe(true)
    if (victim === 'starting application') {
      const { executablePath, args, env } = launchOf(stormy)
      const application = spawn(executablePath, args, { env, stdio: 'ignore' })
      const exited = once(application, 'exit')
      await sleep(milliseconds)
      expect(application.exitCode).toBeNull()
      application.kill('SIGKILL')
      await exited
      killed.add(application.pid!)
      await expectTruth(stormy)
      studio = await openStudio(stormy)
      continue
    }
    const from = rows.saved()
    while (when !== 'any' && rows.saved() <= from && rows.isOpen()) await sleep(10)
    if (when !== 'writing') await sleep(milliseconds)
    const pid = await pidOf(studio, victim, killed)
    if (when === 'writing') await sightOfWriting(rows)
    process.kill(pid, 'SIGKILL')
    killed.add(pid)
    if (when === 'writing' && isCutShort()) writing += 1
    if (victim !== 'application') continue
    await once(studio.app.process(), 'exit')
    await expectTruth(stormy)
  }
  expect(killed.size).toBe(KILLS)
  expect(writing).toBeGreaterThan(0)
  await studio.page.getByTestId('nav-runs').click()
  await expect(studio.page.getByTestId('run-row')).toHaveCount(2)
  await screenshot(studio, 'study-2-after-kills')
  await expect.poll(rows.isOpen, { timeout: 180_000 }).toBe(false)
  await studio.app.close()
  rows.close()
  expectWhole(stormy)
  expect(await outcomeOf(stormy)).toEqual(expected)
})
