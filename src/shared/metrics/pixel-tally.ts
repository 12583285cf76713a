import type { RegionOverlap } from './au-pro.ts'
import { connectedComponents } from './connected-components.ts'
import type { Ladder } from './ladder.ts'
import { ladderOf, rankingOf, type Ranking } from './ranking.ts'

/** Above this coverage, 0 … 255, a pixel is defective: more than half of it. */
export const HALF_COVERED = 127

/** An image's map with how much of each pixel a defect covers, 0 … 255; null is nominal everywhere. */
export interface CoveredMap {
  readonly width: number
  readonly height: number
  readonly map: Float32Array
  readonly mask: Uint8Array | null
}

/** Pixels that a defect touches. */
interface TouchedPixels {
  readonly rungs: Uint32Array
  /** 1 where more than half of the pixel is covered. */
  readonly defective: Uint8Array
  /** 1 / area of the pixel's region; 0 where it is not defective. */
  readonly gains: Float64Array
  readonly regions: number
}

const NONE = { counts: new Uint32Array(0), touched: [] }

/** What the figures of some images follow from. */
export interface PixelScope {
  /** Positives are pixels more than half covered. */
  readonly ranking: Ranking
  readonly overlap: RegionOverlap
  /** Positives are all pixels that a defect touches, as the reference code counts them. */
  readonly touched: Ranking
}

/**
 * Where every pixel of all images lies among the scores of the touched pixels, counted once per group of
 * images; the exact pixel figures of any union of groups follow without looking at a pixel again.
 */
export class PixelTally {
  readonly #ladder: Ladder
  readonly #groups = new Map<string, { counts: Uint32Array; touched: readonly TouchedPixels[] }>()

  /** @param groupOf Names the group of an image, for instance its defect type. */
  constructor(images: readonly CoveredMap[], groupOf: (index: number) => string) {
    const samples = images.map(({ map, mask }) => ({ scores: map, labels: mask }))
    this.#ladder = ladderOf(samples)
    const names = images.map((_, index) => groupOf(index))
    for (const group of new Set(names)) {
      const own = images.filter((_, index) => names[index] === group)
      const counts = this.#ladder.count(samples.filter((_, index) => names[index] === group))
      const touched = own.flatMap((image) =>
        image.mask ? [touchedPixels(image, image.mask, this.#ladder)] : [],
      )
      this.#groups.set(group, { counts, touched })
    }
  }

  /** The union of groups; names without images count nothing. */
  scope(groups: readonly string[]): PixelScope {
    const { rungs, slots } = this.#ladder
    const outside = new Float64Array(slots)
    const defectiveAt = new Float64Array(rungs.length)
    const touchedAt = new Float64Array(rungs.length)
    const gains = new Float64Array(rungs.length)
    let regions = 0
    for (const group of groups) {
      const { counts, touched } = this.#groups.get(group) ?? NONE
      for (let slot = 0; slot < counts.length; slot++) outside[slot]! += counts[slot]!
      for (const pixels of touched) {
        regions += pixels.regions
        for (let i = 0; i < pixels.rungs.length; i++) {
          const rung = pixels.rungs[i]!
          touchedAt[rung]! += 1
          defectiveAt[rung]! += pixels.defective[i]!
          gains[rung]! += pixels.gains[i]!
        }
      }
    }
    const touched = rankingOf(rungs, touchedAt, outside)
    for (let rung = 0; rung < rungs.length; rung++) {
      outside[2 * rung + 1]! += touchedAt[rung]! - defectiveAt[rung]!
    }
    const ranking = rankingOf(rungs, defectiveAt, outside)
    return { ranking, touched, overlap: { regions, gains } }
  }
}

function touchedPixels(
  { width, height, map }: CoveredMap,
  mask: Uint8Array,
  ladder: Ladder,
): TouchedPixels {
  const { labels, areas } = connectedComponents(mask, width, height, HALF_COVERED)
  let count = 0
  for (let i = 0; i < mask.length; i++) if (mask[i] !== 0) count += 1
  const rungs = new Uint32Array(count)
  const defective = new Uint8Array(count)
  const gains = new Float64Array(count)
  let next = 0
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] === 0) continue
    const label = labels[i]!
    rungs[next] = ladder.slotOf(map[i]!) >> 1
    defective[next] = label > 0 ? 1 : 0
    gains[next] = label > 0 ? 1 / areas[label - 1]! : 0
    next += 1
  }
  return { rungs, defective, gains, regions: areas.length }
}
