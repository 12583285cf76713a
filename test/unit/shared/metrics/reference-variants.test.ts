import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PixelCensus } from '../../../../src/shared/metrics/pixel-census.ts'
import { referencePro } from '../../../../src/shared/metrics/reference-variants.ts'
import { naiveRegions } from './naive.ts'

interface MaskedMap {
  readonly width: number
  readonly height: number
  readonly map: readonly number[]
  readonly mask: readonly number[]
}

function proOf(images: readonly MaskedMap[]): number | null {
  const census = new PixelCensus()
  for (const { map, mask, ...size } of images) {
    census.add({ ...size, map: Float32Array.from(map), mask: Uint8Array.from(mask) }, 'all')
  }
  return referencePro(census.images)
}

const width = 7
const height = 6
const pixels = <T>(value: fc.Arbitrary<T>) =>
  fc.array(value, { minLength: width * height, maxLength: width * height })
const image = fc.record({
  width: fc.constant(width),
  height: fc.constant(height),
  map: pixels(fc.float({ noNaN: true, min: 0, max: 1 })),
  mask: pixels(fc.constantFrom(0, 0, 0, 0, 64, 200, 255)),
})

/** The reference's loop, threshold by threshold. */
function naivePro(images: readonly MaskedMap[]): number | null {
  const all = images.flatMap(({ map }) => Array.from(map))
  const [low, high] = [Math.min(...all), Math.max(...all)]
  const regions = images.flatMap(({ map, mask }) =>
    naiveRegions(
      Array.from(mask, (value) => (value === 255 ? 1 : 0)),
      width,
    ).map((region) => [...region].map((pixel) => map[pixel]!)),
  )
  const outside = images.flatMap(({ map, mask }) =>
    Array.from(map).filter((_, pixel) => mask[pixel]! < 255),
  )
  const nominal = images.flatMap(({ mask }) => Array.from(mask, (value) => 1 - value / 255))
  const area = nominal.reduce((sum, part) => sum + part, 0)
  const curve = Array.from({ length: 200 }, (_, k) => low + k * ((high - low) / 200))
    .map((threshold) => ({
      fpr: outside.filter((score) => score > threshold).length / area,
      pro:
        regions.reduce((sum, r) => sum + r.filter((s) => s > threshold).length / r.length, 0) /
        regions.length,
    }))
    .filter(({ fpr }) => fpr < 0.3)
  const largest = Math.max(...curve.map(({ fpr }) => fpr))
  if (curve.length < 2 || largest === 0) return null
  let sum = 0
  for (let i = 1; i < curve.length; i++) {
    const [a, b] = [curve[i - 1]!, curve[i]!]
    sum += (((a.fpr - b.fpr) / largest) * (a.pro + b.pro)) / 2
  }
  return sum
}

describe('referencePro', () => {
  it("follows the reference's loop over 200 thresholds", () => {
    const some = fc
      .array(image, { minLength: 1, maxLength: 3 })
      .filter((list) => list.some(({ mask }) => mask.includes(255)))
    fc.assert(
      fc.property(some, (list) => {
        const expected = naivePro(list)
        const value = proOf(list)
        if (expected === null) expect(value).toBeNull()
        else expect(value).toBeCloseTo(expected, 10)
      }),
      { numRuns: 200, seed: 1 },
    )
  })

  it('is null without a fully covered pixel', () => {
    expect(proOf([{ width: 2, height: 1, map: [0, 1], mask: [0, 254] }])).toBeNull()
  })
})
