import { expect, it } from 'vitest'
import type { Job } from '../../../../src/shared/runs/run.ts'
import { timeLeft } from '../../../../src/renderer/src/format/job-text.ts'
import {
  formatBytes,
  formatPercent,
  formatValue,
} from '../../../../src/renderer/src/format/numbers.ts'
import { formatDuration } from '../../../../src/renderer/src/format/time.ts'

it.each([
  [null, '–'],
  [0, '0 s'],
  [0.0004, '1 ms'],
  [0.35, '350 ms'],
  [9.96, '10 s'],
  [59.7, '1 min 0 s'],
  [3599.9, '1 h 0 min'],
  [90_000, '25 h 0 min'],
  [200_000, '2 d 7 h'],
  [Infinity, '–'],
])('writes %s seconds as %s', (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text)
})

it('writes figures of any size shortly', () => {
  expect(formatValue(196_608.4)).toBe('196,608')
  expect(formatValue(0.123456)).toBe('0.1235')
  expect(formatValue(0.00001234)).toBe('1.23e-5')
  expect(formatValue(Number.NaN)).toBe('–')
  expect(formatPercent(0.9987)).toBe('99.9')
  expect(formatPercent(null)).toBe('–')
  expect(formatBytes(131_852_288)).toBe('132 MB')
})

it('tells the time left with its spread, and says so while it is measured', () => {
  const job = (progress: Partial<Job['progress']>) =>
    ({ progress: { done: 1, total: 9, secondsPerStep: 0, ...progress } }) as Job
  expect(timeLeft(job({ secondsLeft: null }))).toBe('measuring the time left')
  expect(timeLeft(job({ secondsLeft: 60, spread: { low: 50, high: 75 } }))).toBe(
    '1 min 0 s left (50 s – 1 min 15 s)',
  )
})
