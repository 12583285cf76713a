import { expect, it } from 'vitest'
import { sorted, toggled } from '../../../../src/renderer/src/ui/sort.ts'

const rows = [
  { name: 'b10', score: null },
  { name: 'b2', score: 1 },
  { name: 'a', score: 3 },
  { name: 'c', score: 2 },
]
const names = (key: 'name' | 'score', descending: boolean) =>
  sorted(rows, { key, descending }, (row, column) => row[column]).map(({ name }) => name)

it('keeps unknown values last in both directions', () => {
  expect(names('score', true)).toEqual(['a', 'c', 'b2', 'b10'])
  expect(names('score', false)).toEqual(['b2', 'c', 'a', 'b10'])
})

it('sorts numbers inside names by their size', () => {
  expect(names('name', false)).toEqual(['a', 'b2', 'b10', 'c'])
})

it('starts a new column with the largest and then turns it round', () => {
  const first = toggled({ key: 'name', descending: false }, 'score')
  expect(first).toEqual({ key: 'score', descending: true })
  expect(toggled(first, 'score')).toEqual({ key: 'score', descending: false })
})
