import { boxFromEdges, type Point, type Size } from '../box.ts'
import { EMPTY_SELECTION, selectSpans, trimSelection, type Selection } from '../selection.ts'

/** What is inside a polygon that crosses itself: odd number of crossings, or any winding but 0. */
export type FillRule = 'even-odd' | 'non-zero'

interface Crossing {
  readonly x: number
  /** +1 for an edge going down, −1 for one going up. */
  readonly winding: number
}

/**
 * The pixels whose centres lie inside a polygon or lasso; it closes itself. Left and top borders
 * belong to it, right and bottom do not, so polygons that share an edge never share a pixel.
 */
export function polygonSelection(
  points: readonly Point[],
  size: Size,
  rule: FillRule = 'non-zero',
): Selection {
  if (points.length < 3) return EMPTY_SELECTION
  const crossings = Array.from({ length: size.height }, (): Crossing[] => [])
  let left = Infinity
  let right = -Infinity
  points.forEach((p, i) => {
    const q = points[(i + 1) % points.length]!
    left = Math.min(left, p.x)
    right = Math.max(right, p.x)
    addCrossings(crossings, p, q)
  })
  const box = boxFromEdges(
    Math.max(Math.floor(left), 0),
    0,
    Math.min(Math.ceil(right), size.width) - 1,
    size.height - 1,
  )
  const selection = selectSpans(box, size, (row, select) => {
    const line = crossings[row]!.sort((a, b) => a.x - b.x)
    let winding = 0
    for (let i = 0; i + 1 < line.length; i++) {
      const { x, winding: step } = line[i]!
      winding += rule === 'non-zero' ? step : 1
      const inside = rule === 'non-zero' ? winding !== 0 : winding % 2 === 1
      if (inside) select(Math.ceil(x - 0.5), Math.ceil(line[i + 1]!.x - 0.5))
    }
  })
  return trimSelection(selection)
}

/** Adds where an edge crosses the lines through pixel centres; the lower end does not count. */
function addCrossings(crossings: Crossing[][], p: Point, q: Point): void {
  const winding = q.y > p.y ? 1 : -1
  const [top, bottom] = winding === 1 ? [p, q] : [q, p]
  const first = Math.max(Math.ceil(top.y - 0.5), 0)
  const end = Math.min(Math.ceil(bottom.y - 0.5), crossings.length)
  for (let row = first; row < end; row++) {
    const share = (row + 0.5 - top.y) / (bottom.y - top.y)
    crossings[row]!.push({ x: top.x + share * (bottom.x - top.x), winding })
  }
}
