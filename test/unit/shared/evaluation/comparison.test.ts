import { expect, it } from 'vitest'
import { presets } from '../../../../src/shared/config/presets.ts'
import type { RunConfig } from '../../../../src/shared/config/run-config.ts'
import {
  columnsOf,
  meanFigures,
  meanRanks,
  figuresBy,
} from '../../../../src/shared/evaluation/comparison.ts'
import type { DatasetId, RunId } from '../../../../src/shared/core/ids.ts'

const run = (id: number, category: string, config: RunConfig) => ({
  id: id as RunId,
  datasetId: 1 as DatasetId,
  category,
  config,
})
const bottle = presets['mvtec/bottle']!
const screw = presets['mvtec/screw']!

it('puts the published settings of several categories into one column, other seeds and settings into others', () => {
  const columns = columnsOf([
    run(1, 'bottle', bottle),
    run(2, 'screw', screw),
    run(3, 'bottle', { ...bottle, seed: 7 }),
    run(4, 'bottle', { ...bottle, training: { ...bottle.training, epochs: 5 } }),
  ])
  expect(columns.map(({ runs }) => runs.map(({ id }) => id))).toEqual([[1, 2], [3], [4]])
  expect(columns.map(({ label }) => label)).toEqual(['seed 42', 'seed 7', 'seed 42, epochs 5'])
})

it('numbers repeated runs of one variant and category', () => {
  const labels = columnsOf([run(1, 'bottle', bottle), run(2, 'bottle', bottle)]).map((c) => c.label)
  expect(labels).toEqual(['mvtec #1', 'mvtec #2'])
})

const figures = (imageAuroc: number | null) =>
  figuresBy((name) => ({ imageAuroc, pixelAuroc: 0.5 })[name as string] ?? null)

it('shares ranks between ties and leaves out rows with a gap', () => {
  const rows = [
    [figures(0.9), figures(0.9), figures(0.5)],
    [figures(0.6), figures(0.9), figures(0.7)],
    [figures(null), figures(0.1), figures(0.2)],
  ]
  const ranks = meanRanks(rows, 3)
  expect(ranks.map(({ imageAuroc }) => imageAuroc)).toEqual([2.25, 1.25, 2.5])
  expect(ranks.map(({ auPro30 }) => auPro30)).toEqual([null, null, null])
})

it('has a mean only where every row has a figure', () => {
  expect(meanFigures([figures(0.4), figures(0.6)]).imageAuroc).toBeCloseTo(0.5)
  expect(meanFigures([figures(0.4), figures(null)]).imageAuroc).toBeNull()
  expect(meanFigures([]).pixelAuroc).toBeNull()
})
