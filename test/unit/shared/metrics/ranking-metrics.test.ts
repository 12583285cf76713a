import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { auroc } from '../../../../src/shared/metrics/auroc.ts'
import { averagePrecision, f1Max } from '../../../../src/shared/metrics/precision-recall.ts'
import { rankScores } from '../../../../src/shared/metrics/ranking.ts'
import { readGolden } from '../../../support/safetensors.ts'
import { naiveAuroc, naiveAveragePrecision, naiveF1Max, type Sample } from './naive.ts'

const golden = readGolden('scoring.safetensors')
const scalar = (name: string, index = 0) => golden(name).data[index] as number

const rank = (samples: readonly Sample[]) =>
  rankScores([
    { scores: samples.map((s) => s.score), labels: samples.map((s) => Number(s.positive)) },
  ])

/** Two decimals as NumPy rounds them. */
function roundHalfEven(value: number): number {
  const rounded = Math.round(value)
  return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded
}

/** Few distinct scores for ties, and any finite ones for the rest. */
const scores = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.float({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
)
const samples = fc
  .array(fc.record({ score: scores, positive: fc.boolean() }), { minLength: 2, maxLength: 60 })
  .filter((list) => list.some((s) => s.positive) && list.some((s) => !s.positive))

describe('metrics of a ranking', () => {
  it('equal the definitions for any scores, with ties', () => {
    fc.assert(
      fc.property(samples, (list) => {
        const ranking = rank(list)
        expect(auroc(ranking)).toBeCloseTo(naiveAuroc(list), 12)
        expect(averagePrecision(ranking)).toBeCloseTo(naiveAveragePrecision(list), 12)
        expect(f1Max(ranking)!.value).toBeCloseTo(naiveF1Max(list), 12)
      }),
      { numRuns: 400, seed: 1 },
    )
  })

  it('do not depend on how samples are divided into parts', () => {
    fc.assert(
      fc.property(samples, fc.nat(60), (list, cut) => {
        const part = (from: Sample[]) => ({
          scores: Float64Array.from(from, (s) => s.score),
          labels: from.some((s) => s.positive)
            ? Uint8Array.from(from, (s) => Number(s.positive))
            : null,
        })
        const divided = rankScores([part(list.slice(0, cut)), part(list.slice(cut))])
        expect(auroc(divided)).toBe(auroc(rank(list)))
        expect(averagePrecision(divided)).toBe(averagePrecision(rank(list)))
      }),
      { numRuns: 200, seed: 2 },
    )
  })

  it('give AUROC the complement when scores are negated', () => {
    fc.assert(
      fc.property(samples, (list) => {
        const negated = list.map((s) => ({ ...s, score: -s.score }))
        expect(auroc(rank(list))! + auroc(rank(negated))!).toBeCloseTo(1, 12)
      }),
      { numRuns: 200, seed: 3 },
    )
  })

  it('are null when a class is absent', () => {
    const positives = rank([{ score: 1, positive: true }])
    const negatives = rank([{ score: 1, positive: false }])
    expect([auroc(positives), auroc(negatives), auroc(rankScores([]))]).toEqual([null, null, null])
    expect([averagePrecision(negatives), f1Max(negatives)]).toEqual([null, null])
    expect(averagePrecision(positives)).toBe(1)
  })

  it('refuse scores that are not finite', () => {
    for (const score of [NaN, Infinity, -Infinity]) {
      for (const positive of [true, false]) {
        expect(() => rank([{ score, positive }])).toThrow(`A score is ${score}`)
      }
    }
  })

  it('equal scikit-learn on images', () => {
    const ranking = rankScores([
      {
        scores: golden('image_score').data as Float32Array,
        labels: golden('image_label').data as Float32Array,
      },
    ])
    expect(auroc(ranking)).toBeCloseTo(scalar('image_auroc'), 9)
    expect(averagePrecision(ranking)).toBeCloseTo(scalar('image_ap'), 9)
    expect(f1Max(ranking)!.value).toBeCloseTo(scalar('image_f1max'), 9)
    expect(f1Max(ranking)!.threshold).toBeCloseTo(scalar('image_f1max', 1), 9)
  })

  it('equal scikit-learn on pixels', () => {
    const map = golden('map').data as Float32Array
    const labels = golden('mask').data as Uint8Array
    const ranking = rankScores([{ scores: map, labels }])
    expect(auroc(ranking)).toBeCloseTo(scalar('pixel_auroc'), 9)
    expect(averagePrecision(ranking)).toBeCloseTo(scalar('pixel_ap'), 9)
    const rounded = map.map((score) => roundHalfEven(Math.fround(score * 100)) / 100)
    const best = f1Max(rankScores([{ scores: rounded, labels }]))!
    expect(best.value).toBeCloseTo(scalar('pixel_f1max'), 9)
    expect(best.threshold).toBeCloseTo(scalar('pixel_f1max', 1), 6)
  })
})
