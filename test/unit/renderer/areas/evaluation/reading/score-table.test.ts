import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  nearestPoint,
  precisionRecallCurve,
  rocCurve,
} from '../../../../../../src/renderer/src/areas/evaluation/reading/curves.ts'
import { ScoreTable } from '../../../../../../src/renderer/src/areas/evaluation/reading/score-table.ts'
import { auroc } from '../../../../../../src/shared/metrics/auroc.ts'
import { rankScores } from '../../../../../../src/shared/metrics/ranking.ts'

const item = fc.record({
  anomalous: fc.boolean(),
  defectType: fc.constantFrom('crack', 'hole'),
  score: fc.oneof(fc.integer({ min: 0, max: 4 }), fc.double({ min: 0, max: 5, noNaN: true })),
})
const items = fc.array(item, { minLength: 1, maxLength: 40 })
const threshold = fc.double({ min: -1, max: 6, noNaN: true })

describe('ScoreTable', () => {
  it('calls images as comparing each of them does', () => {
    fc.assert(
      fc.property(items, threshold, fc.option(threshold), (list, first, second) => {
        const low = second === null ? first : Math.min(first, second)
        const upper = second === null ? null : Math.max(first, second)
        const table = new ScoreTable(list)
        const { nominal, defective } = table.at(low, upper)
        for (const [called, anomalous] of [
          [nominal, false],
          [defective, true],
        ] as const) {
          const own = list.filter((entry) => entry.anomalous === anomalous)
          expect(called).toEqual({
            total: own.length,
            nominal: own.filter(({ score }) => score < low).length,
            unsure: own.filter(({ score }) => score >= low && score < (upper ?? low)).length,
            defective: own.filter(({ score }) => score >= (upper ?? low)).length,
          })
        }
        expect(table.missed(low)).toHaveLength(defective.nominal)
        expect(table.alarms(upper ?? low)).toHaveLength(nominal.defective)
        const byType = table.types.map((type) => table.ofType(type, low, upper))
        const sum = (key: 'nominal' | 'unsure' | 'defective') =>
          byType.reduce((total, called) => total + called[key], 0)
        expect([sum('nominal'), sum('unsure'), sum('defective')]).toEqual([
          defective.nominal,
          defective.unsure,
          defective.defective,
        ])
      }),
      { numRuns: 300, seed: 1 },
    )
  })

  it('lists errors worst first', () => {
    const table = new ScoreTable([
      { anomalous: true, defectType: 'a', score: 2 },
      { anomalous: true, defectType: 'a', score: 1 },
      { anomalous: false, defectType: 'good', score: 5 },
      { anomalous: false, defectType: 'good', score: 9 },
    ])
    expect(table.missed(3).map(({ score }) => score)).toEqual([1, 2])
    expect(table.alarms(3).map(({ score }) => score)).toEqual([9, 5])
  })

  it('steps from one distinct score to the next, to both ends', () => {
    const scores = [1, 2, 2, 4].map((score) => ({ anomalous: false, defectType: 'good', score }))
    const table = new ScoreTable(scores)
    expect(table.stepped(1, 1)).toBe(2)
    expect(table.stepped(1.5, 1)).toBe(2)
    expect(table.stepped(1.5, -1)).toBe(1)
    expect(table.stepped(2, 1)).toBe(4)
    expect(table.at(table.stepped(4, 1), null).nominal.defective).toBe(0)
    expect(table.stepped(4, Infinity)).toBeGreaterThan(4)
    expect(table.stepped(4, -Infinity)).toBe(1)
    expect(table.stepped(1, -1)).toBe(1)
  })
})

describe('curves', () => {
  it('have AUROC under the ROC curve, and each point is what its threshold gives', () => {
    const both = items.filter((list) => new Set(list.map((entry) => entry.anomalous)).size === 2)
    fc.assert(
      fc.property(both, (list) => {
        const table = new ScoreTable(list)
        const curve = rocCurve(list)
        let area = 0
        for (let i = 1; i < curve.length; i++) {
          const [a, b] = [curve[i - 1]!, curve[i]!]
          area += ((b.x - a.x) * (a.y + b.y)) / 2
        }
        const labels = list.map((entry) => Number(entry.anomalous))
        const scores = list.map(({ score }) => score)
        expect(area).toBeCloseTo(auroc(rankScores([{ scores, labels }]))!, 10)
        for (const point of curve) {
          const { nominal, defective } = table.at(point.threshold, null)
          expect(point.x).toBe(nominal.defective / nominal.total)
          expect(point.y).toBe(defective.defective / defective.total)
        }
        for (const point of precisionRecallCurve(list)) {
          const { nominal, defective } = table.at(point.threshold, null)
          expect(point.x).toBe(defective.defective / defective.total)
          expect(point.y).toBe(defective.defective / (defective.defective + nominal.defective))
        }
      }),
      { numRuns: 200, seed: 2 },
    )
  })

  it('are left where a class is absent, and found by the nearest point', () => {
    const nominal = [{ anomalous: false, defectType: 'good', score: 1 }]
    expect([rocCurve(nominal), precisionRecallCurve(nominal)]).toEqual([[], []])
    const points = [
      { x: 0, y: 0, threshold: 2 },
      { x: 1, y: 1, threshold: 1 },
    ]
    expect(nearestPoint(points, 0.6, 0.7)?.threshold).toBe(1)
    expect(nearestPoint([], 0, 0)).toBeNull()
  })
})
