import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { boxBetween } from '../../../../src/shared/masks/box.ts'
import { brushSelection } from '../../../../src/shared/masks/tools/brush.ts'
import { floodByClass } from '../../../../src/shared/masks/tools/flood-fill.ts'
import { wandSelection } from '../../../../src/shared/masks/tools/magic-wand.ts'
import { intensityOf } from '../../../../src/shared/masks/planes.ts'
import { polygonSelection } from '../../../../src/shared/masks/tools/polygon.ts'
import { isSelected } from '../../../../src/shared/masks/selection.ts'
import { ellipseSelection, rectangleSelection } from '../../../../src/shared/masks/tools/shapes.ts'
import { heatMapRegion, thresholdSelection } from '../../../../src/shared/masks/tools/threshold.ts'
import { draw, picture } from './picture.ts'

const size = { width: 7, height: 5 }
const at = (x: number, y: number) => ({ x, y })

describe('brush', () => {
  test('size 1 paints the pixel under the pointer', () => {
    expect(draw(brushSelection(at(2.9, 1.1), at(2.9, 1.1), 1, size), size)).toEqual([
      '.......',
      '..#....',
      '.......',
      '.......',
      '.......',
    ])
  })

  test('even sizes sit on pixel corners, odd ones on centres', () => {
    expect(draw(brushSelection(at(3.2, 1.8), at(3.2, 1.8), 4, size), size)).toEqual([
      '..##...',
      '.####..',
      '.####..',
      '..##...',
      '.......',
    ])
    expect(draw(brushSelection(at(3.2, 2.2), at(3.2, 2.2), 5, size), size)).toEqual([
      '..###..',
      '.#####.',
      '.#####.',
      '.#####.',
      '..###..',
    ])
  })

  test('a size-1 diagonal has one pixel in each row', () => {
    expect(draw(brushSelection(at(1, 0), at(5, 4), 1, size), size)).toEqual([
      '.#.....',
      '..#....',
      '...#...',
      '....#..',
      '.....#.',
    ])
  })

  test('it is cut off at the border', () => {
    expect(draw(brushSelection(at(-3, 0), at(1, 0), 2, size), size)).toEqual([
      '##.....',
      '.......',
      '.......',
      '.......',
      '.......',
    ])
  })

  test('it holds exactly the pixels near the segment', () => {
    const end = fc.record({
      x: fc.integer({ min: -4, max: 24 }),
      y: fc.integer({ min: -4, max: 24 }),
    })
    const canvas = { width: 20, height: 20 }
    fc.assert(
      fc.property(end, end, fc.integer({ min: 1, max: 15 }), (from, to, diameter) => {
        const shift = diameter % 2 === 1 ? 0.5 : 0
        const selection = brushSelection(from, to, diameter, canvas)
        const wrong: string[] = []
        for (let y = 0; y < 20; y++) {
          for (let x = 0; x < 20; x++) {
            const excess = distanceTo(x + 0.5 - shift, y + 0.5 - shift, from, to) - diameter / 2
            const clear = Math.abs(excess) > 1e-6
            if (clear && isSelected(selection, x, y) !== excess < 0) wrong.push(`${x},${y}`)
          }
        }
        expect(wrong).toEqual([])
      }),
    )
  })
})

function distanceTo(
  x: number,
  y: number,
  a: { x: number; y: number },
  b: { x: number; y: number },
): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y]
  const squared = dx * dx + dy * dy
  const t =
    squared === 0 ? 0 : Math.min(Math.max(((x - a.x) * dx + (y - a.y) * dy) / squared, 0), 1)
  return Math.hypot(x - a.x - t * dx, y - a.y - t * dy)
}

describe('polygon', () => {
  test('pixels count by their centres', () => {
    const triangle = [at(0, 0), at(7, 0), at(0, 5)]
    expect(draw(polygonSelection(triangle, size), size)).toEqual([
      '######.',
      '#####..',
      '###....',
      '##.....',
      '#......',
    ])
  })

  test('fill rules differ where a lasso overlaps itself', () => {
    const twice = [at(0, 0), at(5, 0), at(5, 5), at(0, 5), at(0, 0), at(3, 0), at(3, 3), at(0, 3)]
    expect(draw(polygonSelection(twice, size, 'even-odd'), size)).toEqual([
      '...##..',
      '...##..',
      '...##..',
      '#####..',
      '#####..',
    ])
    expect(draw(polygonSelection(twice, size, 'non-zero'), size)).toEqual(
      draw(rectangleSelection({ x: 0, y: 0, width: 5, height: 5 }, size), size),
    )
  })

  test('it may reach beyond the image, and two points are nothing', () => {
    const around = [at(-9, -9), at(20, -9), at(20, 20), at(-9, 20)]
    expect(polygonSelection(around, size).box).toEqual({ x: 0, y: 0, width: 7, height: 5 })
    expect(polygonSelection([at(0, 0), at(5, 5)], size).bits).toHaveLength(0)
    expect(polygonSelection([at(20, 1), at(30, 1), at(30, 4)], size).bits).toHaveLength(0)
  })

  test('a polygon cut in two by a line falls into two parts without gap or overlap', () => {
    const grid = fc.integer({ min: -8, max: 32 }).map((n) => n / 4)
    fc.assert(
      fc.property(grid, grid, (top, bottom) => {
        const left = [at(-9, -9), at(top, -9), at(bottom, 9), at(-9, 9)]
        const right = [at(top, -9), at(20, -9), at(20, 9), at(bottom, 9)]
        const [a, b] = [polygonSelection(left, size), polygonSelection(right, size)]
        for (let y = 0; y < 5; y++) {
          for (let x = 0; x < 7; x++) expect(isSelected(a, x, y)).toBe(!isSelected(b, x, y))
        }
      }),
    )
  })
})

test('rectangle and ellipse fill the box between two points', () => {
  const box = boxBetween(at(5.4, 4.9), at(1.2, 0.1))
  expect(box).toEqual({ x: 1, y: 0, width: 5, height: 5 })
  expect(draw(rectangleSelection(box, { width: 3, height: 2 }), size)).toEqual([
    '.##....',
    '.##....',
    '.......',
    '.......',
    '.......',
  ])
  expect(draw(ellipseSelection(box, size), size)).toEqual([
    '..###..',
    '.#####.',
    '.#####.',
    '.#####.',
    '..###..',
  ])
  expect(draw(ellipseSelection({ x: 0, y: 1, width: 7, height: 1 }, size), size)[1]).toBe('#######')
})

describe('flood fill', () => {
  const mask = picture('11..1', '.11..', '...11', '11111')

  test('by class, with and without corners', () => {
    expect(draw(floodByClass(mask, at(0.5, 0.5), 4), mask)).toEqual([
      '##...',
      '.##..',
      '.....',
      '.....',
    ])
    expect(draw(floodByClass(mask, at(0, 0), 8), mask)).toEqual([
      '##...',
      '.##..',
      '...##',
      '#####',
    ])
    expect(draw(floodByClass(mask, at(0, 2), 4), mask)).toEqual([
      '.....',
      '#....',
      '###..',
      '.....',
    ])
    expect(floodByClass(mask, at(5, 0), 4).bits).toHaveLength(0)
  })

  test('it agrees with following neighbours one by one', () => {
    const rows = fc.array(fc.stringMatching(/^[.1]{6}$/), { minLength: 6, maxLength: 6 })
    fc.assert(
      fc.property(
        rows,
        fc.nat(5),
        fc.nat(5),
        fc.constantFrom(4, 8),
        (lines, x, y, connectivity) => {
          const board = picture(...lines)
          const region = floodByClass(board, at(x, y), connectivity)
          expect(draw(region, board)).toEqual(neighbours(lines, x, y, connectivity))
        },
      ),
    )
  })
})

function neighbours(lines: string[], x: number, y: number, connectivity: 4 | 8): string[] {
  const out = lines.map((line) => [...line].map(() => '.'))
  const letter = lines[y]![x]
  const visit = (column: number, row: number): void => {
    if (lines[row]?.[column] !== letter || out[row]![column] === '#') return
    out[row]![column] = '#'
    for (const dy of [-1, 0, 1]) {
      for (const dx of [-1, 0, 1]) {
        if (connectivity === 8 || dx * dy === 0) visit(column + dx, row + dy)
      }
    }
  }
  visit(x, y)
  return out.map((row) => row.join(''))
}

test('the wand follows colour distance, contiguous or everywhere, and stops at defects', () => {
  const colours = [
    [10, 0, 0],
    [13, 4, 0],
    [90, 0, 0],
    [10, 0, 1],
    [10, 0, 0],
  ]
  const image = {
    width: 5,
    height: 1,
    data: Uint8ClampedArray.from(colours.flatMap((colour) => [...colour, 255])),
  }
  const wand = (tolerance: number, contiguous: boolean, stopAt = picture('.....')) =>
    draw(
      wandSelection(image, at(0, 0), { tolerance, contiguous, connectivity: 4, stopAt }),
      image,
    )[0]
  expect(wand(5, true)).toBe('##...')
  expect(wand(4.9, true)).toBe('#....')
  expect(wand(5, false)).toBe('##.##')
  expect(wand(80, true)).toBe('#####')
  expect(wand(80, true, picture('.2...'))).toBe('#....')
  expect(wand(80, false, picture('.2...'))).toBe('#.###')
})

test('intensity has the weights of BT.601', () => {
  const data = Uint8ClampedArray.from([255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255])
  expect([...intensityOf({ width: 3, height: 1, data }).data].map((v) => v.toFixed(3))).toEqual([
    '76.245',
    '149.685',
    '29.070',
  ])
})

describe('thresholds', () => {
  const map = { width: 2, height: 1, data: Float32Array.from([0, 1]) }

  test('a map of another size is sampled bilinearly with half-pixel centres', () => {
    // At width 8 the samples are 0 0 ⅛ ⅜ ⅝ ⅞ 1 1.
    const wide = { width: 8, height: 2 }
    expect(draw(thresholdSelection(map, wide, 0.375), wide)).toEqual(['...#####', '...#####'])
    expect(draw(thresholdSelection(map, wide, 0.126, 0.7), wide)).toEqual(['...##...', '...##...'])
  })

  test('a region of the heat map is the connected part around the point', () => {
    const heat = { width: 5, height: 2, data: Float32Array.from([9, 1, 9, 9, 1, 9, 1, 1, 1, 9]) }
    expect(draw(heatMapRegion(heat, heat, at(2, 0), 9), heat)).toEqual(['..##.', '....#'])
    expect(draw(heatMapRegion(heat, heat, at(2, 0), 9, 4), heat)).toEqual(['..##.', '.....'])
    expect(heatMapRegion(heat, heat, at(1, 0), 9).bits).toHaveLength(0)
  })
})
