import { expect, it } from 'vitest'
import type { Cause, ReviewCount } from '../../../../../../src/shared/datasets/review.ts'
import { causeBars } from '../../../../../../src/renderer/src/areas/evaluation/reading/cause-rows.ts'

const count = (category: string, defectType: string, value: Cause, n: number) =>
  ({ category, defectType, value, count: n }) satisfies ReviewCount<Cause>
const counts = [
  count('bolt', 'hole', 'too-small', 1),
  count('bolt', 'scratch', 'too-small', 2),
  count('plate', 'hole', 'mask-wrong', 5),
  count('plate', 'hole', 'too-small', 1),
]

it('adds causes up by category, by type and by cause, the most images first', () => {
  const byCategory = causeBars(counts, 'category')
  expect(byCategory.names).toEqual(['plate', 'bolt'])
  expect(byCategory.series).toEqual([
    { name: 'Ground truth inexact', counts: [5, 0] },
    { name: 'Too small', counts: [1, 3] },
  ])
  const byType = causeBars(counts, 'type')
  expect(byType.names).toEqual(['plate · hole', 'bolt · scratch', 'bolt · hole'])
  const byCause = causeBars(counts, 'cause')
  expect(byCause.names).toEqual(['Ground truth inexact', 'Too small'])
  expect(byCause.series).toEqual([
    { name: 'bolt', counts: [0, 3] },
    { name: 'plate', counts: [5, 1] },
  ])
})

it('knows which images a part of a bar stands for', () => {
  const bars = causeBars(counts, 'type')
  expect(bars.partAt(1, 1)).toEqual({ category: 'bolt', defectType: 'scratch', cause: 'too-small' })
  expect(bars.partAt(1, 0)).toBeNull()
  const part = causeBars(counts, 'cause').partAt(1, 1)
  expect(part).toEqual({ category: 'plate', defectType: null, cause: 'too-small' })
})
