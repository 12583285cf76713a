import type { RegionOverlap } from './au-pro.ts'
import { scoresOf } from './float-keys.ts'
import { orderKeys } from './key-order.ts'
import { markedPixels, type CoveredMap, type MarkedPixels } from './marked-pixels.ts'
import { pixelsOf, Sketcher, type PixelSketch } from './pixel-sketch.ts'
import { lowerBound, placeKeys, type Placement } from './placement.ts'
import { rankingOf, type Ranking } from './ranking.ts'

/** What the figures of some images follow from. */
export interface PixelScope {
  /** Positives are pixels more than half covered. */
  readonly ranking: Ranking
  readonly overlap: RegionOverlap
  /** Positives are all pixels that a defect touches, as the reference code counts them. */
  readonly touched: Ranking
}

/**
 * Group of images whose pixels count nowhere, because nobody has said which of them are defective: of a defective
 * image without a mask.
 */
export const UNKNOWN_PIXELS = '?unknown pixels'

/** An image of a census. */
export interface CensusImage {
  readonly group: string
  readonly sketch: PixelSketch
  readonly marked: MarkedPixels
}

/** The scores of the pixels that count. */
function knownScores({ map, unknown }: CoveredMap): Float32Array {
  return unknown ? map.filter((_, i) => unknown[i] !== 1) : map
}

/** Those whose pixels count. */
export function withKnownPixels(images: readonly CensusImage[]): readonly CensusImage[] {
  return images.filter(({ group }) => group !== UNKNOWN_PIXELS)
}

/** Rungs with where they lie among the pixels of each group. */
interface PlacedRungs {
  readonly rungs: Int32Array
  readonly placements: ReadonlyMap<string, Placement>
}

/** About what an array takes besides its numbers. */
const ARRAY_BYTES = 150

const NOTHING_PLACED: PlacedRungs = { rungs: new Int32Array(0), placements: new Map() }

/**
 * All pixels of an evaluation, two bytes each, with where the scores of the marked pixels lie among those of all
 * pixels. The exact pixel figures of any union of groups of images follow.
 *
 * Maps are not kept. How many pixels score below a value does not depend on masks, so that after a change of one
 * image's mask only that image is looked at again, and only its new scores are placed among all others.
 */
export class PixelCensus {
  readonly #sketcher = new Sketcher()
  readonly #images: CensusImage[]
  /** Distinct keys of marked pixels, ascending, and where they lie in each group; null: to be made. */
  #rungs: Int32Array | null = null
  #known: PlacedRungs = NOTHING_PLACED
  #groups: readonly string[] = []
  #ordered: OrderedMarks = {
    keys: new Int32Array(0),
    regions: new Uint32Array(0),
    gains: new Float64Array(0),
    groups: new Uint16Array(0),
  }

  constructor(images: readonly CensusImage[] = []) {
    this.#images = [...images]
  }

  get images(): readonly CensusImage[] {
    return this.#images
  }

  /** The bytes of all that is kept: pixels, marks, and where these lie among those. */
  get bytes(): number {
    const images = this.#images.flatMap(({ sketch, marked }) => [
      ...[sketch.offsets, sketch.rests, marked.keys, marked.regions, marked.gains],
      ...[marked.cores, marked.coreGains],
    ])
    const placements = [...this.#known.placements.values()].flatMap(({ below, at }) => [below, at])
    const { keys, regions, gains, groups } = this.#ordered
    const own = [
      this.#known.rungs,
      ...(this.#rungs ? [this.#rungs] : []),
      keys,
      regions,
      gains,
      groups,
    ]
    const kept = [...images, ...placements, ...own]
    return kept.reduce((sum, { byteLength }) => sum + byteLength + ARRAY_BYTES, 0)
  }

  /**
   * @param group Names images that are counted together, for instance a defect type.
   * @throws DdadError INVALID_INPUT when a score is not finite.
   */
  add(image: CoveredMap, group: string): void {
    const sketch = this.#sketcher.sketch(knownScores(image))
    this.#images.push({ group, sketch, marked: markedPixels(image) })
    this.#known = NOTHING_PLACED
    this.#rungs = null
  }

  /** Takes another mask for an image, and the group that it has by that. Its map is the one that it was added with. */
  setMask(index: number, image: CoveredMap, group: string): void {
    const { group: before, sketch: all } = this.#images[index]!
    const sameScores = !image.unknown && all.rests.length === image.map.length
    const sketch = sameScores ? all : this.#sketcher.sketch(knownScores(image))
    this.#images[index] = { group, sketch, marked: markedPixels(image) }
    // What was placed among the pixels of a group does not hold for other images, or for other pixels of one.
    if (group !== before || !sameScores) this.#known = NOTHING_PLACED
    this.#rungs = null
  }

  /** The union of groups; names without images count nothing. */
  scope(groups: readonly string[]): PixelScope {
    const keys = this.#settle()
    const taken = new Set(groups)
    const [touchedAt, defectiveAt] = [new Uint32Array(keys.length), new Uint32Array(keys.length)]
    const gains = new Float64Array(keys.length)
    let regions = 0
    for (const { group, marked } of this.#images) {
      if (taken.has(group)) regions += marked.gains.length - 1
    }
    const isTaken = Uint8Array.from(this.#groups, (group) => Number(taken.has(group)))
    addMarked(this.#ordered, isTaken, touchedAt, defectiveAt, gains)
    const { at, between } = this.#all(taken)
    const rungs = scoresOf(keys)
    const ranking = (positivesAt: Uint32Array) =>
      rankingOf(rungs, positivesAt, difference(at, positivesAt), between)
    const overlap = { regions, gains }
    return { ranking: ranking(defectiveAt), touched: ranking(touchedAt), overlap }
  }

  /** Pixels of the groups on each rung, and between each rung and the one before. */
  #all(groups: ReadonlySet<string>) {
    const rungs = this.#known.rungs.length
    const at = new Uint32Array(rungs)
    const between = new Float64Array(rungs + 1)
    for (const group of groups) {
      const placement = this.#known.placements.get(group)
      if (!placement) continue
      let before = 0
      for (let i = 0; i < rungs; i++) {
        at[i]! += placement.at[i]!
        between[i]! += placement.below[i]! - before
        before = placement.below[i]! + placement.at[i]!
      }
      between[rungs]! += pixelsOf(this.#ofGroup(group)) - before
    }
    return { at, between }
  }

  #ofGroup(name: string): PixelSketch[] {
    return this.#images.filter(({ group }) => group === name).map(({ sketch }) => sketch)
  }

  /** Finds the rungs and places those among all pixels that are not placed yet. */
  #settle(): Int32Array {
    if (this.#rungs) return this.#rungs
    const groups = [...new Set(this.#images.map(({ group }) => group))]
    this.#ordered = orderMarks(this.#images, groups)
    const rungs = distinct(this.#ordered.keys)
    const known = this.#known.rungs
    const fresh = known.length === 0 ? rungs : rungs.filter(missingIn(known))
    const found = placeKeys(
      fresh,
      groups.map((group) => this.#ofGroup(group)),
    )
    const placements = new Map(
      groups.map((group, index) => {
        const before = this.#known.placements.get(group)
        const merged = before
          ? mergePlacements(rungs, known, before, fresh, found[index]!)
          : found[index]!
        return [group, merged]
      }),
    )
    this.#known = { rungs, placements }
    this.#groups = groups
    this.#rungs = rungs
    return rungs
  }
}

function addMarked(
  { keys, regions, gains, groups }: OrderedMarks,
  isTaken: Uint8Array,
  touchedAt: Uint32Array,
  defectiveAt: Uint32Array,
  sums: Float64Array,
): void {
  for (let i = 0, rung = 0; i < keys.length; i++) {
    if (i > 0 && keys[i] !== keys[i - 1]) rung += 1
    const region = regions[i]!
    if (isTaken[groups[region]!] === 0) continue
    const gain = gains[region]!
    touchedAt[rung]! += 1
    if (gain === 0) continue
    defectiveAt[rung]! += 1
    sums[rung]! += gain
  }
}

function difference(all: Uint32Array, some: Uint32Array): Uint32Array {
  const rest = new Uint32Array(all.length)
  for (let i = 0; i < rest.length; i++) rest[i] = all[i]! - some[i]!
  return rest
}

/** Marked pixels of all images by ascending key, each with its region; "no region" of an image is one of them. */
interface OrderedMarks {
  readonly keys: Int32Array
  readonly regions: Uint32Array
  /** Of each region: 1 / area; 0: its pixels are more nominal than defective. */
  readonly gains: Float64Array
  /** Of each region: place of its image's group. */
  readonly groups: Uint16Array
}

function orderMarks(images: readonly CensusImage[], names: readonly string[]): OrderedMarks {
  const total = images.reduce((sum, { marked }) => sum + marked.keys.length, 0)
  const regionCount = images.reduce((sum, { marked }) => sum + marked.gains.length, 0)
  const keys = new Int32Array(total)
  const regions = new Uint32Array(total)
  const gains = new Float64Array(regionCount)
  const groups = new Uint16Array(regionCount)
  let begin = 0
  let region = 0
  for (const { group, marked } of images) {
    keys.set(marked.keys, begin)
    writeRegions(marked, region, regions.subarray(begin))
    gains.set(marked.gains, region)
    groups.fill(names.indexOf(group), region, region + marked.gains.length)
    begin += marked.keys.length
    region += marked.gains.length
  }
  const ordered = orderKeys(keys)
  return { keys: ordered.keys, regions: permuted(regions, ordered.places), gains, groups }
}

function writeRegions({ regions }: MarkedPixels, first: number, to: Uint32Array): void {
  for (let i = 0; i < regions.length; i++) to[i] = first + regions[i]!
}

function permuted(values: Uint32Array, places: Uint32Array): Uint32Array {
  const result = new Uint32Array(values.length)
  for (let i = 0; i < places.length; i++) result[i] = values[places[i]!]!
  return result
}

/** Counted before they are written: memory that is touched for the first time costs more than a second look. */
function distinct(ordered: Int32Array): Int32Array {
  let count = 0
  for (let i = 0; i < ordered.length; i++) {
    if (i === 0 || ordered[i] !== ordered[i - 1]) count += 1
  }
  const rungs = new Int32Array(count)
  for (let i = 0, rung = 0; i < ordered.length; i++) {
    if (i === 0 || ordered[i] !== ordered[i - 1]) rungs[rung++] = ordered[i]!
  }
  return rungs
}

/** Whether an ascending list lacks a key; asked in ascending order. */
function missingIn(known: Int32Array): (key: number) => boolean {
  let next = 0
  return (key) => {
    while (next < known.length && known[next]! < key) next += 1
    return known[next] !== key
  }
}

/** Placements of `keys`, each of which is in one of two lists that are placed. */
function mergePlacements(
  keys: Int32Array,
  known: Int32Array,
  before: Placement,
  fresh: Int32Array,
  found: Placement,
): Placement {
  const below = new Uint32Array(keys.length)
  const at = new Uint32Array(keys.length)
  let [old, own] = [0, 0]
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!
    while (old < known.length && known[old]! < key) old += 1
    const isKnown = known[old] === key
    if (!isKnown) own = lowerBound(fresh, key)
    below[i] = isKnown ? before.below[old]! : found.below[own]!
    at[i] = isKnown ? before.at[old]! : found.at[own]!
  }
  return { below, at }
}
