import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { encodeGreyPng } from '../../../../src/main/decode/png.ts'
import type { RunDifference } from '../../../../src/shared/runs/run-diff.ts'
import type { Job, Run } from '../../../../src/shared/runs/run.ts'
import type { Study } from '../../../../src/shared/runs/study.ts'
import { ddad } from '../../../support/ddad.ts'

let folder = ''

/** The JSON that a command answers. */
async function answer<Data>(...args: string[]): Promise<Data> {
  const workspace = path.join(folder, 'workspace')
  const { code, stdout, stderr } = await ddad([...args, '--workspace', workspace, '--json'])
  if (code !== 0) throw new Error(stderr)
  return JSON.parse(stdout) as Data
}

interface StudyAnswer {
  readonly study: Study
  readonly runs: readonly Run[]
  readonly jobs: readonly Job[]
}
interface QueueAnswer {
  readonly paused: boolean
  readonly jobs: readonly Job[]
}

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ddad-cli-studies-'))
  const png = encodeGreyPng(new Uint8Array(16).fill(9), 4, 4)
  for (const category of ['bottle', 'cable']) {
    for (const part of ['train/good', 'test/good', 'test/hole']) {
      const target = path.join(folder, 'data', category, part)
      fs.mkdirSync(target, { recursive: true })
      fs.writeFileSync(path.join(target, '0.png'), png)
    }
  }
  await answer('datasets', 'add', path.join(folder, 'data'), '--name', 'Parts')
})
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

const start = ['study', 'start', '--dataset', 'Parts', '--presets', 'tiny', '--no-work']

it('queues a study of categories and seeds, moves, holds and stops its jobs', async () => {
  const started = await answer<StudyAnswer>(...start, '--seeds', '1-2', '--name', 'Both')
  expect(started.study).toMatchObject({ name: 'Both', runs: 4 })
  expect(started.runs.map(({ category, config }) => [category, config.seed])).toEqual([
    ['bottle', 1],
    ['cable', 1],
    ['bottle', 2],
    ['cable', 2],
  ])
  expect(await answer('study', 'list')).toEqual([started.study])
  const last = started.jobs.findLast(({ kind }) => kind === 'train')!
  const first = started.jobs[0]!
  const moved = await answer<QueueAnswer>(
    'jobs',
    'move',
    String(last.id),
    '--before',
    String(first.id),
  )
  // The data set's import is over and listed first.
  const [next, follower] = moved.jobs.filter(({ state }) => state === 'queued')
  expect(next?.id).toBe(last.id)
  expect(follower?.runId).toBe(last.runId)
  const held = await answer<{ job: Job }>('jobs', 'pause', String(last.id))
  expect(held.job.state).toBe('paused')
  const released = await answer<{ job: Job }>('jobs', 'resume', String(last.id))
  expect(released.job.state).toBe('queued')
  expect((await answer<QueueAnswer>('jobs', 'pause')).paused).toBe(true)
  expect((await answer<QueueAnswer>('jobs', 'list')).paused).toBe(true)
  expect((await answer<QueueAnswer>('jobs', 'resume')).paused).toBe(false)
  const stopped = await answer<StudyAnswer>('study', 'stop', String(started.study.id))
  expect(new Set(stopped.jobs.map(({ state }) => state))).toEqual(new Set(['stopped']))
  const cancelled = await answer<{ job: Job }>('jobs', 'cancel', String(first.id))
  expect(cancelled.job.state).toBe('cancelled')
  const retried = await answer<{ job: Job }>('jobs', 'retry', String(first.id))
  expect(retried.job.state).toBe('queued')
}, 120_000)

it('tags, notes, archives, throws away and brings back a run, and says what changed', async () => {
  const one = ['--categories', 'bottle', '--seeds', '7']
  await answer<StudyAnswer>(...start, ...one)
  const { runs } = await answer<StudyAnswer>(...start, ...one, '--set', 'training.epochs=3')
  const id = String(runs[0]!.id)
  const tagged = await answer<{ run: Run }>('runs', 'tag', id, '--add', 'short', '--add', 'a')
  expect(tagged.run.tags).toEqual(['a', 'short'])
  await answer('runs', 'tag', id, '--remove', 'a')
  await answer('runs', 'note', id, '--text', 'Three epochs are too few.')
  await answer('runs', 'archive', id)
  const { run } = await answer<{ run: Run }>('runs', 'favourite', id)
  expect(run).toMatchObject({
    tags: ['short'],
    note: 'Three epochs are too few.',
    archived: true,
    favourite: true,
  })
  const diff = await answer<{ differences: RunDifference[] }>('runs', 'diff', id)
  expect(diff.differences).toEqual([
    {
      group: 'config',
      key: 'training.epochs',
      label: 'Epochs',
      before: expect.any(String) as string,
      after: '3',
    },
  ])
  await answer('runs', 'trash', id)
  const listed = async () => (await answer<Run[]>('runs', 'list')).map((each) => each.id)
  expect(await listed()).not.toContain(Number(id))
  expect(await answer<Run[]>('runs', 'trash')).toMatchObject([{ id: Number(id) }])
  await answer('runs', 'restore', id)
  expect(await listed()).toContain(Number(id))
}, 120_000)
