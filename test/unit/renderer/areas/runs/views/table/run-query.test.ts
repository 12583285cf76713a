import { expect, it } from 'vitest'
import {
  filterRuns,
  noFilter,
} from '../../../../../../../src/renderer/src/areas/runs/views/table/run-filter.ts'
import { parseQuery } from '../../../../../../../src/renderer/src/areas/runs/views/table/run-query.ts'
import { presets } from '../../../../../../../src/shared/config/presets.ts'
import type { Run } from '../../../../../../../src/shared/runs/run.ts'

const run = (id: number, epochs: number, imageAuroc: number | null): Run =>
  ({
    id,
    name: `brick ${id}`,
    category: 'brick',
    datasetName: 'Bricks',
    config: { ...presets.tiny, training: { ...presets.tiny.training, epochs } },
    state: 'finished',
    tags: id === 1 ? ['odd'] : [],
    note: '',
    archived: false,
    metrics: { last: { imageAuroc }, best: { imageAuroc: 0.99 } },
  }) as unknown as Run
const runs = [run(1, 20, 0.9), run(2, 40, 0.97), run(3, 40, null)]
const found = (text: string) => filterRuns(runs, { ...noFilter, text }).map(({ id }) => id)

it.each([
  ['brick odd', [1]],
  ['imageAuroc>95', [2]],
  ['best.imageAuroc>95', [1, 2, 3]],
  ['imageAUROC<=90', [1]],
  ['epochs=40', [2, 3]],
  ['training.epochs!=40', [1]],
  ['epochs>=20 brick imageauroc>80', [1, 2]],
  ['preset=Tiny', [1, 2, 3]],
  ['preset=matching', []],
] as const)('finds by %s', (text, ids) => {
  expect(found(text)).toEqual(ids)
})

it.each([
  ['imageAuroc>>abc brick', 'is no condition'],
  ['imageAuroc>abc', 'is a number'],
  ['nothing>3', 'no column'],
  ['>3', 'is no condition'],
] as const)('says what is wrong with %s and leaves it out', (text, problem) => {
  const { problems } = parseQuery(text)
  expect(problems).toEqual([expect.stringContaining(problem)])
  expect(found(text)).toEqual([1, 2, 3])
})
