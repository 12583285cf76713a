import { bucketOf, countIn, keyIn, rangeIn, type PixelSketch } from './pixel-sketch.ts'

/** Where keys lie among the scores of some maps. */
export interface Placement {
  /** Scores below each key. */
  readonly below: Uint32Array
  /** Scores of each key. */
  readonly at: Uint32Array
}

const RESTS = 1 << 16

/**
 * Counts the scores of each set of maps below and at each key, exactly. Only scores whose upper half some key has
 * in common are looked at, once for all keys.
 *
 * @param keys Ascending and distinct.
 */
export function placeKeys(
  keys: Int32Array,
  sets: readonly (readonly PixelSketch[])[],
): Placement[] {
  const counts = new Uint32Array(RESTS)
  const placements = sets.map(() => ({
    below: new Uint32Array(keys.length),
    at: new Uint32Array(keys.length),
  }))
  for (let from = 0; from < keys.length;) {
    const bucket = bucketOf(keys[from]!)
    let to = from + 1
    while (to < keys.length && bucketOf(keys[to]!) === bucket) to += 1
    const inside = keys.subarray(from, to)
    for (const [index, sketches] of sets.entries()) {
      const { below, at } = placements[index]!
      const [lower, own] = [below.subarray(from, to), at.subarray(from, to)]
      const count = countAll(sketches, bucket)
      // Counting each rest costs a look at all that there can be, searching some steps for each score.
      const steps = count * Math.log2(inside.length + 1)
      if (steps > RESTS / 4) countRests(sketches, bucket, counts, inside, lower, own)
      else if (count > 0) searchRests(sketches, bucket, inside, lower, own)
      let sum = countBefore(sketches, bucket)
      for (let i = 0; i < inside.length; i++) {
        sum += lower[i]!
        lower[i] = sum
        sum += own[i]!
      }
    }
    from = to
  }
  return placements
}

/** Scores in the buckets before one. */
function countBefore(sketches: readonly PixelSketch[], bucket: number): number {
  let sum = 0
  for (const { first, offsets } of sketches) {
    sum += offsets[Math.min(Math.max(0, bucket - first), offsets.length - 1)]!
  }
  return sum
}

function countAll(sketches: readonly PixelSketch[], bucket: number): number {
  let sum = 0
  for (const sketch of sketches) sum += countIn(sketch, bucket)
  return sum
}

/**
 * Adds the scores between each key and the one before to `between`, those of each key to `at`.
 *
 * @param counts All zero, before and after.
 */
function countRests(
  sketches: readonly PixelSketch[],
  bucket: number,
  counts: Uint32Array,
  keys: Int32Array,
  between: Uint32Array,
  at: Uint32Array,
): void {
  for (const sketch of sketches) {
    const { rests } = sketch
    const [begin, end] = rangeIn(sketch, bucket)
    for (let i = begin; i < end; i++) counts[rests[i]!]! += 1
  }
  let next = 0
  for (let i = 0; i < keys.length; i++) {
    const rest = keys[i]! & 0xffff
    let sum = 0
    while (next < rest) sum += counts[next++]!
    between[i] = sum
    at[i] = counts[next++]!
  }
  counts.fill(0)
}

/** The same for a few scores. */
function searchRests(
  sketches: readonly PixelSketch[],
  bucket: number,
  keys: Int32Array,
  between: Uint32Array,
  at: Uint32Array,
): void {
  for (const sketch of sketches) {
    const [begin, end] = rangeIn(sketch, bucket)
    for (let i = begin; i < end; i++) {
      const key = keyIn(bucket, sketch.rests[i]!)
      const place = lowerBound(keys, key)
      if (place === keys.length) continue
      if (keys[place] === key) at[place]! += 1
      else between[place]! += 1
    }
  }
}

/** The first place in an ascending list whose number is at least `key`. */
export function lowerBound(keys: Int32Array | Float64Array, key: number): number {
  let first = 0
  let end = keys.length
  while (first < end) {
    const middle = (first + end) >>> 1
    if (keys[middle]! < key) first = middle + 1
    else end = middle
  }
  return first
}
