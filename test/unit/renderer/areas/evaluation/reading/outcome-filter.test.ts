import { expect, it } from 'vitest'
import {
  outcomeFilters,
  passesOutcome,
  type OutcomeFilter,
} from '../../../../../../src/renderer/src/areas/evaluation/reading/outcome-filter.ts'
import { confusionFigures } from '../../../../../../src/renderer/src/areas/evaluation/reading/confusion-figures.ts'
import { ScoreTable } from '../../../../../../src/renderer/src/areas/evaluation/reading/score-table.ts'
import { outcomeOf } from '../../../../../../src/renderer/src/areas/evaluation/reading/threshold.ts'

const images = [
  ...[1, 4, 5, 7].map((score) => ({ score, anomalous: true, defectType: 'hole' })),
  ...[0, 1, 5, 6, 9].map((score) => ({ score, anomalous: false, defectType: 'good' })),
]
const [threshold, upper] = [4, 6]
const count = (filter: OutcomeFilter) =>
  images.filter((image) => passesOutcome(filter, image, outcomeOf(image, threshold, upper))).length

it('shows the images that each figure counts', () => {
  const { nominal, defective } = new ScoreTable(images).at(threshold, upper)
  expect(count('')).toBe(images.length)
  expect(count('called defective')).toBe(nominal.defective + defective.defective)
  expect(count('called nominal')).toBe(nominal.nominal + defective.nominal)
  expect(count('right')).toBe(nominal.nominal + defective.defective)
  expect(count('wrong')).toBe(nominal.defective + defective.nominal)
  expect(count('unsure')).toBe(nominal.unsure + defective.unsure)
  expect([count('all nominal'), count('all defective')]).toEqual([5, 4])
  const figures = confusionFigures({ nominal, defective })
  for (const { images: filter } of figures) expect(outcomeFilters).toContain(filter)
})
