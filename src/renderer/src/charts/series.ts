export interface SeriesPoint {
  readonly x: number
  readonly y: number
}

/**
 * Exponential moving average that starts unbiased (each weight is normalised), so that the curve
 * follows the first points too.
 * @param weight Share of the past in [0, 1); 0 leaves the points as they are.
 */
export function smooth(points: readonly SeriesPoint[], weight: number): SeriesPoint[] {
  let sum = 0
  let norm = 0
  return points.map(({ x, y }) => {
    sum = sum * weight + y * (1 - weight)
    norm = norm * weight + (1 - weight)
    return { x, y: sum / norm }
  })
}

/**
 * Thins points to at most `limit` and keeps each bucket's lowest and highest, so that peaks stay.
 * The first and the last point are always kept.
 */
export function thin(points: readonly SeriesPoint[], limit: number): SeriesPoint[] {
  if (points.length <= limit) return [...points]
  const buckets = Math.max(1, Math.floor((limit - 2) / 2))
  const inner = points.slice(1, -1)
  const kept: SeriesPoint[] = points.slice(0, 1)
  for (let bucket = 0; bucket < buckets; bucket += 1) {
    const from = Math.floor((bucket * inner.length) / buckets)
    const to = Math.floor(((bucket + 1) * inner.length) / buckets)
    const part = inner.slice(from, to)
    const low = part.reduce((best, point) => (point.y < best.y ? point : best))
    const high = part.reduce((best, point) => (point.y > best.y ? point : best))
    if (low === high) kept.push(low)
    else kept.push(...(low.x < high.x ? [low, high] : [high, low]))
  }
  kept.push(...points.slice(-1))
  return kept
}

/** The point nearest to a position; null without points. Points ascend in x. */
export function nearest(points: readonly SeriesPoint[], x: number): SeriesPoint | null {
  let first = 0
  let last = points.length - 1
  while (first < last) {
    const middle = (first + last) >>> 1
    if ((points[middle]?.x ?? 0) < x) first = middle + 1
    else last = middle
  }
  const after = points[first]
  const before = points[first - 1]
  if (!after || !before) return after ?? null
  return x - before.x <= after.x - x ? before : after
}
