import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { StudyId } from '../../src/shared/core/ids.ts'
import { makeBricks } from '../support/make-bricks.ts'
import { startSlurm, type TestSlurm } from './slurm.ts'
import { commands, figuresOf, nodeCommand, small, withStore } from './support.ts'

let folder = ''
let slurm: TestSlurm
let ddad: ReturnType<typeof commands>
const at = (name: string) => path.join(folder, name)

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ddad-cluster-'))
  slurm = await startSlurm(at('slurm'))
  ddad = commands(at('workspace'), { ...slurm.env, TF_NUM_INTRAOP_THREADS: '1' })
  await makeBricks(at('bricks'))
  await ddad(['datasets', 'add', at('bricks'), '--name', 'bricks'])
  await ddad([
    ...['places', 'add', 'lab', '--scratch', at('scratch'), '--local', at('local')],
    ...['--command', nodeCommand, '--gres', 'gpu:1'],
  ])
})
afterAll(async () => {
  await slurm?.stop()
  fs.rmSync(folder, { recursive: true, force: true })
})

const study = ['study', 'start', '--dataset', 'bricks', '--presets', 'tiny', ...small]

it('reports partitions, the shared folder and what a node computes with', async () => {
  const report = JSON.parse(await ddad(['places', 'test', 'lab', '--json'])) as {
    partitions: { name: string; gres: string }[]
    checks: { name: string; ok: boolean; detail: string }[]
  }
  expect(report.partitions.map(({ name, gres }) => [name, gres])).toEqual([
    ['main*', 'gpu:2'],
    ['urgent', 'gpu:2'],
  ])
  expect(report.checks.filter(({ ok }) => !ok)).toEqual([])
  expect(report.checks.find(({ name }) => name === 'Node: TensorFlow')?.detail).toMatch(/^2\./)
})

it('brings back the figures of a study as this machine computes them, and each result once', async () => {
  const seeds = ['--seeds', '1,2']
  await ddad([...study, ...seeds])
  await ddad([...study, ...seeds, '--place', 'lab', '--follow'])
  withStore(at('workspace'), (store) => {
    const [here, there] = [1, 2].map((id) => figuresOf(at('workspace'), store, id as StudyId))
    expect(here).toHaveLength(2)
    expect(there).toEqual(here)
  })
  // Looking again brings nothing again.
  await ddad(['study', 'follow', '2', '--once'])
  withStore(at('workspace'), (store) => {
    expect(store.runs.list()).toHaveLength(4)
    expect(store.runs.list().map(({ id }) => store.evaluations.list(id).length)).toEqual([
      1, 1, 1, 1,
    ])
  })
  // Nothing stays on the node's own disk.
  expect(fs.readdirSync(at('local'))).toEqual([])
})

it('cancels, retries, holds and releases single tasks, and says what became of them', async () => {
  // Nothing begins before both have been told, however slow this machine is.
  const main = (state: string) =>
    slurm.run('scontrol', 'update', 'Partition=main', `State=${state}`)
  main('DOWN')
  await ddad([...study, '--seeds', '3-5', '--place', 'lab', '--limit', '1'])
  await ddad(['study', 'hold', '3', '--tasks', '2'])
  await ddad(['study', 'cancel', '3', '--tasks', '1'])
  main('UP')
  const tasks = () => withStore(at('workspace'), (store) => store.tasks.ofStudy(3 as StudyId))
  await expect
    .poll(
      async () => {
        await ddad(['study', 'follow', '3', '--once'], 1)
        return tasks()
          .map(({ state }) => state)
          .slice(1)
      },
      { timeout: 90_000, interval: 500 },
    )
    .toEqual(['cancelled', 'paused'])
  expect(tasks()[1]?.error).toMatch(/retry goes on/)
  await ddad(['study', 'extend', '3', '--limit', '2'])
  await ddad(['study', 'release', '3'])
  await ddad(['study', 'retry', '3', '--tasks', '1'])
  await ddad(['study', 'follow', '3'])
  expect(tasks().map(({ importedAt }) => importedAt !== null)).toEqual([true, true, true])
})

it('names data that are not those of the studio, and goes on when they are put right', async () => {
  const [image] = fs.readdirSync(at('bricks/brick/train/good'))
  const file = at(`bricks/brick/train/good/${image}`)
  const before = fs.readFileSync(file)
  fs.writeFileSync(file, Buffer.concat([before, Buffer.from('x')]))
  await ddad([...study, '--seeds', '6', '--place', 'lab'])
  await ddad(['study', 'follow', '4'], 1)
  const [task] = withStore(at('workspace'), (store) => store.tasks.ofStudy(4 as StudyId))
  expect(task?.state).toBe('failed')
  expect(task?.error).toContain(image)
  fs.writeFileSync(file, before)
  await ddad(['study', 'retry', '4'])
  await ddad(['study', 'follow', '4'])
})

it('reads the data set from a tar that each task unpacks on its node', async () => {
  slurm.run('tar', '-cf', at('bricks.tar'), '-C', at('bricks'), '.')
  await ddad(['places', 'change', 'lab', '--path', `${at('bricks')}=${at('bricks.tar')}`])
  await ddad([...study, '--seeds', '1', '--place', 'lab', '--follow', '--no-maps'])
  withStore(at('workspace'), (store) => {
    const [here] = figuresOf(at('workspace'), store, 1 as StudyId).slice(0, 1)
    const [run] = store.runs.ofStudy(5 as StudyId)
    const [evaluation] = store.evaluations.list(run!.id)
    expect(evaluation?.metrics).toEqual(here?.metrics)
  })
})
