import { expect, it } from 'vitest'
import {
  chosenColumns,
  columns,
  defaultColumns,
  moved,
  shownRunsTable,
} from '../../../../../../../src/renderer/src/areas/runs/views/table/columns.ts'
import { presets } from '../../../../../../../src/shared/config/presets.ts'
import type { Run } from '../../../../../../../src/shared/runs/run.ts'
import { formatTable } from '../../../../../../../src/shared/exchange/table.ts'

it('moves a column to a place among the others', () => {
  const keys = ['a', 'b', 'c']
  expect(moved(keys, 'a', 1)).toEqual(['b', 'a', 'c'])
  expect(moved(keys, 'c', 0)).toEqual(['c', 'a', 'b'])
  expect(moved(keys, 'a', -1)).toEqual(keys)
  expect(moved(keys, 'c', 3)).toEqual(keys)
})

it('has columns in the order of their keys, without those of another version', () => {
  const keys = ['tags', 'gone', 'category']
  expect(chosenColumns(keys).map(({ key }) => key)).toEqual(['tags', 'category'])
  expect(chosenColumns(defaultColumns)).toHaveLength(defaultColumns.length)
  expect(new Set(columns.map(({ key }) => key)).size).toBe(columns.length)
})

it('saves what is shown, with every digit', () => {
  const run = {
    id: 7,
    name: 'brick, wet',
    state: 'finished',
    createdAt: 0,
    config: presets.tiny,
    metrics: { last: { imageAuroc: 0.98765 }, best: {} },
  } as unknown as Run
  const shown = chosenColumns(['last.imageAuroc', 'id', 'created', 'config.seed'])
  const table = shownRunsTable([run], shown)
  expect(formatTable(table, 'csv')).toBe(
    'run,name,state,last.imageAuroc,created,config.seed\r\n' +
      `7,"brick, wet",finished,0.98765,1970-01-01T00:00:00.000Z,${presets.tiny.seed}\r\n`,
  )
  expect(formatTable(table, 'latex')).toContain('brick, wet & finished & 98.8 &')
})
