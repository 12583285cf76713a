import fs from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { presets } from '../../src/shared/config/presets.ts'
import type { EvaluationSettings } from '../../src/shared/config/run-config.ts'
import type { StartStepRule } from '../../src/shared/config/start-step-rule.ts'
import type { DecisionSettings } from '../../src/shared/runs/operating-point.ts'
import { migrations } from '../../src/main/db/migrations/index.ts'
import { createFacts } from '../../src/main/services/core/facts.ts'
import { createOperatingPoints } from '../../src/main/services/runs/operating-points.ts'
import { openWorkspace } from '../../src/main/services/core/workspace.ts'
import { addDataset, addRun, temporaryFolder } from './support.ts'

const { reconstruction, scoring } = presets.tiny
const decision: DecisionSettings = {
  threshold: 0.4,
  upper: 0.6,
  pixelThreshold: null,
  pixelWeight: 3,
  rule: { kind: 'false-positive-rate', limit: 0.05 },
  chosenOn: { kind: 'half', seed: 3 },
}
const neighbours: StartStepRule = {
  kind: 'neighbours',
  neighbours: 20,
  edges: [0.5],
  startSteps: [100, 300],
}

function opened() {
  const workspace = openWorkspace(temporaryFolder())
  const { store } = workspace
  const datasetId = addDataset(store, '/data')
  const runId = addRun(store, datasetId)
  const evaluate = (settings: EvaluationSettings) =>
    store.evaluations.insert({ runId, datasetId, category: 'bottle', settings, createdAt: 1 })
  const evaluationId = evaluate({ reconstruction, scoring })
  const facts = createFacts()
  const told: unknown[] = []
  facts.onAny(({ name }) => told.push(name))
  const points = createOperatingPoints(workspace, facts)
  return { store, runId, evaluationId, evaluate, told, points }
}

describe('operating points', () => {
  it('keep how images are scored and decided by name and tell that they changed', () => {
    const { runId, evaluationId, points, told } = opened()
    const { pixelWeight, ...thresholds } = decision
    const strict = points.save(evaluationId, 'strict', decision)
    expect(strict).toMatchObject({
      ...{ name: 'strict', runId, evaluationId, inUse: false, decides: [] },
      settings: {
        evaluation: { reconstruction, scoring: { ...scoring, pixelWeight } },
        ...{ reason: null, thresholds },
      },
    })
    expect(points.named(runId, 'strict')).toEqual(strict)
    expect(() => points.save(evaluationId, 'strict', decision)).toThrow('already has')
    expect(() => points.named(runId, 'loose')).toThrow('It has strict.')
    expect(told).toEqual(['operatingPoints.changed'])
  })

  it('come back after they were deleted, unless their name was taken', () => {
    const { runId, evaluationId, points } = opened()
    const { id, settings } = points.save(evaluationId, 'strict', decision)
    points.remove(id)
    expect(points.list(runId)).toEqual([])
    expect(() => points.use(id)).toThrow('Restore it first')
    points.restore(id)
    expect(points.list(runId)).toMatchObject([{ id, settings, deletedAt: null }])
    points.remove(id)
    points.save(evaluationId, 'strict', { ...decision, threshold: 0.5 })
    expect(points.deleted(runId)).toMatchObject([{ id }])
    expect(() => points.restore(id)).toThrow('already has')
  })

  it('are used one at a time, decide evaluations of the same maps, and not when deleted', () => {
    const { store, runId, evaluationId, evaluate, points } = opened()
    const other = evaluate({ reconstruction: { ...reconstruction, startStep: 50 }, scoring })
    const sameMaps = evaluate({ reconstruction, scoring: { ...scoring, pixelWeight: 9 } })
    const first = points.save(evaluationId, 'a', decision)
    const second = points.save(evaluationId, 'b', decision)
    points.use(first.id)
    points.use(second.id)
    expect(points.list(runId)).toMatchObject([
      { inUse: false, decides: [] },
      { inUse: true, decides: [evaluationId, sameMaps] },
    ])
    expect(store.evaluations.get(evaluationId)?.decision).toEqual(decision)
    expect(store.evaluations.get(other)).not.toHaveProperty('decision')
    points.remove(second.id)
    expect(store.evaluations.get(evaluationId)).not.toHaveProperty('decision')
    expect(points.inUse(runId)).toBeNull()
    points.restore(second.id)
    expect(points.inUse(runId)?.id).toBe(second.id)
    points.release(second.id)
    expect(points.inUse(runId)).toBeNull()
    expect(store.evaluations.get(evaluationId)).not.toHaveProperty('decision')
  })

  it('hold a choice of T′, which evaluations take, and thresholds found on one keep its reason', () => {
    const { store, runId, evaluate, points } = opened()
    expect(points.forEvaluation(runId, 'auto')).toMatchObject({ point: null })
    expect(() => points.forEvaluation(runId, 'image')).toThrow('Nothing of that kind')
    const fixed = { reconstruction: { ...reconstruction, startStep: 150 }, scoring }
    const perImage = { reconstruction, scoring, startStepRule: neighbours }
    const one = points.choose(runId, 'fixed', { evaluation: fixed, reason: 'fixed: best' })
    const two = points.choose(runId, 'rule', { evaluation: perImage, reason: 'rule: bins' })
    // The same choice again is the same point; a taken name gets a number.
    expect(points.choose(runId, 'x', { evaluation: fixed, reason: 'fixed: best' }).id).toBe(one.id)
    const again = points.choose(runId, 'rule', { evaluation: perImage, reason: 'rule: others' })
    expect(again.name).toBe('rule (2)')
    points.use(one.id)
    const chosen = (mode: 'auto' | 'category' | 'image') => points.forEvaluation(runId, mode)
    expect(chosen('auto').point?.id).toBe(one.id)
    expect(chosen('category').settings.reconstruction.startStep).toBe(150)
    expect(chosen('image').settings.startStepRule).toEqual(neighbours)
    points.use(two.id)
    expect([chosen('auto').point?.id, chosen('category').point?.id]).toEqual([two.id, one.id])
    // One for a defect type is in use by its own name only, never as the T′ of the whole category.
    const scratch = { ...fixed, reconstruction: { ...reconstruction, startStep: 50 } }
    const own = { evaluation: scratch, reason: 'best for scratch', defectType: 'scratch' }
    const three = points.choose(runId, 'best for scratch', own)
    expect([points.forType(runId, 'scratch')?.id, points.forType(runId, 'dent')]).toEqual([
      three.id,
      null,
    ])
    expect(three.settings.defectType).toBe('scratch')
    expect([chosen('auto').point?.id, chosen('category').point?.id]).toEqual([three.id, one.id])
    const saved = points.save(evaluate(fixed), 'with thresholds', decision)
    expect(saved.settings.reason).toBe('fixed: best')
    // They go with their run.
    store.runs.remove(runId)
    expect(() => points.get(saved.id)).toThrow('no operating point')
  })
})

it('points and choices of an older workspace are carried over', () => {
  const folder = temporaryFolder()
  const file = path.join(folder, 'studio.db')
  // A database as the version before wrote it, with two evaluations of one run and three choices.
  const before = migrations.findIndex((sql) => sql.includes('run_operating_point'))
  const db = new Database(file)
  for (const sql of migrations.slice(0, before)) db.exec(sql)
  db.pragma(`application_id = ${0x44444144}`)
  db.pragma(`user_version = ${before}`)
  const put = (sql: string, ...values: unknown[]) =>
    Number(db.prepare(sql).run(...values).lastInsertRowid)
  const dataset = put(
    "INSERT INTO dataset (name, layout, root, fingerprint, created_at) VALUES ('d', 'mvtec', '/d', 'f', 1)",
  )
  const run = put(
    `INSERT INTO run (name, dataset_id, category, config, seed, dataset_fingerprint, app_version, created_at)
     VALUES ('old', ?, 'bottle', ?, 0, 'f', '1', 1)`,
    dataset,
    JSON.stringify(presets.tiny),
  )
  const evaluation = () =>
    put(
      `INSERT INTO evaluation (run_id, dataset_id, category, settings, created_at) VALUES (?, ?, 'bottle', ?, 1)`,
      run,
      dataset,
      JSON.stringify({ reconstruction, scoring }),
    )
  const [first, second] = [evaluation(), evaluation()]
  const point = (
    of: number,
    name: string,
    startStep: number | null,
    deleted: number | null = null,
  ) =>
    put(
      `INSERT INTO operating_point (evaluation_id, name, settings, created_at, deleted_at) VALUES (?, ?, ?, 5, ?)`,
      of,
      name,
      JSON.stringify({ ...decision, startStep }),
      deleted,
    )
  const strict = point(first, 'strict', null)
  point(second, 'strict', 40)
  point(first, 'gone', null, 7)
  put('UPDATE evaluation SET operating_point_id = ? WHERE id = ?', strict, first)
  const choice = (reason: string, rule: unknown, startStep: number) =>
    put(
      'INSERT INTO start_step_choice (run_id, choice, created_at) VALUES (?, ?, 6)',
      run,
      JSON.stringify({
        ...{ mode: rule ? 'image' : 'category', pixelWeight: 7, rule, reason },
        reconstruction: { ...reconstruction, startStep },
      }),
    )
  choice('fixed T′ 150: best image AUROC on the choosing half', null, 150)
  choice('per image: neighbours: distance of its features', neighbours, 300)
  choice('fixed T′ 150: best image AUROC on the choosing half', null, 150)
  db.close()

  const workspace = openWorkspace(folder)
  const { store } = workspace
  expect(fs.existsSync(`${file}.v${before}.backup`)).toBe(true)
  const points = createOperatingPoints(workspace, createFacts())
  const list = points.list(run as never)
  const { pixelWeight, ...thresholds } = decision
  const own = { reconstruction, scoring: { ...scoring, pixelWeight } }
  expect(list.map(({ name }) => name)).toEqual([
    'fixed T′ 150',
    'per image: neighbours',
    'strict',
    `strict (evaluation ${second})`,
  ])
  expect(list[0]).toMatchObject({
    ...{ inUse: true, evaluationId: null },
    settings: {
      evaluation: {
        reconstruction: { ...reconstruction, startStep: 150 },
        scoring: { ...scoring, pixelWeight: 7 },
      },
      thresholds: null,
    },
  })
  expect(list[1]!.settings.evaluation.startStepRule).toEqual(neighbours)
  expect(list[2]).toMatchObject({
    ...{ id: strict, evaluationId: first, decides: [first], createdAt: 5 },
    settings: { evaluation: own, thresholds, reason: null },
  })
  expect(list[3]!.settings.evaluation.reconstruction).toMatchObject({
    startStep: 40,
    skip: Math.min(40, reconstruction.skip),
  })
  expect(points.deleted(run as never)).toMatchObject([{ name: 'gone' }])
  expect(store.evaluations.get(first as never)?.decision).toEqual(decision)
  store.close()
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
