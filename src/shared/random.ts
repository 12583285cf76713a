/** The state of a {@link Random}: four unsigned 32-bit integers, to be stored with a checkpoint. */
export type RandomState = readonly [number, number, number, number]

/**
 * A seeded generator (xoshiro128**, seeded by splitmix32) whose state can be stored and restored. The same
 * seed gives the same numbers on every machine.
 */
export class Random {
  #a: number
  #b: number
  #c: number
  #d: number

  /** @param stream Numbers that separate independent sequences of one seed, such as epoch or image. */
  constructor(seed: number, ...stream: readonly number[]) {
    let mixed = splitmix(Math.trunc(seed / 2 ** 32) ^ 0x9e3779b9, seed)
    for (const part of stream) mixed = splitmix(mixed, part)
    this.#a = splitmix(mixed, 1)
    this.#b = splitmix(mixed, 2)
    this.#c = splitmix(mixed, 3)
    this.#d = splitmix(mixed, 4)
  }

  static restore(state: RandomState): Random {
    const random = new Random(0)
    ;[random.#a, random.#b, random.#c, random.#d] = state
    return random
  }

  get state(): RandomState {
    return [this.#a >>> 0, this.#b >>> 0, this.#c >>> 0, this.#d >>> 0]
  }

  /** An integer of 0 … 2³² − 1. */
  uint32(): number {
    const b = this.#b
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0
    this.#c ^= this.#a
    this.#d ^= b
    this.#b ^= this.#c
    this.#a ^= this.#d
    this.#c ^= b << 9
    this.#d = rotate(this.#d, 11)
    return result
  }

  /** Uniform in [0, 1), 53 bits. */
  uniform(): number {
    return ((this.uint32() >>> 5) * 2 ** 26 + (this.uint32() >>> 6)) / 2 ** 53
  }

  /** Uniform in [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.uniform()
  }

  /** Uniform integer of 0 … count − 1. */
  integer(count: number): number {
    return Math.floor(this.uniform() * count)
  }

  /** A standard normal number (Box–Muller, one of the pair, so that the state is all there is). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()))
    return radius * Math.cos(2 * Math.PI * this.uniform())
  }

  /** A permutation of 0 … count − 1 (Fisher–Yates). */
  permutation(count: number): Uint32Array {
    const order = Uint32Array.from({ length: count }, (_, i) => i)
    for (let i = count - 1; i > 0; i--) {
      const j = this.integer(i + 1)
      const swapped = order[i]!
      order[i] = order[j]!
      order[j] = swapped
    }
    return order
  }
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits))
}

/** splitmix32's finaliser over two words. */
function splitmix(state: number, word: number): number {
  let mixed = (Math.imul(state, 0x85ebca6b) + Math.imul(word + 1, 0x9e3779b9)) | 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
  return mixed ^ (mixed >>> 15)
}
