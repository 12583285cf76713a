import { expect, it } from 'vitest'
import {
  defaultThreshold,
  verdictOf,
} from '../../../../src/renderer/src/lib/evaluation/threshold.ts'
import type { ImageResult } from '../../../../src/shared/domain/evaluation.ts'

const result = (score: number, anomalous: boolean) => ({ score, anomalous }) as ImageResult

it('takes mean and spread of the nominal training images', () => {
  const threshold = defaultThreshold({ ratio: 1, nominalScores: [1, 3] }, [result(9, true)])
  expect(threshold?.value).toBeCloseTo(2 + 3)
  expect(threshold?.rule).toContain('2 nominal training images')
})

it('lets every nominal test image pass when there is no calibration', () => {
  const results = [result(1, false), result(2, false), result(5, true)]
  const threshold = defaultThreshold(null, results)
  expect(results.map((entry) => verdictOf(entry, threshold!.value))).toEqual([
    'passed',
    'passed',
    'found',
  ])
})

it('has a scale even when only defective images were scored, and none without any', () => {
  expect(defaultThreshold(null, [result(4, true)])?.value).toBe(2)
  expect(defaultThreshold(null, [])).toBeNull()
})

it('calls a score on the threshold defective', () => {
  expect(verdictOf({ score: 1, anomalous: true }, 1)).toBe('found')
  expect(verdictOf({ score: 1, anomalous: false }, 1)).toBe('false alarm')
  expect(verdictOf({ score: 0.9, anomalous: true }, 1)).toBe('missed')
})
