import { expect, it } from 'vitest'
import { readNumber } from '../../../../src/renderer/src/ui/number-text.ts'

const rule = { min: 0, max: 50 }

it.each([
  ['12', 12],
  [' 0,5 ', 0.5],
  ['.25', 0.25],
  ['1e1', 10],
])('reads “%s”', (text, value) => {
  expect(readNumber(text, rule)).toEqual({ value, problem: null })
})

it.each([
  ['abc', 'Not a number.'],
  ['1,x', 'Not a number.'],
  ['1 2', 'Not a number.'],
  ['0x10', 'Not a number.'],
  ['', 'Enter a number.'],
  ['-3', 'From 0 to 50.'],
  ['−3', 'From 0 to 50.'],
  ['51', 'From 0 to 50.'],
])('says what is wrong with “%s”', (text, problem) => {
  expect(readNumber(text, rule)).toEqual({ value: null, problem })
})

it('knows whole numbers, open ends and nothing at all', () => {
  expect(readNumber('1.5', { ...rule, whole: true }).problem).toBe('Enter a whole number.')
  expect(readNumber('-1', { min: 0, max: Infinity }).problem).toBe('At least 0.')
  expect(readNumber('9', { min: -Infinity, max: 1 }).problem).toBe('At most 1.')
  expect(readNumber('', { ...rule, optional: true })).toEqual({ value: null, problem: null })
})
