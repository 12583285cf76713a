import type { RegionOverlap } from './au-pro.ts'
import { withKnownPixels, type CensusImage } from './pixel-census.ts'
import { pixelsOf, sampleOf } from './pixel-sketch.ts'
import { lowerBound, placeKeys, type Placement } from './placement.ts'
import type { Ranking } from './ranking.ts'

/** Edges of the bins. */
const EDGES = 256
/** Pixels that the edges are taken from. */
const SAMPLE = 40_000
/** What is counted of an image in each bin: nominal pixels, defective pixels, shares of regions. */
const KINDS = 3

/**
 * Each image's pixels counted in bins of their score, lowest first: all that resampling over images needs of
 * them, at a thousandth of the maps' size. Figures themselves are never binned.
 */
export class PixelProfiles {
  readonly bins: number
  /** [images, 3, bins]: nominal pixels, defective pixels, and shares of regions, which sum to the regions. */
  readonly counts: Float32Array
  /** How much of an image's counts is not zero throughout: nominal pixels only, or all kinds. */
  readonly #used: readonly number[]

  constructor(images: number, bins: number, counts: Float32Array) {
    this.bins = bins
    this.counts = counts
    this.#used = Array.from({ length: images }, (_, place) => {
      const from = (place * KINDS + 1) * bins
      return counts.subarray(from, from + bins).some((count) => count > 0) ? KINDS * bins : bins
    })
  }

  get images(): number {
    return this.#used.length
  }

  /** Those of some of the images. */
  of(places: readonly number[]): PixelProfiles {
    const size = KINDS * this.bins
    const counts = new Float32Array(places.length * size)
    for (const [i, place] of places.entries()) {
      counts.set(this.counts.subarray(place * size, (place + 1) * size), i * size)
    }
    return new PixelProfiles(places.length, this.bins, counts)
  }

  /**
   * The pixels of all images under integer weights of the images, as one ranking with the bins as rungs.
   *
   * @param weights How often each image is drawn.
   */
  weighted(weights: Uint32Array): { readonly ranking: Ranking; readonly overlap: RegionOverlap } {
    const { bins, counts } = this
    const size = KINDS * bins
    const sums = new Float64Array(size)
    for (let place = 0; place < weights.length; place++) {
      const weight = weights[place]!
      if (weight > 0) addWeighted(sums, counts, place * size, this.#used[place]!, weight)
    }
    const [negativesAt, positivesAt, gains] = thirds(sums)
    const total = (sum: Float64Array) => sum.reduce((whole, part) => whole + part, 0)
    const ranking: Ranking = {
      rungs: Float64Array.from(positivesAt.keys()),
      positives: total(positivesAt),
      negatives: total(negativesAt),
      positivesAt,
      negativesAt,
      negativesBelow: new Float64Array(bins + 1),
    }
    return { ranking, overlap: { regions: Math.round(total(gains)), gains } }
  }
}

function addWeighted(
  sums: Float64Array,
  counts: Float32Array,
  from: number,
  length: number,
  weight: number,
): void {
  for (let i = 0; i < length; i++) sums[i]! += weight * counts[from + i]!
}

/** The parts of each kind. */
function thirds<Counts extends Float32Array | Float64Array>(counts: Counts) {
  const bins = counts.length / KINDS
  const part = (kind: number) => counts.subarray(kind * bins, (kind + 1) * bins) as Counts
  return [part(0), part(1), part(2)] as const
}

/** Profiles of images, in their order; nothing is counted of those whose pixels are unknown. */
export function pixelProfiles(images: readonly CensusImage[]): PixelProfiles {
  const known = new Set(withKnownPixels(images))
  const edges = edgesOf([...known])
  const placements = placeKeys(
    edges,
    images.map(({ sketch }) => [sketch]),
  )
  const size = KINDS * (2 * edges.length + 1)
  const counts = new Float32Array(images.length * size)
  images.forEach((image, place) => {
    const own = counts.subarray(place * size, (place + 1) * size)
    if (known.has(image)) countPixels(image, edges, placements[place]!, own)
  })
  return new PixelProfiles(images.length, size / KINDS, counts)
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

/** Counts an image's pixels: between edges at even places, on edges at odd ones. */
function countPixels(
  { sketch, marked: { keys, regions, gains: gainOf } }: CensusImage,
  edges: Int32Array,
  { below, at }: Placement,
  counts: Float32Array,
): void {
  const [negatives, positives, gains] = thirds(counts)
  let before = 0
  for (let i = 0; i < edges.length; i++) {
    negatives[2 * i] = below[i]! - before
    negatives[2 * i + 1] = at[i]!
    before = below[i]! + at[i]!
  }
  negatives[2 * edges.length] = sketch.rests.length - before
  for (let i = 0; i < keys.length; i++) {
    const region = regions[i]!
    if (region === 0) continue
    const edge = lowerBound(edges, keys[i]!)
    const bin = 2 * edge + (edges[edge] === keys[i] ? 1 : 0)
    positives[bin]! += 1
    negatives[bin]! -= 1
    gains[bin]! += gainOf[region]!
  }
}
