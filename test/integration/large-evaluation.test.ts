import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { addEvaluatedRun, openRaw, writePlates } from '../support/evaluated-workspace.ts'
import { turnsOf } from '../support/thread-time.ts'
import { openTestStudio } from './studio.ts'
import { temporaryFolder } from './support.ts'

it('asks for metrics of 2,000 results without standing still', async () => {
  const folder = temporaryFolder()
  writePlates(path.join(folder, 'data'), 1000)
  const studio = openTestStudio(path.join(folder, 'workspace'))
  onTestFinished(() => studio.close())
  const { datasets, cachedFigures } = studio
  await datasets.add(datasets.register(path.join(folder, 'data')).token, 'Plates')
  const raw = openRaw(studio.folder)
  const { evaluationId } = addEvaluatedRun(raw, { seed: 1 }, 2)
  raw.store.close()

  const before = await cachedFigures.figures(evaluationId, 7)
  expect(before.find(({ name }) => name === 'imageAuroc')?.value).toBeGreaterThan(0.5)
  const turns = await turnsOf(async () => {
    expect(await cachedFigures.figures(evaluationId, 7)).toEqual(before)
  })
  console.log('turns of the event loop, ms', turns)
  expect(turns.at95).toBeLessThan(10)
  expect(turns.longest).toBeLessThan(100)
})
