import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { difference } from '../../../../../src/shared/masks/boolean.ts'
import { squaredDistances } from '../../../../../src/shared/masks/regions/distance-transform.ts'
import { fillHoles } from '../../../../../src/shared/masks/regions/fill-holes.ts'
import { removeIslands, splitRegions } from '../../../../../src/shared/masks/regions/islands.ts'
import {
  close,
  grow,
  open,
  shrink,
  smooth,
} from '../../../../../src/shared/masks/regions/morphology.ts'
import { isSelected, type Selection } from '../../../../../src/shared/masks/selection.ts'
import { anySelection, bitsOf, complement, countSelected, draw, pixels, union } from '../picture.ts'

const radius = fc.constantFrom(0, 1, 1.5, 2, 2.5, 3)
const isSubset = (a: Selection, b: Selection): boolean => countSelected(difference(a, b)) === 0

test('distances are exact', () => {
  const sized = fc
    .record({ width: fc.integer({ min: 1, max: 9 }), height: fc.integer({ min: 1, max: 9 }) })
    .chain((size) => fc.record({ size: fc.constant(size), bits: bitsOf(size) }))
  fc.assert(
    fc.property(sized, fc.constantFrom(0, 1), ({ size, bits }, target) => {
      fc.pre(bits.includes(target))
      const distances = squaredDistances(bits, size, target)
      bits.forEach((_, i) => {
        let nearest = Infinity
        bits.forEach((bit, j) => {
          if (bit !== target) return
          const dx = (i % size.width) - (j % size.width)
          const dy = Math.floor(i / size.width) - Math.floor(j / size.width)
          nearest = Math.min(nearest, dx * dx + dy * dy)
        })
        expect(distances[i]).toBe(nearest)
      })
    }),
  )
})

describe('grow and shrink', () => {
  const dot = pixels('.......', '.......', '.......', '...#...', '.......', '.......', '.......')

  test('a pixel grows into a disc and shrinks back', () => {
    const disc = grow(dot, 2, dot.box)
    expect(draw(disc, dot.box)).toEqual([
      '.......',
      '...#...',
      '..###..',
      '.#####.',
      '..###..',
      '...#...',
      '.......',
    ])
    expect(draw(shrink(disc, 1, dot.box), dot.box)).toEqual([
      '.......',
      '.......',
      '...#...',
      '..###..',
      '...#...',
      '.......',
      '.......',
    ])
  })

  test('the border of the image does not eat', () => {
    const corner = pixels('##.', '##.', '...')
    expect(draw(shrink(corner, 1, corner.box), corner.box)).toEqual(['#..', '...', '...'])
    const all = pixels('##', '##')
    expect(shrink(all, 5, all.box)).toEqual(all)
  })

  test('shrinking is growing the rest', () => {
    fc.assert(
      fc.property(anySelection, radius, ({ size, selection }, r) => {
        const dual = complement(grow(complement(selection, size), r, size), size)
        expect(draw(shrink(selection, r, size), size)).toEqual(draw(dual, size))
      }),
    )
  })

  test('opening only takes away, closing only adds, and twice is once', () => {
    fc.assert(
      fc.property(anySelection, radius, ({ size, selection }, r) => {
        const opened = open(selection, r, size)
        const closed = close(selection, r, size)
        expect(isSubset(opened, selection)).toBe(true)
        expect(isSubset(selection, closed)).toBe(true)
        expect(open(opened, r, size)).toEqual(opened)
        expect(close(closed, r, size)).toEqual(closed)
      }),
    )
  })

  test('opening drops a hair, closing a crack', () => {
    const size = { width: 7, height: 5 }
    // A disc around the third pixel of the middle row holds the fourth.
    const haired = pixels('.......', '###....', '#######', '###....', '.......')
    expect(draw(open(haired, 1, size), size)[2]).toBe('####...')
    const cracked = pixels('.......', '###.###', '###.###', '###.###', '.......')
    expect(draw(close(cracked, 1, size), size)[2]).toBe('#######')
  })
})

describe('smooth', () => {
  test('removes a speck, fills a pinhole and keeps a straight border', () => {
    const rough = pixels('#...', '####', '#.##', '####', '####')
    expect(
      draw(smooth(pixels('...', '.#.', '...'), 1, rough.box), rough.box).join(''),
    ).not.toContain('#')
    expect(draw(smooth(rough, 1, rough.box), rough.box)[2]).toBe('####')
    const half = pixels('....', '....', '####', '####')
    expect(draw(smooth(half, 1, half.box), half.box)).toEqual(draw(half, half.box))
  })

  test('is the majority of the window within the image', () => {
    fc.assert(
      fc.property(anySelection, fc.nat(3), ({ size, selection }, r) => {
        const smoothed = smooth(selection, r, size)
        for (let y = 0; y < size.height; y++) {
          for (let x = 0; x < size.width; x++) {
            let [inside, all] = [0, 0]
            for (let v = Math.max(y - r, 0); v <= Math.min(y + r, size.height - 1); v++) {
              for (let u = Math.max(x - r, 0); u <= Math.min(x + r, size.width - 1); u++) {
                all++
                if (isSelected(selection, u, v)) inside++
              }
            }
            expect(isSelected(smoothed, x, y)).toBe(2 * inside > all)
          }
        }
      }),
    )
  })
})

describe('holes', () => {
  test('are filled unless they lead out through sides or reach the border', () => {
    const ring = pixels('.###..', '#...#.', '#.#.#.', '.###.#', '.....#')
    expect(draw(fillHoles(ring), ring.box)).toEqual([
      '.###..',
      '#####.',
      '#####.',
      '.###.#',
      '.....#',
    ])
    const bay = pixels('#.#', '#.#', '###')
    expect(draw(fillHoles(bay), bay.box)).toEqual(draw(bay, bay.box))
  })

  test('filling adds only, and twice is once', () => {
    fc.assert(
      fc.property(anySelection, ({ selection }) => {
        const filled = fillHoles(selection)
        expect(isSubset(selection, filled)).toBe(true)
        expect(fillHoles(filled)).toEqual(filled)
      }),
    )
  })
})

describe('islands', () => {
  const three = pixels('#...#', '.#...', '...##')

  test('small ones go; corners connect', () => {
    expect(draw(removeIslands(three, 2), three.box)).toEqual(['#....', '.#...', '...##'])
    expect(draw(removeIslands(three, 3), three.box).join('')).not.toContain('#')
  })

  test('the regions of a selection are disjoint and make it up again', () => {
    expect(splitRegions(three).map((region) => region.box)).toEqual([
      { x: 0, y: 0, width: 2, height: 2 },
      { x: 4, y: 0, width: 1, height: 1 },
      { x: 3, y: 2, width: 2, height: 1 },
    ])
    fc.assert(
      fc.property(anySelection, fc.nat(6), ({ size, selection }, minimum) => {
        const regions = splitRegions(selection)
        const total = regions.reduce((sum, region) => sum + countSelected(region), 0)
        const nothing = difference(selection, selection)
        expect(total).toBe(countSelected(selection))
        expect(draw(regions.reduce(union, nothing), size)).toEqual(draw(selection, size))
        const large = regions.filter((region) => countSelected(region) >= minimum)
        expect(draw(large.reduce(union, nothing), size)).toEqual(
          draw(removeIslands(selection, minimum), size),
        )
      }),
    )
  })
})

test('a difference has what the one selects and the other does not', () => {
  const two = fc
    .record({ width: fc.integer({ min: 1, max: 8 }), height: fc.integer({ min: 1, max: 8 }) })
    .chain((size) => fc.record({ size: fc.constant(size), a: bitsOf(size), b: bitsOf(size) }))
  fc.assert(
    fc.property(two, ({ size, a, b }) => {
      const box = { x: 0, y: 0, ...size }
      const [first, second] = [
        { box, bits: a },
        { box, bits: b },
      ]
      const left = difference(first, second)
      a.forEach((bit, i) => {
        const [x, y] = [i % size.width, Math.floor(i / size.width)]
        expect(isSelected(left, x, y)).toBe(bit === 1 && b[i] === 0)
      })
    }),
  )
})
