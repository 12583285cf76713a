import { expect, it } from 'vitest'
import {
  defaultThreshold,
  outcomeOf,
  verdictOf,
} from '../../../../../../src/renderer/src/areas/evaluation/reading/threshold.ts'
import type { DecisionSettings } from '../../../../../../src/shared/runs/operating-point.ts'
import type { Evaluation, ImageResult } from '../../../../../../src/shared/evaluation/evaluation.ts'

const evaluation = {
  settings: { scoring: { pixelWeight: 2 } },
  calibration: { ratio: 1, nominalScores: [1, 3] },
} as unknown as Evaluation
const decision: DecisionSettings = {
  threshold: 4,
  upper: 6,
  pixelThreshold: null,
  pixelWeight: 2,
  rule: null,
  chosenOn: { kind: 'test' },
}
const result = (score: number, anomalous: boolean) => ({ score, anomalous }) as ImageResult

it('takes mean and spread of the nominal training images', () => {
  const threshold = defaultThreshold(evaluation, [result(9, true)])
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

it('takes the operating point in use, as long as its scores are those of the evaluation', () => {
  expect(defaultThreshold({ ...evaluation, decision }, [])?.value).toBe(4)
  const other = { ...decision, pixelWeight: 1 }
  expect(defaultThreshold({ ...evaluation, decision: other }, [])?.value).toBe(5)
})

it('calls what lies between two thresholds unsure', () => {
  const called = [3, 4, 5.9, 6].map((score) => outcomeOf({ score, anomalous: true }, 4, 6))
  expect(called).toEqual(['missed', 'unsure', 'unsure', 'found'])
  expect(outcomeOf({ score: 5, anomalous: false }, 4, null)).toBe('false alarm')
})
