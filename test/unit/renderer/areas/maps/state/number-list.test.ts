import { expect, it } from 'vitest'
import { readNumbers } from '../../../../../../src/renderer/src/areas/maps/state/number-list.ts'

it('reads numbers and ranges with both ends, each once and in order', () => {
  expect(readNumbers('250, 50 100')).toEqual([50, 100, 250])
  expect(readNumbers('50–200/50, 100')).toEqual([50, 100, 150, 200])
  expect(readNumbers('0.5-1/0.1')).toEqual([0.5, 0.6, 0.7, 0.8, 0.9, 1])
})

it.each(['', 'a', '50–', '100–50/10', '1–1000/1', '50–100/0'])('refuses %s', (text) => {
  expect(readNumbers(text)).toBeNull()
})
