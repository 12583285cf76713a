import { expect, it } from 'vitest'
import { search } from '../../../../src/renderer/src/commands/search.ts'

const names = ['Import a folder', 'Show: heat map', 'Heat map colours', 'Runs']
const find = (query: string) => search(names, query, (name) => name)

it('needs every word, in any order and case', () => {
  expect(find('MAP show')).toEqual(['Show: heat map'])
  expect(find('map folder')).toEqual([])
})

it('puts what starts with the query first', () => {
  expect(find('heat')).toEqual(['Heat map colours', 'Show: heat map'])
})

it('lists everything for an empty query', () => {
  expect(find('  ')).toEqual(names)
})
