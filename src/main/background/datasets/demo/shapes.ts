import type { Random } from '../../../../shared/random.ts'

/** How strongly a defect covers each pixel of a square of the given side, 0 … 1. */
export type Coverage = Float32Array

export interface Point {
  readonly x: number
  readonly y: number
}

/** An irregular blob with a border that fades over `feather` pixels, inwards. */
export function blob(
  side: number,
  centre: Point,
  radius: number,
  feather: number,
  random: Random,
): Coverage {
  const waves = [2, 3, 4, 5].map((count) => ({
    count,
    height: random.between(0, 0.32 / count),
    phase: random.between(0, 2 * Math.PI),
  }))
  const stretch = random.between(0.75, 1.3)
  return cover(side, (x, y) => {
    const dx = (x - centre.x) * stretch
    const dy = (y - centre.y) / stretch
    const angle = Math.atan2(dy, dx)
    const edge = waves.reduce((sum, w) => sum + w.height * Math.cos(w.count * angle + w.phase), 1)
    return smooth((radius * edge - Math.hypot(dx, dy)) / feather)
  })
}

/** A thin curved line: a quadratic Bézier curve that narrows towards its ends. */
export function curve(
  side: number,
  [start, bend, end]: readonly [Point, Point, Point],
  width: number,
): Coverage {
  const points = Array.from({ length: 97 }, (_, i) => {
    const t = i / 96
    const at = (a: number, b: number, c: number) =>
      (1 - t) ** 2 * a + 2 * t * (1 - t) * b + t ** 2 * c
    const thickness = width * Math.min(1, 4 * t + 0.3, 4 * (1 - t) + 0.3)
    return { x: at(start.x, bend.x, end.x), y: at(start.y, bend.y, end.y), thickness }
  })
  return cover(side, (x, y) =>
    points.reduce(
      (most, p) => Math.max(most, smooth((p.thickness - Math.hypot(x - p.x, y - p.y)) / 0.9 + 0.5)),
      0,
    ),
  )
}

/** Slow random variation of mean 0 and about ±1, as wet or worn patches have. */
export function unevenness(side: number, period: number, random: Random): Float32Array {
  const cells = Math.ceil(side / period) + 2
  const grid = Float32Array.from({ length: cells * cells }, () => random.between(-1, 1))
  const field = new Float32Array(side * side)
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const column = Math.floor(x / period)
      const row = Math.floor(y / period)
      const fx = smooth(x / period - column)
      const fy = smooth(y / period - row)
      const cell = row * cells + column
      const upper = grid[cell]! * (1 - fx) + grid[cell + 1]! * fx
      const lower = grid[cell + cells]! * (1 - fx) + grid[cell + cells + 1]! * fx
      field[y * side + x] = upper * (1 - fy) + lower * fy
    }
  }
  return field
}

/** 0 below 0, 1 above 1, a smooth step between. */
export function smooth(value: number): number {
  const t = Math.min(1, Math.max(0, value))
  return t * t * (3 - 2 * t)
}

function cover(side: number, at: (x: number, y: number) => number): Coverage {
  return Float32Array.from({ length: side * side }, (_, i) => {
    const value = at(i % side, Math.floor(i / side))
    return value < 0.04 ? 0 : value
  })
}
