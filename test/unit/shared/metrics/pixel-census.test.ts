import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { auPro } from '../../../../src/shared/metrics/au-pro.ts'
import { auroc } from '../../../../src/shared/metrics/auroc.ts'
import {
  bitsOf,
  keyOf,
  lowestKeyAbove,
  lowestKeyFrom,
} from '../../../../src/shared/metrics/float-keys.ts'
import type { CoveredMap } from '../../../../src/shared/metrics/marked-pixels.ts'
import { pooledIou } from '../../../../src/shared/metrics/pixel-agreement.ts'
import { PixelCensus } from '../../../../src/shared/metrics/pixel-census.ts'
import { extremesOf, Sketcher } from '../../../../src/shared/metrics/pixel-sketch.ts'
import { placeKeys } from '../../../../src/shared/metrics/placement.ts'
import { averagePrecision, f1Max } from '../../../../src/shared/metrics/precision-recall.ts'
import { Random } from '../../../../src/shared/random.ts'
import { naiveAuPro, naiveAuroc, naiveAveragePrecision, naiveF1Max } from './naive.ts'

const width = 5
const height = 4
/** Few values for ties, both zeros, denormals and any other float32. */
const score = fc.oneof(
  fc.constantFrom(-1, -0, 0, 1, 2, Math.fround(1e-45), -Math.fround(1e-45)),
  fc.float({ noNaN: true, noDefaultInfinity: true }),
)
/** Cover 0 … 255; −1: nobody can tell. */
const mask = fc.oneof(
  fc.array(fc.constantFrom<number>(0, 0, 0, 100, 255), { minLength: 20, maxLength: 20 }),
  fc.array(fc.constantFrom<number>(0, 0, -1, 100, 255), { minLength: 20, maxLength: 20 }),
)
const image = fc.record({
  group: fc.constantFrom('', 'a', 'b'),
  map: fc.array(score, { minLength: 20, maxLength: 20 }),
  mask,
})
type Image = typeof image extends fc.Arbitrary<infer Value> ? Value : never

const keysOf = (scores: Iterable<number>) => bitsOf(Float32Array.from(scores)).map(keyOf)

const covered = ({ map, mask: own }: Image): CoveredMap => ({
  width,
  height,
  map: Float32Array.from(map),
  mask: own.some((value) => value > 0) ? Uint8Array.from(own, (value) => Math.max(0, value)) : null,
  unknown: own.includes(-1) ? Uint8Array.from(own, (value) => Number(value === -1)) : null,
})

function censusOf(images: readonly Image[]): PixelCensus {
  const census = new PixelCensus()
  for (const one of images) census.add(covered(one), one.group)
  return census
}

/** The figures of the groups by their definitions. */
function expectDefinitions(census: PixelCensus, images: readonly Image[], groups: string[]) {
  const own = images.filter(({ group }) => groups.includes(group))
  const samples = (least: number) =>
    own.flatMap(({ map, mask: covers }) =>
      map.flatMap((value, i) =>
        covers[i] === -1 ? [] : [{ score: value, positive: covers[i]! > least }],
      ),
    )
  const { ranking, touched, overlap } = census.scope(groups)
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
  const binary = own.map(({ map, mask: covers }) => ({
    width,
    map,
    mask: covers.map((value) => (value > 127 ? 1 : 0)),
    unknown: covers.map((value) => value === -1),
  }))
  for (const limit of [0.05, 0.3]) {
    expect(auPro(ranking, overlap, limit)).toBeCloseTo(naiveAuPro(binary, limit), 11)
  }
}

describe('keys', () => {
  it('order as the numbers do, and tell where a float64 lies between them', () => {
    fc.assert(
      fc.property(score, fc.oneof(score, fc.double({ noNaN: true })), (one, other) => {
        const [key] = keysOf([one])
        expect(key! >= lowestKeyFrom(other)).toBe(one >= other)
        expect(key! >= lowestKeyAbove(other)).toBe(one > other)
      }),
      { numRuns: 500, seed: 4 },
    )
  })
})

describe('placeKeys', () => {
  it('finds how many scores lie below and on any keys', () => {
    fc.assert(
      fc.property(fc.array(score, { maxLength: 30 }), fc.array(score), (some, scores) => {
        const keys = Int32Array.from(new Set(keysOf(some))).sort()
        const sketch = new Sketcher().sketch(Float32Array.from(scores))
        const [{ below, at }] = placeKeys(keys, [[sketch]]) as [
          { below: Uint32Array; at: Uint32Array },
        ]
        const all = keysOf(scores)
        keys.forEach((key, i) => {
          expect(below[i]).toBe(all.filter((one) => one < key).length)
          expect(at[i]).toBe(all.filter((one) => one === key).length)
        })
        const extremes = scores.length === 0 ? null : [Math.min(...all), Math.max(...all)]
        expect(extremesOf(sketch)).toEqual(extremes)
      }),
      { numRuns: 150, seed: 1 },
    )
  })

  it('finds the same where thousands of scores share a bucket', () => {
    const random = new Random(3)
    const maps = [0, 1].map(() =>
      Float32Array.from({ length: 9000 }, () => 1 + random.uniform() / 200),
    )
    const sketcher = new Sketcher()
    const sketches = maps.map((map) => sketcher.sketch(map))
    const keys = Int32Array.from(
      new Set(keysOf([0.5, ...maps[0]!.subarray(0, 50), 1.002, 3])),
    ).sort()
    const placements = placeKeys(keys, [sketches, [sketches[1]!]])
    for (const [set, scores] of [
      [0, [...maps[0]!, ...maps[1]!]],
      [1, maps[1]!],
    ] as const) {
      const all = keysOf(scores)
      keys.forEach((key, i) => {
        expect(placements[set]!.below[i]).toBe(all.filter((one) => one < key).length)
        expect(placements[set]!.at[i]).toBe(all.filter((one) => one === key).length)
      })
    }
  })
})

describe('PixelCensus', () => {
  it('gives the figures of any union of groups by their definitions', () => {
    const groups = fc.subarray(['', 'a', 'b'], { minLength: 1 })
    fc.assert(
      fc.property(fc.array(image, { minLength: 1, maxLength: 4 }), groups, (images, chosen) => {
        expectDefinitions(censusOf(images), images, chosen)
      }),
      { numRuns: 120, seed: 2 },
    )
  })

  it('gives after changes of masks, and after more images, what it gives when made anew', () => {
    const changes = fc.array(fc.record({ at: fc.nat(3), mask }), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(
        fc.array(image, { minLength: 4, maxLength: 4 }),
        changes,
        image,
        (images, edits, last) => {
          const now = [...images]
          const census = censusOf(images)
          for (const { at, mask: edited } of edits) {
            census.scope(['', 'a', 'b'])
            now[at] = { ...now[at]!, mask: edited }
            census.setMask(at, covered(now[at]), now[at].group)
            const scope = census.scope(['', 'b'])
            expect(scope).toEqual(censusOf(now).scope(['', 'b']))
          }
          census.add(covered(last), last.group)
          now.push(last)
          expect(census.scope(['', 'a'])).toEqual(censusOf(now).scope(['', 'a']))
          expectDefinitions(census, now, ['', 'a', 'b'])
        },
      ),
      { numRuns: 20, seed: 3 },
    )
  })

  it.each([
    ['one value everywhere', [3, 3, 3, 3], [0, 255, 0, 255], 0.5, 0.15],
    ['a single nominal pixel among defects', [1, 2, 3, 4], [255, 0, 255, 255], 2 / 3, 1 / 2],
    ['a mask that covers no pixel by half', [1, 2, 3, 4], [0, 100, 0, 0], null, null],
    ['defects alone', [1, 2, 3, 4], [255, 255, 255, 255], null, null],
  ])('knows %s', (_, map, covers, area, perRegion) => {
    const census = new PixelCensus()
    census.add(
      { width: 4, height: 1, map: Float32Array.from(map), mask: Uint8Array.from(covers) },
      'all',
    )
    const { ranking, overlap } = census.scope(['all'])
    expect(auroc(ranking)).toBe(area)
    const found = auPro(ranking, overlap, 0.3)
    if (perRegion === null) expect(found).toBeNull()
    else expect(found).toBeCloseTo(perRegion, 12)
  })

  it('counts large maps as their definitions say', () => {
    const random = new Random(5)
    const side = 60
    const images = [0, 1].map((n) => {
      const map = Float32Array.from({ length: side * side }, () => 1 + random.uniform() / 300)
      const covers = new Uint8Array(side * side).fill(255, 900 * n, 900 * n + 200)
      return { width: side, height: side, map, mask: covers }
    })
    const census = new PixelCensus()
    for (const one of images) census.add(one, 'all')
    const { ranking } = census.scope(['all'])
    const samples = images.flatMap(({ map, mask: covers }) =>
      Array.from(map, (value, i) => ({ score: value, positive: covers[i] !== 0 })),
    )
    expect(auroc(ranking)).toBeCloseTo(naiveAuroc(samples), 12)
    expect(ranking.positives + ranking.negatives).toBe(2 * side * side)
  })

  it.each([NaN, Infinity, -Infinity, -NaN])('refuses %d', (value) => {
    const map = Float32Array.of(1.5, value)
    const add = () => new PixelCensus().add({ width: 2, height: 1, map, mask: null }, 'all')
    expect(add).toThrow(`A score is ${value}`)
  })
})

describe('pooledIou', () => {
  it('counts pixels at or over the threshold and defective ones together', () => {
    const census = new PixelCensus()
    const map = Float32Array.of(1, 2, 3, 4)
    census.add({ width: 4, height: 1, map, mask: Uint8Array.of(0, 255, 100, 255) }, 'all')
    expect(pooledIou(census.images, 3)).toBeCloseTo(1 / 3, 12)
    expect(pooledIou(census.images, 9)).toBe(0)
    const nominal = new PixelCensus()
    nominal.add({ width: 4, height: 1, map, mask: null }, 'all')
    expect(pooledIou(nominal.images, 9)).toBeNull()
  })
})
