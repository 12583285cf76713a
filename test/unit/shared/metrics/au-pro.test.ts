import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { auPro } from '../../../../src/shared/metrics/au-pro.ts'
import { connectedComponents } from '../../../../src/shared/metrics/connected-components.ts'
import { PixelCensus } from '../../../../src/shared/metrics/pixel-census.ts'
import { readGolden } from '../../../support/safetensors.ts'
import { naiveAuPro, naiveRegions } from './naive.ts'

interface MaskedMap {
  readonly width: number
  readonly height: number
  readonly map: ArrayLike<number>
  readonly mask: ArrayLike<number> | null
}

function exactAuPro(images: readonly MaskedMap[], limit: number): number | null {
  const census = new PixelCensus()
  for (const { map, mask, ...size } of images) {
    const covered = mask && Uint8Array.from(mask, (value) => value * 255)
    census.add({ ...size, map: Float32Array.from(map), mask: covered }, 'all')
  }
  const { ranking, overlap } = census.scope(['all'])
  return auPro(ranking, overlap, limit)
}

const width = 6
const height = 5
const pixels = <T>(value: fc.Arbitrary<T>) =>
  fc.array(value, { minLength: width * height, maxLength: width * height })
const image = fc.record({
  width: fc.constant(width),
  height: fc.constant(height),
  map: pixels(fc.oneof(fc.integer({ min: 0, max: 4 }), fc.float({ noNaN: true, min: 0, max: 1 }))),
  mask: pixels(fc.constantFrom(0, 0, 0, 1)),
})

describe('connectedComponents', () => {
  it('finds the regions that touch by sides or corners', () => {
    fc.assert(
      fc.property(pixels(fc.constantFrom(0, 1)), (mask) => {
        const { labels, areas } = connectedComponents(mask, width, height)
        const expected = naiveRegions(mask, width)
        expect(areas.length).toBe(expected.length)
        for (const region of expected) {
          const found = new Set([...region].map((pixel) => labels[pixel]))
          expect(found.size).toBe(1)
          expect(areas[[...found][0]! - 1]).toBe(region.size)
        }
        expect(Array.from(labels, (label) => Number(label > 0))).toEqual(mask)
      }),
      { numRuns: 300, seed: 1 },
    )
  })

  it('labels a large region without exhausting the stack', () => {
    const side = 1500
    const { areas } = connectedComponents(new Uint8Array(side * side).fill(1), side, side)
    expect(areas).toEqual([side * side])
  })
})

describe('auPro', () => {
  it.each([0.05, 0.3, 1])('equals the definition for any maps, limit %d', (limit) => {
    const some = fc
      .array(image, { minLength: 1, maxLength: 3 })
      .filter((list) => list.some(({ mask }) => mask.includes(1)))
      .filter((list) => list.some(({ mask }) => mask.includes(0)))
    fc.assert(
      fc.property(some, (list) => {
        expect(exactAuPro(list, limit)).toBeCloseTo(naiveAuPro(list, limit), 11)
      }),
      { numRuns: 200, seed: 2 },
    )
  })

  it.each([0.3, 0.05])("equals MVTec's published algorithm, limit %d", (limit) => {
    const golden = readGolden('scoring.safetensors')
    const [map, mask] = [golden('map'), golden('mask')]
    const [count, rows, columns] = map.shape as [number, number, number]
    const images = Array.from({ length: count }, (_, i) => {
      const range = [i * rows * columns, (i + 1) * rows * columns] as const
      return {
        width: columns,
        height: rows,
        map: (map.data as Float32Array).subarray(...range),
        mask: (mask.data as Uint8Array).subarray(...range),
      }
    })
    expect(exactAuPro(images, limit)).toBeCloseTo(golden(`aupro_${limit}`).data[0] as number, 9)
  })

  it('is 1 for a perfect map, and null without a region or a nominal pixel', () => {
    const perfect = { width: 2, height: 1, map: [0, 1], mask: [0, 1] }
    expect(exactAuPro([perfect], 0.3)).toBe(1)
    expect(exactAuPro([{ ...perfect, mask: null }], 0.3)).toBeNull()
    expect(exactAuPro([{ ...perfect, mask: [1, 1] }], 0.3)).toBeNull()
  })
})
