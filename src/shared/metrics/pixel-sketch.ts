import { bitsOf, notFinite, plainKey } from './float-keys.ts'

/** Buckets of keys that have their upper 16 bits in common, counted from the lowest. */
const BUCKETS = 1 << 16
const ZERO_BUCKET = BUCKETS / 2
/** Buckets below the one and from the other hold what is not finite. */
const FIRST_FINITE = 0x80
const END_FINITE = 0xff80
/** The bucket of −0 and of the largest negative numbers. */
const MINUS_ZERO_BUCKET = ZERO_BUCKET - 1

/**
 * All scores of a map, in two bytes each: their keys (see {@link keyOf}) ordered by the upper half, of which the
 * lower half is kept. The order within a bucket is that of the pixels.
 */
export interface PixelSketch {
  /** The first bucket with a score. */
  readonly first: number
  /** Where each bucket begins in `rests`, from the first with a score to the last, and the end. */
  readonly offsets: Uint32Array
  /** Lower halves of the keys. */
  readonly rests: Uint16Array
}

export const bucketOf = (key: number): number => (key >> 16) + ZERO_BUCKET
export const keyIn = (bucket: number, rest: number): number => ((bucket - ZERO_BUCKET) << 16) | rest

/** Where the scores of a bucket begin and end in a sketch. */
export function rangeIn({ first, offsets }: PixelSketch, bucket: number): [number, number] {
  const at = bucket - first
  return at < 0 || at >= offsets.length - 1 ? [0, 0] : [offsets[at]!, offsets[at + 1]!]
}

export function countIn(sketch: PixelSketch, bucket: number): number {
  const [begin, end] = rangeIn(sketch, bucket)
  return end - begin
}

/** Scores of some sketches. */
export function pixelsOf(sketches: readonly PixelSketch[]): number {
  return sketches.reduce((sum, { rests }) => sum + rests.length, 0)
}

/** The lowest and the highest key; null without a pixel. */
export function extremesOf(sketch: PixelSketch): [number, number] | null {
  const { first, offsets, rests } = sketch
  if (rests.length === 0) return null
  const last = first + offsets.length - 2
  const own = (bucket: number) => rests.subarray(...rangeIn(sketch, bucket))
  const lowest = own(first).reduce((least, rest) => Math.min(least, rest))
  const highest = own(last).reduce((most, rest) => Math.max(most, rest))
  return [keyIn(first, lowest), keyIn(last, highest)]
}

/** Every `stride`-th key of a sketch, from the lowest bucket on. */
export function sampleOf(sketch: PixelSketch, stride: number): number[] {
  const { first, offsets, rests } = sketch
  const keys: number[] = []
  for (let i = 0, bucket = first; i < rests.length; i += stride) {
    while (offsets[bucket - first + 1]! <= i) bucket += 1
    keys.push(keyIn(bucket, rests[i]!))
  }
  return keys
}

/** Makes sketches; keeps its tables for the next one. */
export class Sketcher {
  readonly #even = new Uint32Array(BUCKETS)
  readonly #odd = new Uint32Array(BUCKETS)

  /** @throws DdadError INVALID_INPUT when a score is not finite. */
  sketch(map: Float32Array): PixelSketch {
    const bits = bitsOf(map)
    const next = this.#even
    this.#count(bits)
    let first = 0
    while (first < BUCKETS && next[first] === 0) first += 1
    let end = BUCKETS
    while (end > first && next[end - 1] === 0) end -= 1
    if (first === end) return { first: 0, offsets: new Uint32Array(1), rests: new Uint16Array(0) }
    const hasMinusZero = next[MINUS_ZERO_BUCKET]! > 0 && map.some((score) => Object.is(score, -0))
    const isFinite = first >= FIRST_FINITE && end <= END_FINITE
    const offsets = new Uint32Array(end - first + 1)
    for (let bucket = first; bucket < end; bucket++) {
      offsets[bucket - first + 1] = offsets[bucket - first]! + next[bucket]!
      next[bucket] = offsets[bucket - first]!
    }
    const rests = new Uint16Array(bits.length)
    if (isFinite && !hasMinusZero) scatter(bits, next, rests)
    next.fill(0, first, end)
    if (!isFinite) throw notFinite(map.find((score) => !Number.isFinite(score))!)
    // −0 + 0 is 0.
    return hasMinusZero ? this.sketch(map.map((score) => score + 0)) : { first, offsets, rests }
  }

  /** Scores of each bucket. Two tables take turns: neighbours often meet in a bucket and would wait for each other. */
  #count(bits: Int32Array): void {
    const [even, odd] = [this.#even, this.#odd]
    const half = bits.length >> 1
    for (let i = 0; i < half; i++) {
      even[bucketOf(plainKey(bits[i]!))]! += 1
      odd[bucketOf(plainKey(bits[i + half]!))]! += 1
    }
    if (bits.length % 2 === 1) even[bucketOf(plainKey(bits.at(-1)!))]! += 1
    for (let bucket = 0; bucket < BUCKETS; bucket++) even[bucket]! += odd[bucket]!
    odd.fill(0)
  }
}

/** @param next Where the next score of each bucket goes. */
function scatter(bits: Int32Array, next: Uint32Array, rests: Uint16Array): void {
  for (let i = 0; i < bits.length; i++) {
    const key = plainKey(bits[i]!)
    const bucket = bucketOf(key)
    const at = next[bucket]!
    rests[at] = key
    next[bucket] = at + 1
  }
}
