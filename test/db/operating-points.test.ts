import { describe, expect, it } from 'vitest'
import type { DecisionSettings } from '../../src/shared/domain/operating-point.ts'
import { createFacts } from '../../src/main/services/facts.ts'
import { createOperatingPoints } from '../../src/main/services/operating-points.ts'
import { openWorkspace } from '../../src/main/services/workspace.ts'
import { presets } from '../../src/shared/config/presets.ts'
import { addDataset, addRun, temporaryFolder } from './support.ts'

const settings: DecisionSettings = {
  threshold: 0.4,
  upper: 0.6,
  pixelThreshold: null,
  pixelWeight: 1,
  rule: { kind: 'false-positive-rate', limit: 0.05 },
  chosenOn: { kind: 'half', seed: 3 },
  startStep: 250,
}

function opened() {
  const workspace = openWorkspace(temporaryFolder())
  const { store } = workspace
  const datasetId = addDataset(store, '/data')
  const { reconstruction, scoring } = presets.tiny
  const evaluationId = store.evaluations.insert({
    runId: addRun(store, datasetId),
    datasetId,
    category: 'bottle',
    settings: { reconstruction, scoring },
    createdAt: 1,
  })
  const facts = createFacts()
  const told: unknown[] = []
  facts.listen((name) => told.push(name))
  return { store, evaluationId, told, points: createOperatingPoints(workspace, facts) }
}

describe('operating points', () => {
  it('keep their settings by name and tell that they changed', () => {
    const { evaluationId, points, told } = opened()
    const strict = points.save(evaluationId, 'strict', settings)
    expect(strict).toMatchObject({ name: 'strict', settings, inUse: false })
    expect(points.named(evaluationId, 'strict')).toEqual(strict)
    expect(() => points.save(evaluationId, 'strict', settings)).toThrow('already has')
    expect(() => points.named(evaluationId, 'loose')).toThrow('It has strict.')
    expect(told).toEqual(['operatingPoints.changed', 'evaluations.changed'])
  })

  it('come back after they were deleted, unless their name was taken', () => {
    const { evaluationId, points } = opened()
    const { id } = points.save(evaluationId, 'strict', settings)
    points.remove(id)
    expect(points.list(evaluationId)).toEqual([])
    points.restore(id)
    expect(points.list(evaluationId)).toMatchObject([{ id, settings }])
    points.remove(id)
    points.save(evaluationId, 'strict', { ...settings, threshold: 0.5 })
    expect(() => points.restore(id)).toThrow('already has')
  })

  it('are used one at a time, and not when deleted', () => {
    const { store, evaluationId, points } = opened()
    const first = points.save(evaluationId, 'a', settings)
    const second = points.save(evaluationId, 'b', settings)
    points.use(evaluationId, first.id)
    points.use(evaluationId, second.id)
    expect(points.list(evaluationId).map(({ inUse }) => inUse)).toEqual([false, true])
    expect(store.evaluations.get(evaluationId)?.decision).toEqual(settings)
    points.remove(second.id)
    expect(store.evaluations.get(evaluationId)).not.toHaveProperty('decision')
    expect(points.inUse(evaluationId)).toBeNull()
    points.restore(second.id)
    expect(points.inUse(evaluationId)?.id).toBe(second.id)
    points.use(evaluationId, null)
    expect(points.inUse(evaluationId)).toBeNull()
  })
})

it('figures come back with their intervals', () => {
  const { store, evaluationId } = opened()
  const rows = [
    { defectType: null, name: 'imageAuroc', value: 0.9, interval: { low: 0.8, high: 0.95 } },
    { defectType: 'broken', name: 'imageAuroc', value: null },
  ] as const
  store.transaction(() => store.evaluations.finish(evaluationId, rows, 1, 2))
  expect(store.evaluations.get(evaluationId)?.metrics).toEqual(rows)
})
