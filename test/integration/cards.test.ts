/** Several cards work on several jobs; each run still on one at a time. */
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { cardEnvironments } from '../../src/main/processes/child-environment.ts'
import { presets } from '../../src/shared/config/presets.ts'
import type { RunConfig } from '../../src/shared/config/run-config.ts'
import type { Job } from '../../src/shared/runs/run.ts'
import { writePlates } from '../support/evaluated-workspace.ts'
import { openTestStudio } from './studio.ts'
import { temporaryFolder } from './support.ts'

const { tiny } = presets
const configOf = (seed: number): RunConfig => ({
  ...tiny,
  seed,
  training: { ...tiny.training, epochs: 150, checkpointEverySteps: 10 },
  adaptation: { ...tiny.adaptation, epochs: 0 },
})

/** A study of four runs in a studio with these cards, worked through. */
async function studyOn(cards: string) {
  const folder = temporaryFolder()
  writePlates(path.join(folder, 'plates'))
  const studio = openTestStudio(path.join(folder, 'workspace'), cards)
  onTestFinished(() => studio.close())
  const { datasets, studies, queue } = studio
  const { id: datasetId } = await datasets.add(
    datasets.register(path.join(folder, 'plates')).token,
    'Plates',
  )
  const { id } = studies.start({
    ...{ name: 'cards', datasetId, evaluate: true },
    runs: [1, 2, 3, 4].map((seed) => ({ category: 'plate', config: configOf(seed) })),
  })
  /** The most that ran at a time, in all and of one run. */
  let [most, mostOfRun] = [0, 0]
  studio.facts.on('jobs.changed', () => {
    const running = queue.list().filter(({ state }) => state === 'running')
    most = Math.max(most, running.length)
    const byRun = Map.groupBy(running, ({ runId }) => runId)
    mostOfRun = Math.max(mostOfRun, ...[...byRun.values()].map((jobs) => jobs.length))
  })
  const jobs = await queue.drain(studies.jobs(id).map((job) => job.id))
  return { studio, id, jobs, most: () => most, mostOfRun: () => mostOfRun }
}

const finished = (jobs: readonly Job[]) => jobs.every(({ state }) => state === 'finished')

it('runs a job on each card that is named, and every one once', async () => {
  const { studio, id, jobs, most, mostOfRun } = await studyOn('0, 1')
  expect(jobs).toHaveLength(8)
  expect(finished(jobs)).toBe(true)
  expect(most()).toBe(2)
  expect(mostOfRun()).toBe(1)
  const runs = studio.studies.runs(id)
  const devices = runs.map((run) => studio.runs.record(run.id).environment?.device)
  expect([...new Set(devices)].toSorted()).toEqual(['test 0', 'test 1'])
  for (const run of runs) expect(studio.evaluations.list(run.id)).toHaveLength(1)
})

it('runs one at a time where no cards are named', async () => {
  const { jobs, most } = await studyOn('')
  expect(finished(jobs)).toBe(true)
  expect(most()).toBe(1)
})

it('names cards as CUDA does, once each, and leaves the choice to Slurm and to the processor', () => {
  const cards = (named: string, env: NodeJS.ProcessEnv = {}) =>
    cardEnvironments({ ...env }, { DDAD_CARDS: named, ...env }).map(
      ({ CUDA_VISIBLE_DEVICES: card }) => card,
    )
  expect(cards('0,1,1')).toEqual(['0', '1'])
  expect(cards('GPU-8a5d, MIG-1/2/0')).toEqual(['GPU-8a5d', 'MIG-1/2/0'])
  expect(cards('')).toEqual([undefined])
  expect(cards('0,1', { SLURM_JOB_ID: '7', CUDA_VISIBLE_DEVICES: '3' })).toEqual(['3'])
  expect(cards('0,1', { DDAD_DEVICE: 'cpu' })).toEqual([undefined])
})
