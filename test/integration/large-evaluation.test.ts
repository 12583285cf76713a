import path from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { expect, it, onTestFinished } from 'vitest'
import { addEvaluatedRun, openRaw, writePlates } from '../support/evaluated-workspace.ts'
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
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  expect(await cachedFigures.figures(evaluationId, 7)).toEqual(before)
  delay.disable()
  // The histogram measures from tick to tick, of which one millisecond is the timer's own.
  expect(delay.percentile(95) / 1e6).toBeLessThan(10)
  expect(delay.max / 1e6).toBeLessThan(100)
  console.log(
    delay.percentile(50) / 1e6,
    delay.percentile(95) / 1e6,
    delay.percentile(99) / 1e6,
    delay.max / 1e6,
  )
})
