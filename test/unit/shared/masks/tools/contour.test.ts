import fc from 'fast-check'
import { expect, test } from 'vitest'
import { contours } from '../../../../../src/shared/masks/tools/contour.ts'
import { polygonSelection } from '../../../../../src/shared/masks/tools/polygon.ts'
import { anySelection, draw, pixels } from '../picture.ts'

test('a ring has an outer outline clockwise and an inner one counter-clockwise', () => {
  const ring = pixels('###', '#.#', '###')
  expect(contours(ring).map((outline) => [...outline])).toEqual([
    [3, 0, 3, 3, 0, 3, 0, 0],
    [2, 2, 2, 1, 1, 1, 1, 2],
  ])
})

test('regions that touch at a corner share an outline only with connectivity 8', () => {
  const touching = pixels('#.', '.#')
  expect(contours(touching, 8)).toHaveLength(1)
  expect(contours(touching, 4).map((outline) => [...outline])).toEqual([
    [1, 0, 1, 1, 0, 1, 0, 0],
    [2, 1, 2, 2, 1, 2, 1, 1],
  ])
})

test('outlines enclose the selection exactly', () => {
  fc.assert(
    fc.property(anySelection, fc.constantFrom(4, 8), ({ size, selection }, connectivity) => {
      const inside = new Int32Array(size.width * size.height)
      let edges = 0
      for (const outline of contours(selection, connectivity)) {
        const corners = Array.from({ length: outline.length / 2 }, (_, i) => ({
          x: outline[2 * i]!,
          y: outline[2 * i + 1]!,
        }))
        corners.forEach((p, i) => {
          const q = corners[(i + 1) % corners.length]!
          edges += Math.abs(p.x - q.x) + Math.abs(p.y - q.y)
        })
        draw(polygonSelection(corners, size, 'even-odd'), size)
          .join('')
          .split('')
          .forEach((letter, i) => {
            if (letter === '#') inside[i]! ^= 1
          })
      }
      const expected = draw(selection, size)
      expect([...inside].map((bit) => (bit === 1 ? '#' : '.')).join('')).toBe(expected.join(''))
      expect(edges).toBe(perimeter(expected))
    }),
  )
})

function perimeter(rows: string[]): number {
  let edges = 0
  const on = (x: number, y: number) => rows[y]?.[x] === '#'
  rows.forEach((row, y) =>
    [...row].forEach((letter, x) => {
      if (letter !== '#') return
      for (const [u, v] of [
        [x - 1, y],
        [x + 1, y],
        [x, y - 1],
        [x, y + 1],
      ] as const) {
        if (!on(u, v)) edges++
      }
    }),
  )
  return edges
}
