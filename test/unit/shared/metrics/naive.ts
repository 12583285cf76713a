/** Definitions written down as plainly as possible, to compare the fast ones with. */
export interface Sample {
  readonly score: number
  readonly positive: boolean
}

export function naiveAuroc(samples: readonly Sample[]): number {
  let sum = 0
  let pairs = 0
  for (const p of samples.filter((s) => s.positive)) {
    for (const n of samples.filter((s) => !s.positive)) {
      sum += p.score > n.score ? 1 : p.score === n.score ? 0.5 : 0
      pairs += 1
    }
  }
  return sum / pairs
}

function countsAt(samples: readonly Sample[], threshold: number) {
  const called = samples.filter((s) => s.score >= threshold)
  const tp = called.filter((s) => s.positive).length
  return { tp, fp: called.length - tp }
}

const descending = (samples: readonly Sample[]) =>
  [...new Set(samples.map((s) => s.score))].sort((a, b) => b - a)

export function naiveAveragePrecision(samples: readonly Sample[]): number {
  const positives = samples.filter((s) => s.positive).length
  let sum = 0
  let recall = 0
  for (const threshold of descending(samples)) {
    const { tp, fp } = countsAt(samples, threshold)
    sum += (tp / positives - recall) * (tp / (tp + fp))
    recall = tp / positives
  }
  return sum
}

export function naiveF1Max(samples: readonly Sample[]): number {
  const positives = samples.filter((s) => s.positive).length
  return Math.max(
    ...descending(samples).map((threshold) => {
      const { tp, fp } = countsAt(samples, threshold)
      return tp === 0 ? 0 : (2 * tp) / (tp + fp + positives)
    }),
  )
}

/** Regions as sets of pixel indices, by repeated merging of touching sets. */
export function naiveRegions(mask: ArrayLike<number>, width: number): Set<number>[] {
  const touch = (a: number, b: number) =>
    Math.abs((a % width) - (b % width)) <= 1 &&
    Math.abs(Math.floor(a / width) - Math.floor(b / width)) <= 1
  let regions: Set<number>[] = []
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] === 0) continue
    const joined = new Set([i])
    const apart: Set<number>[] = []
    for (const region of regions) {
      if ([...region].some((pixel) => touch(pixel, i))) for (const p of region) joined.add(p)
      else apart.push(region)
    }
    regions = [...apart, joined]
  }
  return regions
}

/** AU-PRO from the curve over all distinct scores, cut at the limit by interpolation. */
export function naiveAuPro(
  images: readonly {
    map: ArrayLike<number>
    mask: ArrayLike<number>
    width: number
    /** Pixels that count nowhere. */
    unknown?: readonly boolean[]
  }[],
  limit: number,
): number {
  const regions = images.flatMap(({ map, mask, width }) =>
    naiveRegions(mask, width).map((region) => [...region].map((pixel) => map[pixel]!)),
  )
  const nominal = images.flatMap(({ map, mask, unknown }) =>
    Array.from(map).filter((_, pixel) => mask[pixel] === 0 && !unknown?.[pixel]),
  )
  const scores = [...new Set(images.flatMap(({ map }) => Array.from(map)))].sort((a, b) => b - a)
  const curve = [
    { x: 0, y: 0 },
    ...scores.map((t) => ({
      x: nominal.filter((s) => s >= t).length / nominal.length,
      y:
        regions.reduce((sum, r) => sum + r.filter((s) => s >= t).length / r.length, 0) /
        regions.length,
    })),
  ]
  let area = 0
  for (let i = 1; i < curve.length; i++) {
    const [a, b] = [curve[i - 1]!, curve[i]!]
    if (a.x >= limit || b.x === a.x) continue
    const x = Math.min(limit, b.x)
    const y = a.y + ((b.y - a.y) * (x - a.x)) / (b.x - a.x)
    area += ((x - a.x) * (a.y + y)) / 2
  }
  return area / limit
}
