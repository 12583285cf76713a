import { DdadError } from '../errors.ts'

/** Scores with a label each: non-zero is positive (a defect). Null labels: all nominal. */
export interface ScoredSamples {
  readonly scores: ArrayLike<number>
  readonly labels: ArrayLike<number> | null
}

/** Most cells of the look-up table, 16 MB. */
const CELLS = 1 << 22
/** Scores that are brought into a coarse order together, and the bits of that order. */
const CHUNK = 1 << 23
const COARSE_BITS = 10
/** The key of −0. */
const MINUS_ZERO = -1

/**
 * Distinct scores in ascending order ("rungs") and where any other score lies among them: 2i is the slot
 * between rung i − 1 and rung i, 2i + 1 the slot on rung i. Float32 scores are found in constant time through
 * a table over keys that order as the floats do, so that counting N of them is O(N) and nothing is binned.
 */
export class Ladder {
  readonly rungs: Float64Array
  /** Keys of the rungs; null when one of them is no float32. */
  readonly #keys: Int32Array | null
  readonly #shift: number
  /** First rung at or above the beginning of each cell. */
  readonly #cells: Uint32Array

  /** @param rungs Finite, ascending, distinct. */
  constructor(rungs: Float64Array) {
    this.rungs = rungs
    this.#keys = keysOf(rungs)
    const span = this.#keys ? this.#keys[rungs.length - 1]! - this.#keys[0]! : 0
    let shift = 0
    while (span / 2 ** shift >= Math.min(CELLS, 4 * rungs.length + 1)) shift += 1
    this.#shift = shift
    this.#cells = this.#keys ? cellsOf(this.#keys, shift) : new Uint32Array(0)
  }

  /** Slots between, on, below and above the rungs. */
  get slots(): number {
    return 2 * this.rungs.length + 1
  }

  /** The slot of one score. */
  slotOf(score: number): number {
    const { rungs } = this
    const keys = this.#keys
    single[0] = score
    if (keys && single[0] === score) {
      const key = keyOf(singleBits[0]!)
      if (key < keys[0]!) return 0
      if (key > keys[keys.length - 1]!) return 2 * keys.length
      return this.#slotOfKey(key, keys)
    }
    let first = 0
    let end = rungs.length
    while (first < end) {
      const middle = (first + end) >>> 1
      if (rungs[middle]! < score) first = middle + 1
      else end = middle
    }
    return 2 * first + (rungs[first] === score ? 1 : 0)
  }

  /** The slot of a key that is neither below nor above all rungs. */
  #slotOfKey(key: number, keys: Int32Array): number {
    let rung = this.#cells[(key - keys[0]!) >>> this.#shift]!
    while (keys[rung]! < key) rung += 1
    return 2 * rung + (keys[rung] === key ? 1 : 0)
  }

  /**
   * How many scores with the label 0 each slot holds.
   *
   * @throws DdadError INVALID_INPUT when a score is not finite.
   */
  count(parts: readonly ScoredSamples[]): Uint32Array {
    const counts = new Uint32Array(this.slots)
    const total = parts.reduce((sum, { scores }) => sum + scores.length, 0)
    const waiting = this.#keys && new WaitingKeys(Math.min(total, CHUNK))
    for (const { scores, labels } of parts) {
      if (waiting && scores instanceof Float32Array) {
        this.#collect(scores, labels, counts, waiting)
        continue
      }
      for (let i = 0; i < scores.length; i++) {
        if (labels !== null && labels[i] !== 0) continue
        const score = scores[i]!
        if (!Number.isFinite(score)) throw notFinite(score)
        counts[this.slotOf(score)]! += 1
      }
    }
    if (waiting) this.#countWaiting(waiting, counts)
    return counts
  }

  /** Counts scores outside the ladder at once and keeps the others until there are many. */
  #collect(
    scores: Float32Array,
    labels: ArrayLike<number> | null,
    counts: Uint32Array,
    waiting: WaitingKeys,
  ): void {
    const bits = new Int32Array(scores.buffer, scores.byteOffset, scores.length)
    const keys = this.#keys!
    const low = keys[0]!
    const high = keys[keys.length - 1]!
    const { keys: kept } = waiting
    const capacity = kept.length
    let below = 0
    let above = 0
    let { length } = waiting
    for (let i = 0; i < bits.length; i++) {
      if (labels !== null && labels[i] !== 0) continue
      const pattern = bits[i]!
      const signed = pattern ^ ((pattern >> 31) & 0x7fffffff)
      const key = signed === MINUS_ZERO ? 0 : signed
      if (key < low || key > high) {
        // What is not finite orders below or above every finite rung.
        if (!Number.isFinite(scores[i]!)) throw notFinite(scores[i]!)
        if (key < low) below += 1
        else above += 1
        continue
      }
      if (length === capacity) {
        waiting.length = length
        this.#countWaiting(waiting, counts)
        length = 0
      }
      kept[length++] = key
    }
    waiting.length = length
    counts[0]! += below
    counts[2 * keys.length]! += above
  }

  /**
   * Looks up what is waiting, in a coarse order: the look-ups then stay in one small part of the tables at a
   * time, which is several times as fast as taking them as they come.
   */
  #countWaiting(waiting: WaitingKeys, counts: Uint32Array): void {
    const keys = this.#keys!
    const cells = this.#cells
    const shift = this.#shift
    const low = keys[0]!
    const ordered = waiting.takeOrdered(low, keys[keys.length - 1]!)
    for (let i = 0; i < ordered.length; i++) {
      const key = ordered[i]!
      let rung = cells[(key - low) >>> shift]!
      while (keys[rung]! < key) rung += 1
      counts[2 * rung + (keys[rung] === key ? 1 : 0)]! += 1
    }
  }
}

/** Keys collected to be looked up together. */
class WaitingKeys {
  readonly keys: Int32Array
  length = 0
  readonly #ordered: Int32Array

  constructor(capacity: number) {
    this.keys = new Int32Array(capacity)
    this.#ordered = new Int32Array(capacity)
  }

  /** Empties it; what was in it comes back in the order of the highest bits of key − low. */
  takeOrdered(low: number, high: number): Int32Array {
    const { keys, length } = this
    const ordered = this.#ordered.subarray(0, length)
    const shift = Math.max(0, 32 - Math.clz32(high - low) - COARSE_BITS)
    const next = new Uint32Array(2 ** COARSE_BITS + 1)
    for (let i = 0; i < length; i++) next[((keys[i]! - low) >>> shift) + 1]! += 1
    for (let bucket = 1; bucket < next.length; bucket++) next[bucket]! += next[bucket - 1]!
    for (let i = 0; i < length; i++) {
      const key = keys[i]!
      const bucket = (key - low) >>> shift
      ordered[next[bucket]!] = key
      next[bucket]! += 1
    }
    this.length = 0
    return ordered
  }
}

function keysOf(rungs: Float64Array): Int32Array | null {
  if (rungs.length === 0) return null
  const single = Float32Array.from(rungs)
  for (let i = 0; i < rungs.length; i++) if (single[i] !== rungs[i]) return null
  return new Int32Array(single.buffer).map(keyOf)
}

function cellsOf(keys: Int32Array, shift: number): Uint32Array {
  const low = keys[0]!
  const count = ((keys[keys.length - 1]! - low) >>> shift) + 1
  const cells = new Uint32Array(count + 1).fill(keys.length)
  for (let i = keys.length - 1; i >= 0; i--) cells[(keys[i]! - low) >>> shift] = i
  for (let cell = count - 1; cell >= 0; cell--) {
    if (cells[cell]! > cells[cell + 1]!) cells[cell] = cells[cell + 1]!
  }
  return cells
}

/** A float32 and its bits. */
const single = new Float32Array(1)
const singleBits = new Int32Array(single.buffer)

/** Signed integers that order as the float32 numbers of these bits do; both zeros are one. */
function keyOf(bits: number): number {
  const key = bits ^ ((bits >> 31) & 0x7fffffff)
  return key === MINUS_ZERO ? 0 : key
}

export function notFinite(score: number): DdadError {
  return new DdadError(
    'INVALID_INPUT',
    `A score is ${score}. Metrics need finite scores: look for an image whose map is not finite and evaluate it again.`,
  )
}
