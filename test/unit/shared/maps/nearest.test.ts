import { describe, expect, it } from 'vitest'
import {
  boxOfCells,
  cellsOf,
  gridSide,
  placeOf,
  unusualness,
} from '../../../../src/shared/maps/nearest.ts'

const image = { width: 100, height: 60 }

describe('patches in cells', () => {
  it('have layer2’s places, at most 16 a side', () => {
    expect([32, 64, 128, 256].map(gridSide)).toEqual([4, 8, 16, 16])
  })

  it('cover every pixel that was asked for and none that a cell less would not', () => {
    for (const side of [4, 8, 16])
      for (let x = 0; x < 100; x += 7)
        for (let width = 1; x + width <= 100; width += 11) {
          const cells = cellsOf({ x, y: 13, width, height: 4 }, image, side)
          const [left, right] = [cells.column, cells.column + cells.columns]
          expect(left * 100).toBeLessThanOrEqual(x * side)
          expect((left + 1) * 100).toBeGreaterThan(x * side)
          expect(right * 100).toBeGreaterThanOrEqual((x + width) * side)
          expect((right - 1) * 100).toBeLessThan((x + width) * side)
        }
  })

  it('are one cell at least and stay inside', () => {
    const corner = { x: 99, y: 59, width: 1, height: 1 }
    expect(cellsOf(corner, image, 8)).toEqual({ column: 7, row: 7, columns: 1, rows: 1 })
    const whole = cellsOf({ x: 0, y: 0, width: 100, height: 60 }, image, 8)
    expect(boxOfCells(whole, image, 8)).toEqual({ x: 0, y: 0, width: 100, height: 60 })
  })

  it('are found in another image at the same offset from their cells, and of its size', () => {
    const box = { x: 30, y: 10, width: 20, height: 12 }
    const asked = cellsOf(box, image, 10)
    expect(placeOf(box, image, asked, asked, image, 10)).toEqual(box)
    const found = { column: asked.column + 2, row: asked.row + 1 }
    expect(placeOf(box, image, asked, found, image, 10)).toEqual({ ...box, x: 50, y: 16 })
    const twice = { width: 200, height: 120 }
    expect(placeOf(box, image, asked, found, twice, 10)).toEqual({
      x: 100,
      y: 32,
      width: 40,
      height: 24,
    })
  })
})

it('is as unusual as the share of nominal distances below', () => {
  expect(unusualness(1, [])).toBeNull()
  expect(unusualness(0.3, [0.1, 0.2, 0.3, 0.4])).toBe(0.5)
  expect(unusualness(9, [0.1, 0.2])).toBe(1)
})
