import { expect, it } from 'vitest'
import { presets } from '../../src/shared/config/presets.ts'
import { addDataset, addRun, temporaryStore } from './support.ts'

const DAY = 86_400_000

it('takes for the newest evaluation the one that was made last, with whatever clock', () => {
  const store = temporaryStore()
  const datasetId = addDataset(store, '/data')
  const runId = addRun(store, datasetId)
  const { reconstruction, scoring } = presets.tiny
  const now = 1_700_000_000_000
  const evaluate = (at: number, value: number) => {
    const own = { runId, datasetId, category: 'bottle', createdAt: at }
    const id = store.evaluations.insert({ ...own, settings: { reconstruction, scoring } })
    const metrics = [{ defectType: null, name: 'imageAuroc', value } as const]
    store.transaction(() => store.evaluations.finish(id, metrics, 0.1, at + 1000))
    return id
  }
  evaluate(now, 0.6)
  // The clock is ten days back, then a year ahead, then right again.
  for (const [at, value] of [
    [now - 10 * DAY, 0.7],
    [now + 365 * DAY, 0.8],
    [now + DAY, 0.9],
  ] as const) {
    const id = evaluate(at, value)
    expect(store.evaluations.latest(datasetId).map((one) => one.id)).toEqual([id])
    expect(store.runs.get(runId)!.headline).toMatchObject({ evaluationId: id, imageAuroc: value })
    expect(store.runs.get(runId)!.metrics.last.imageAuroc).toBe(value)
    expect(store.evaluations.list(runId)[0]!.id).toBe(id)
    expect(store.evaluations.ofCategory(datasetId, 'bottle')[0]).toMatchObject({ id })
  }
  // What is offered to be chosen: finished, of this category, and not in the trash.
  const open = { runId, datasetId, category: 'bottle', createdAt: now }
  store.evaluations.insert({ ...open, settings: { reconstruction, scoring } })
  expect(store.evaluations.ofCategory(datasetId, 'bottle')).toHaveLength(4)
  expect(store.evaluations.ofCategory(datasetId, 'cable')).toEqual([])
  store.runs.change(runId, { trashedAt: now }, now)
  expect(store.evaluations.ofCategory(datasetId, 'bottle')).toEqual([])
})
