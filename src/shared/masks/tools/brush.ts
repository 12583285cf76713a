import { boxFromEdges, type Point, type Size } from '../box.ts'
import { selectSpans, type Selection } from '../selection.ts'

/** Absorbs rounding, so that a pixel exactly on the edge of the disc always belongs to it. */
const TOLERANCE = 1e-9

/**
 * The pixels that a round brush covers on its way from one point to another: centres within
 * diameter / 2 of the segment. `diameter` is in whole pixels, so the radius is in half pixels.
 * The ends snap to pixel centres (odd diameter) or corners (even), so a size-1 brush is one pixel.
 */
export function brushSelection(from: Point, to: Point, diameter: number, size: Size): Selection {
  const radius = diameter / 2
  const a = snap(from, diameter)
  const b = snap(to, diameter)
  const box = boxFromEdges(
    Math.floor(Math.min(a.x, b.x) - radius),
    Math.floor(Math.min(a.y, b.y) - radius),
    Math.ceil(Math.max(a.x, b.x) + radius) - 1,
    Math.ceil(Math.max(a.y, b.y) + radius) - 1,
  )
  const corners = stripCorners(a, b, radius)
  return selectSpans(box, size, (row, select) => {
    const y = row + 0.5
    let low = Infinity
    let high = -Infinity
    for (const end of [a, b]) {
      const squared = radius * radius - (y - end.y) ** 2
      if (squared < -TOLERANCE) continue
      const half = Math.sqrt(Math.max(squared, 0))
      low = Math.min(low, end.x - half)
      high = Math.max(high, end.x + half)
    }
    for (let i = 0; i < corners.length; i++) {
      const p = corners[i]!
      const q = corners[(i + 1) % corners.length]!
      if (p.y === q.y || y < Math.min(p.y, q.y) || y > Math.max(p.y, q.y)) continue
      const x = p.x + ((y - p.y) * (q.x - p.x)) / (q.y - p.y)
      low = Math.min(low, x)
      high = Math.max(high, x)
    }
    // A capsule is convex, so its part in a row is the one interval between the extremes.
    if (low <= high)
      select(Math.ceil(low - 0.5 - TOLERANCE), Math.floor(high - 0.5 + TOLERANCE) + 1)
  })
}

function snap(point: Point, diameter: number): Point {
  if (diameter % 2 === 1) return { x: Math.floor(point.x) + 0.5, y: Math.floor(point.y) + 0.5 }
  return { x: Math.round(point.x), y: Math.round(point.y) }
}

/** Corners of the rectangle between the two end discs; none when the ends coincide. */
function stripCorners(a: Point, b: Point, radius: number): Point[] {
  const length = Math.hypot(b.x - a.x, b.y - a.y)
  if (length === 0) return []
  const x = (-(b.y - a.y) / length) * radius
  const y = ((b.x - a.x) / length) * radius
  return [
    { x: a.x + x, y: a.y + y },
    { x: b.x + x, y: b.y + y },
    { x: b.x - x, y: b.y - y },
    { x: a.x - x, y: a.y - y },
  ]
}
