import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { auPro } from '../../../../src/shared/metrics/au-pro.ts'
import { auroc } from '../../../../src/shared/metrics/auroc.ts'
import { Ladder } from '../../../../src/shared/metrics/ladder.ts'
import { PixelTally } from '../../../../src/shared/metrics/pixel-tally.ts'
import { averagePrecision, f1Max } from '../../../../src/shared/metrics/precision-recall.ts'
import { naiveAuPro, naiveAuroc, naiveAveragePrecision, naiveF1Max } from './naive.ts'

const width = 5
const height = 4
/** Few values for ties, both zeros, denormals and any other float32. */
const score = fc.oneof(
  fc.constantFrom(-1, -0, 0, 1, 2, Math.fround(1e-45), -Math.fround(1e-45)),
  fc.float({ noNaN: true, noDefaultInfinity: true }),
)
const image = fc.record({
  group: fc.constantFrom('', 'a', 'b'),
  map: fc.array(score, { minLength: 20, maxLength: 20 }),
  mask: fc.array(fc.constantFrom(0, 0, 0, 100, 255), { minLength: 20, maxLength: 20 }),
})

describe('Ladder', () => {
  it('finds every float32 in the slot that comparing gives', () => {
    fc.assert(
      fc.property(fc.array(score, { maxLength: 30 }), fc.array(score), (some, scores) => {
        const rungs = [...new Set(some.map((value) => value + 0))].sort((a, b) => a - b)
        const ladder = new Ladder(Float64Array.from(rungs))
        const expected = new Uint32Array(ladder.slots)
        for (const value of scores) {
          const below = rungs.filter((rung) => rung < value).length
          expected[2 * below + (rungs.includes(value + 0) ? 1 : 0)]! += 1
        }
        const counted = (values: ArrayLike<number>) =>
          ladder.count([{ scores: values, labels: null }])
        expect(counted(Float32Array.from(scores))).toEqual(expected)
        expect(counted(Float64Array.from(scores))).toEqual(expected)
      }),
      { numRuns: 300, seed: 1 },
    )
  })

  it('refuses scores that are not finite', () => {
    const ladder = new Ladder(Float64Array.of(1, 2))
    for (const value of [NaN, Infinity, -Infinity]) {
      const scores = Float32Array.of(1.5, value)
      expect(() => ladder.count([{ scores, labels: null }])).toThrow(`A score is ${value}`)
    }
  })
})

describe('PixelTally', () => {
  it('gives the figures of any union of groups by their definitions', () => {
    const groups = fc.subarray(['', 'a', 'b'], { minLength: 1 })
    fc.assert(
      fc.property(fc.array(image, { minLength: 1, maxLength: 4 }), groups, (images, chosen) => {
        const tally = new PixelTally(
          images.map(({ map, mask }) => ({
            width,
            height,
            map: Float32Array.from(map),
            mask: mask.some((value) => value > 0) ? Uint8Array.from(mask) : null,
          })),
          (index) => images[index]!.group,
        )
        const own = images.filter(({ group }) => chosen.includes(group))
        const samples = (least: number) =>
          own.flatMap(({ map, mask }) =>
            map.map((value, i) => ({ score: value, positive: mask[i]! > least })),
          )
        const { ranking, touched, overlap } = tally.scope(chosen)
        for (const [found, all] of [
          [ranking, samples(127)],
          [touched, samples(0)],
        ] as const) {
          const both = new Set(all.map(({ positive }) => positive)).size === 2
          if (!both) {
            expect(auroc(found)).toBeNull()
            continue
          }
          expect(auroc(found)).toBeCloseTo(naiveAuroc(all), 12)
          expect(averagePrecision(found)).toBeCloseTo(naiveAveragePrecision(all), 12)
          expect(f1Max(found)!.value).toBeCloseTo(naiveF1Max(all), 12)
        }
        if (auroc(ranking) === null) return
        const binary = own.map(({ map, mask }) => ({
          width,
          map,
          mask: mask.map((value) => (value > 127 ? 1 : 0)),
        }))
        expect(auPro(ranking, overlap, 0.3)).toBeCloseTo(naiveAuPro(binary, 0.3), 11)
      }),
      { numRuns: 300, seed: 2 },
    )
  })
})
