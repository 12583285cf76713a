import { expect, it } from 'vitest'
import type {
  DatasetId,
  EvaluationId,
  ImageId,
  RunId,
} from '../../../../../../src/shared/core/ids.ts'
import {
  formatLocation,
  parseLocation,
  type Location,
} from '../../../../../../src/renderer/src/areas/core/state/location.ts'

const places: readonly Location[] = [
  { view: 'datasets' },
  { view: 'datasets', datasetId: 3 as DatasetId, category: 'Käse & Brot/1?' },
  { view: 'runs', runId: 12 as RunId },
  { view: 'compare', runIds: [3, 12] as RunId[], tab: 'images', imageId: 7 as ImageId },
  { view: 'review', imageId: 7 as ImageId, evaluationId: 2 as EvaluationId },
  { view: 'evaluate', evaluationId: 2 as EvaluationId, tab: 'threshold', defectType: 'a b' },
  {
    view: 'datasets',
    datasetId: 3 as DatasetId,
    list: { filter: { text: 'a&b=c', verdicts: ['fine'] }, sort: 'name', descending: true },
  },
  {
    view: 'review',
    imageId: 7 as ImageId,
    queue: {
      datasetId: 3 as DatasetId,
      filter: { minScore: 0.5 },
      sort: 'score',
      descending: true,
    },
  },
  { view: 'settings' },
]

it.each(places)('comes back from the address: $view', (place) => {
  expect(parseLocation(formatLocation(place))).toEqual(place)
})

it.each(['', '#', '#/', '#/nowhere', '#/%%', 'x?y=z'])('leads %j to the data sets', (hash) => {
  expect(parseLocation(hash)).toEqual({ view: 'datasets' })
})

it('leaves out a list that is not one', () => {
  expect(parseLocation('#/datasets?list={"sort":1}')).toEqual({ view: 'datasets' })
  expect(parseLocation('#/datasets?list={')).toEqual({ view: 'datasets' })
})

it('leaves out ids that cannot be', () => {
  expect(parseLocation('#/runs?runId=-1')).toEqual({ view: 'runs' })
  expect(parseLocation('#/runs?runId=1.5')).toEqual({ view: 'runs' })
  expect(parseLocation('#/runs?runId=abc')).toEqual({ view: 'runs' })
})
