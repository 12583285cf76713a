/** A study whose node, tasks and studio are killed on the way comes out as it does undisturbed, each run once. */
import { execFileSync, spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { StudyId } from '../../src/shared/core/ids.ts'
import { Random } from '../../src/shared/random.ts'
import { root } from '../support/ddad.ts'
import { startSlurm, type TestSlurm } from './slurm.ts'
import { commands, figuresOf, nodeCommand, small, withStore } from './support.ts'

const TASKS = 12
/** A fifth of the tasks, and one more. */
const KILLS = 3

let folder = ''
let slurm: TestSlurm
let env: NodeJS.ProcessEnv
let ddad: ReturnType<typeof commands>
const at = (name: string) => path.join(folder, name)
const there = 2 as StudyId

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ddad-cluster-'))
  slurm = await startSlurm(at('slurm'))
  env = { ...slurm.env, TF_NUM_INTRAOP_THREADS: '1' }
  ddad = commands(at('workspace'), env)
  await ddad(['demo', 'make', at('demo')])
  await ddad(['datasets', 'add', at('demo')])
  await ddad([
    ...['places', 'add', 'lab', '--scratch', at('scratch'), '--local', at('local')],
    ...['--command', nodeCommand, '--gres', 'gpu:1'],
  ])
})
afterAll(async () => {
  await slurm?.stop()
  fs.rmSync(folder, { recursive: true, force: true })
})

const tasks = () => withStore(at('workspace'), (store) => store.tasks.ofStudy(there))

/** Processes of a task that train or evaluate now. */
function processesOf(task: number): readonly number[] {
  try {
    const found = execFileSync('pgrep', ['-f', `task run ${task} --plan ${at('scratch')}`], {
      encoding: 'utf8',
    })
    return found.split('\n').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

/** Whether a task has a checkpoint, so that its death costs it something. */
const hasCheckpoint = (task: number) =>
  fs.globSync(at(`scratch/*/tasks/${task}/runs/*/*.safetensors`)).length > 0

/** Kills tasks by surprise, each of them once, in the middle of their work. */
async function killSome(numbers: readonly number[], over: () => boolean): Promise<number[]> {
  const killed: number[] = []
  while (!over() && killed.length < numbers.length) {
    for (const task of numbers.filter((number) => !killed.includes(number))) {
      const pids = hasCheckpoint(task) ? processesOf(task) : []
      if (pids.length === 0) continue
      for (const pid of pids) process.kill(pid, 'SIGKILL')
      killed.push(task)
    }
    await sleep(200)
  }
  return killed
}

/** A studio that follows the study and is killed itself, again and again. */
async function followAndDie(random: Random, over: () => boolean): Promise<number> {
  let deaths = 0
  while (!over()) {
    const cli = path.join(root, 'src/main/cli/main.ts')
    const args = [cli, 'study', 'follow', String(there), '--workspace', at('workspace')]
    const studio = spawn(process.execPath, args, { env, stdio: 'ignore' })
    const closed = new Promise((resolve) => studio.once('close', resolve))
    await Promise.race([closed, sleep(4000 + random.uniform() * 8000)])
    if (studio.exitCode === null) {
      studio.kill('SIGKILL')
      deaths += 1
    }
    await closed
  }
  return deaths
}

it('comes out the same, bit for bit', async () => {
  const study = [
    ...['study', 'start', '--dataset', 'demo', '--presets', 'tiny', '--seeds', '1-3'],
    ...small,
  ]
  await ddad(study)
  await ddad([...study, '--place', 'lab'])
  const random = new Random(20)
  const chosen = Array.from({ length: TASKS }, (_, number) => ({ number, key: random.uniform() }))
    .toSorted((a, b) => a.key - b.key)
    .slice(0, KILLS)
    .map(({ number }) => number)
  const began = Date.now()
  const over = () =>
    Date.now() - began > 900_000 || tasks().every(({ importedAt }) => importedAt !== null)
  const disturb = async (): Promise<void> => {
    await sleep(10_000)
    await slurm.killNode()
    await sleep(4000)
    await slurm.startNode()
    // Takes both processors: the tasks there are preempted and go back into the queue.
    slurm.run('sbatch', '--partition=urgent', '--ntasks=2', '--output=/dev/null', '--wrap=sleep 2')
  }
  const [killed, deaths] = await Promise.all([
    killSome(chosen, over),
    followAndDie(random, over),
    disturb(),
  ])
  await ddad(['study', 'follow', String(there)])
  expect(killed.toSorted()).toEqual(chosen.toSorted())
  expect(deaths).toBeGreaterThan(1)
  // Preempted ones and killed ones began again.
  expect(tasks().filter(({ attempt }) => attempt > 1).length).toBeGreaterThanOrEqual(KILLS)
  withStore(at('workspace'), (store) => {
    const [here, came] = [1 as StudyId, there].map((id) => figuresOf(at('workspace'), store, id))
    expect(here).toHaveLength(TASKS)
    expect(came).toEqual(here)
    expect(store.runs.list()).toHaveLength(2 * TASKS)
  })
  expect(fs.readdirSync(at('workspace/runs'))).toHaveLength(2 * TASKS)
})
