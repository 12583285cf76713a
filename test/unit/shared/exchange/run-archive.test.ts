import { expect, it } from 'vitest'
import { archivedEvaluationsSchema } from '../../../../src/shared/exchange/run-archive.ts'
import { presets } from '../../../../src/shared/config/presets.ts'

it('reads the operating points of version 1, whose T′ was never used', () => {
  const { reconstruction, scoring } = presets.tiny
  const decided = { threshold: 1, pixelWeight: 2, chosenOn: { kind: 'test' } }
  const evaluation = {
    settings: { reconstruction, scoring },
    ...{ calibration: null, checkpoint: null, features: null, environment: null },
    ...{ secondsPerImage: 0, createdAt: 1, finishedAt: null, metrics: [], results: [] },
    operatingPoints: [{ name: 'strict', settings: { ...decided, startStep: 40 } }],
  }
  const [read] = archivedEvaluationsSchema.parse([evaluation])
  expect(read!.operatingPoints).toMatchObject([{ name: 'strict', settings: decided }])
  const damaged = { ...evaluation, operatingPoints: [{ name: 'strict', settings: null }] }
  expect(archivedEvaluationsSchema.safeParse([damaged]).success).toBe(false)
})
