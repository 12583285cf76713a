import type { Scored } from './score-table.ts'

/** A point of a curve with the threshold that it stands for. */
export interface CurvePoint {
  readonly x: number
  readonly y: number
  readonly threshold: number
}

/** False-positive rate against recall, from no image called defective to all. */
export function rocCurve(items: readonly Scored[]): CurvePoint[] {
  const { points, positives, negatives } = counted(items)
  if (positives === 0 || negatives === 0) return []
  const top = Math.max(...items.map(({ score }) => score))
  return [
    { x: 0, y: 0, threshold: above(top) },
    ...points.map(({ threshold, found, alarms }) => ({
      x: alarms / negatives,
      y: found / positives,
      threshold,
    })),
  ]
}

/** Recall against precision. */
export function precisionRecallCurve(items: readonly Scored[]): CurvePoint[] {
  const { points, positives } = counted(items)
  if (positives === 0) return []
  return points.map(({ threshold, found, alarms }) => ({
    x: found / positives,
    y: found / (found + alarms),
    threshold,
  }))
}

/** The point of a curve nearest to a place, in units of the axes. */
export function nearestPoint(
  points: readonly CurvePoint[],
  x: number,
  y: number,
): CurvePoint | null {
  let best: CurvePoint | null = null
  let least = Infinity
  for (const point of points) {
    const distance = (point.x - x) ** 2 + (point.y - y) ** 2
    if (distance < least) {
      least = distance
      best = point
    }
  }
  return best
}

/** At most `limit` points; the ends stay. */
export function thinCurve(points: readonly CurvePoint[], limit: number): readonly CurvePoint[] {
  if (points.length <= limit) return points
  const stride = (points.length - 1) / (limit - 1)
  return Array.from({ length: limit }, (_, i) => points[Math.round(i * stride)]!)
}

function above(score: number): number {
  return score + (Math.abs(score) || 1) * 1e-3
}

/** Counts at every distinct score, falling. */
function counted(items: readonly Scored[]) {
  const found = countsFrom(items, true)
  const alarms = countsFrom(items, false)
  const thresholds = [...new Set(items.map(({ score }) => score))].sort((a, b) => b - a)
  const positives = items.filter(({ anomalous }) => anomalous).length
  return {
    positives,
    negatives: items.length - positives,
    points: thresholds.map((threshold) => ({
      threshold,
      found: found(threshold),
      alarms: alarms(threshold),
    })),
  }
}

/** For falling thresholds: how many scores of one class are at least as high. */
function countsFrom(items: readonly Scored[], anomalous: boolean): (threshold: number) => number {
  const scores = items.filter((item) => item.anomalous === anomalous).map(({ score }) => score)
  scores.sort((a, b) => b - a)
  let count = 0
  return (threshold) => {
    while (count < scores.length && scores[count]! >= threshold) count += 1
    return count
  }
}
