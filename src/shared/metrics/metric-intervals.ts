import type { MetricName } from '../domain/evaluation.ts'
import { Random } from '../random.ts'
import { auPro } from './au-pro.ts'
import { auroc } from './auroc.ts'
import { quantile, type BootstrapOptions, type Interval } from './bootstrap.ts'
import type { CensusImage } from './pixel-census.ts'
import { pixelsOf, sampleOf } from './pixel-sketch.ts'
import { lowerBound, placeKeys, type Placement } from './placement.ts'
import { averagePrecision, f1Max } from './precision-recall.ts'
import { rankingOf, rankScores, type Ranking } from './ranking.ts'

/** Edges of the bins that pixels are counted in for resampling; figures themselves are never binned. */
const EDGES = 256
/** Pixels that the edges are taken from. */
const SAMPLE = 40_000

/** An image's pixels by bin: between edges at even places, on edges at odd ones. */
export interface PixelProfile {
  readonly negatives: Float64Array
  readonly positives: Float64Array | null
  readonly gains: Float64Array | null
  readonly regions: number
}

export interface ResampledImage {
  readonly score: number
  readonly anomalous: boolean
  readonly profile: PixelProfile
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
  const profiles = images.map(({ profile }) => profile)
  const bins = profiles[0]!.negatives.length
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
    const { ranking, overlap } = weightedPixels(profiles, weights, bins)
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

/** The pixels of each image by bin, with the same bins for all. */
export function pixelProfiles(images: readonly CensusImage[]): PixelProfile[] {
  const edges = edgesOf(images)
  const placements = placeKeys(
    edges,
    images.map(({ sketch }) => [sketch]),
  )
  return images.map((image, index) => profileOf(image, edges, placements[index]!))
}

/** Edges at even ranks among the keys of all pixels and, as densely, among those of defects. */
function edgesOf(images: readonly CensusImage[]): Int32Array {
  const pixels = pixelsOf(images.map(({ sketch }) => sketch))
  const stride = Math.max(1, Math.floor(pixels / SAMPLE))
  const all = images.flatMap(({ sketch }) => sampleOf(sketch, stride))
  const own = Math.max(1, Math.floor(stride / 16))
  const defective = images.flatMap(({ marked: { keys, regions } }) => {
    const taken: number[] = []
    for (let i = 0; i < keys.length; i += own) if (regions[i] !== 0) taken.push(keys[i]!)
    return taken
  })
  const edges = [all, defective].flatMap((keys) => {
    const sorted = Int32Array.from(keys).sort()
    const count = Math.min(sorted.length, EDGES / 2)
    return Array.from({ length: count }, (_, i) => sorted[Math.floor((i * sorted.length) / count)]!)
  })
  return Int32Array.from(new Set(edges)).sort()
}

function profileOf(
  { sketch, marked: { keys, regions, gains: gainOf } }: CensusImage,
  edges: Int32Array,
  { below, at }: Placement,
): PixelProfile {
  const negatives = new Float64Array(2 * edges.length + 1)
  let before = 0
  for (let i = 0; i < edges.length; i++) {
    negatives[2 * i] = below[i]! - before
    negatives[2 * i + 1] = at[i]!
    before = below[i]! + at[i]!
  }
  negatives[2 * edges.length] = sketch.rests.length - before
  if (gainOf.length === 1) return { negatives, positives: null, gains: null, regions: 0 }
  const positives = new Float64Array(negatives.length)
  const gains = new Float64Array(negatives.length)
  for (let i = 0; i < keys.length; i++) {
    const region = regions[i]!
    if (region === 0) continue
    const edge = lowerBound(edges, keys[i]!)
    const slot = 2 * edge + (edges[edge] === keys[i] ? 1 : 0)
    positives[slot]! += 1
    negatives[slot]! -= 1
    gains[slot]! += gainOf[region]!
  }
  return { negatives, positives, gains, regions: gainOf.length - 1 }
}

function weightedPixels(profiles: readonly PixelProfile[], weights: Uint32Array, bins: number) {
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
  readonly #rungs: Float64Array
  /** The first rung at or above each image's score. */
  readonly #places: readonly number[]

  constructor(images: readonly ResampledImage[]) {
    this.#images = images
    const scores = images.map(({ score }) => score)
    const labels = images.map(({ anomalous }) => Number(anomalous))
    const { rungs } = rankScores([{ scores, labels }])
    this.#rungs = rungs
    this.#places = scores.map((score) => lowerBound(rungs, score))
  }

  weighted(weights: Uint32Array): Ranking {
    const rungs = this.#rungs
    const positives = new Float64Array(rungs.length)
    const negativesAt = new Float64Array(rungs.length)
    const negativesBelow = new Float64Array(rungs.length + 1)
    for (const [index, { anomalous, score }] of this.#images.entries()) {
      const place = this.#places[index]!
      const weight = weights[index]!
      if (anomalous) positives[place]! += weight
      else if (rungs[place] === score) negativesAt[place]! += weight
      else negativesBelow[place]! += weight
    }
    return rankingOf(rungs, positives, negativesAt, negativesBelow)
  }
}
