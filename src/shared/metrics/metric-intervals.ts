import type { MetricName } from '../domain/evaluation.ts'
import { Random } from '../random.ts'
import { auPro } from './au-pro.ts'
import { auroc } from './auroc.ts'
import { quantile, type BootstrapOptions, type Interval } from './bootstrap.ts'
import { connectedComponents } from './connected-components.ts'
import { Ladder } from './ladder.ts'
import { HALF_COVERED, type CoveredMap } from './pixel-tally.ts'
import { averagePrecision, f1Max } from './precision-recall.ts'
import { ladderOf, rankingOf, type Ranking } from './ranking.ts'

/** Edges of the bins that pixels are counted in for resampling; figures themselves are never binned. */
const EDGES = 256
/** Pixels that the edges are taken from. */
const SAMPLE = 40_000

export interface ResampledImage extends CoveredMap {
  readonly score: number
  readonly anomalous: boolean
}

/** An image's pixels by bin. */
interface Profile {
  readonly negatives: Float64Array
  readonly positives: Float64Array | null
  readonly gains: Float64Array | null
  readonly regions: number
}

/**
 * Percentile bootstrap intervals of the figures over images. Nominal and anomalous images are resampled
 * separately, so that every resample has both; an image's pixels stay together, as they are not independent.
 * Empty when a class is absent.
 */
export function metricIntervals(
  images: readonly ResampledImage[],
  { seed, resamples = 300, confidence = 0.95 }: BootstrapOptions,
): Partial<Record<MetricName, Interval>> {
  const strata = [false, true].map((anomalous) =>
    images.flatMap((image, place) => (image.anomalous === anomalous ? [place] : [])),
  )
  if (strata.some(({ length }) => length === 0)) return {}
  const ladder = edgesOf(images)
  const profiles = images.map((image) => profileOf(image, ladder))
  const byScore = new ImageRanking(images)
  const random = new Random(seed)
  const values = new Map<MetricName, number[]>()
  const keep = (name: MetricName, value: number | null) => {
    if (value !== null) values.set(name, [...(values.get(name) ?? []), value])
  }
  for (let round = 0; round < resamples; round++) {
    const weights = new Uint32Array(images.length)
    for (const places of strata) {
      for (let draw = 0; draw < places.length; draw++) {
        weights[places[random.integer(places.length)]!]! += 1
      }
    }
    const image = byScore.weighted(weights)
    keep('imageAuroc', auroc(image))
    keep('imageAp', averagePrecision(image))
    keep('imageF1Max', f1Max(image)?.value ?? null)
    const { ranking, overlap } = weightedPixels(profiles, weights, ladder.slots)
    keep('pixelAuroc', auroc(ranking))
    keep('pixelAp', averagePrecision(ranking))
    keep('pixelF1Max', f1Max(ranking)?.value ?? null)
    keep('auPro30', auPro(ranking, overlap, 0.3))
    keep('auPro05', auPro(ranking, overlap, 0.05))
  }
  const tail = (1 - confidence) / 2
  return Object.fromEntries(
    [...values].map(([name, list]) => {
      const sorted = Float64Array.from(list).sort()
      return [name, { low: quantile(sorted, tail), high: quantile(sorted, 1 - tail) }]
    }),
  )
}

/** Edges at even ranks among the scores of all pixels and, as densely, among those of defects. */
function edgesOf(images: readonly CoveredMap[]): Ladder {
  const pixels = images.reduce((sum, { map }) => sum + map.length, 0)
  const stride = Math.max(1, Math.floor(pixels / SAMPLE))
  const all: number[] = []
  const defective: number[] = []
  for (const { map, mask } of images) {
    for (let i = 0; i < map.length; i += stride) all.push(map[i]!)
    if (!mask) continue
    const own = Math.max(1, Math.floor(stride / 16))
    for (let i = 0; i < map.length; i += own) if (mask[i]! > HALF_COVERED) defective.push(map[i]!)
  }
  const edges = [all, defective].flatMap((scores) => {
    const sorted = Float32Array.from(scores).sort()
    const count = Math.min(sorted.length, EDGES / 2)
    return Array.from({ length: count }, (_, i) => sorted[Math.floor((i * sorted.length) / count)]!)
  })
  return new Ladder(Float64Array.from(new Set(edges)).sort())
}

function profileOf({ width, height, map, mask }: CoveredMap, ladder: Ladder): Profile {
  const negatives = Float64Array.from(ladder.count([{ scores: map, labels: null }]))
  if (!mask) return { negatives, positives: null, gains: null, regions: 0 }
  const { labels, areas } = connectedComponents(mask, width, height, HALF_COVERED)
  const positives = new Float64Array(ladder.slots)
  const gains = new Float64Array(ladder.slots)
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!
    if (label === 0) continue
    const slot = ladder.slotOf(map[i]!)
    positives[slot]! += 1
    negatives[slot]! -= 1
    gains[slot]! += 1 / areas[label - 1]!
  }
  return { negatives, positives, gains, regions: areas.length }
}

function weightedPixels(profiles: readonly Profile[], weights: Uint32Array, bins: number) {
  const negativesAt = new Float64Array(bins)
  const positivesAt = new Float64Array(bins)
  const gains = new Float64Array(bins)
  let regions = 0
  for (const [place, profile] of profiles.entries()) {
    const weight = weights[place]!
    if (weight === 0) continue
    regions += weight * profile.regions
    add(negativesAt, profile.negatives, weight)
    if (profile.positives) add(positivesAt, profile.positives, weight)
    if (profile.gains) add(gains, profile.gains, weight)
  }
  const ranking: Ranking = {
    rungs: Float64Array.from(positivesAt.keys()),
    positives: positivesAt.reduce((sum, count) => sum + count, 0),
    negatives: negativesAt.reduce((sum, count) => sum + count, 0),
    positivesAt,
    negativesAt,
    negativesBelow: new Float64Array(bins + 1),
  }
  return { ranking, overlap: { regions, gains } }
}

function add(to: Float64Array, values: Float64Array, weight: number): void {
  for (let i = 0; i < to.length; i++) to[i]! += weight * values[i]!
}

/** Image scores, ranked once and weighted anew for each resample. */
class ImageRanking {
  readonly #images: readonly ResampledImage[]
  readonly #ladder: Ladder
  readonly #slots: readonly number[]

  constructor(images: readonly ResampledImage[]) {
    this.#images = images
    const scores = images.map(({ score }) => score)
    const labels = images.map(({ anomalous }) => Number(anomalous))
    this.#ladder = ladderOf([{ scores, labels }])
    this.#slots = scores.map((score) => this.#ladder.slotOf(score))
  }

  weighted(weights: Uint32Array): Ranking {
    const { rungs, slots } = this.#ladder
    const positives = new Float64Array(rungs.length)
    const negatives = new Float64Array(slots)
    for (const [place, { anomalous }] of this.#images.entries()) {
      const slot = this.#slots[place]!
      if (anomalous) positives[slot >> 1]! += weights[place]!
      else negatives[slot]! += weights[place]!
    }
    return rankingOf(rungs, positives, negatives)
  }
}
