/** Below this length the runtime's own sort is as fast. */
const SMALL = 20_000
const BITS = 11
const SIZE = 1 << BITS
const MASK = SIZE - 1

/**
 * Sorts finite scores in ascending order, in place. Long float32 arrays take three passes of a radix sort over
 * keys that order as the floats do, O(N), with one array of the same length in addition.
 */
export function sortScores(scores: Float32Array | Float64Array): void {
  if (scores instanceof Float64Array || scores.length < SMALL) scores.sort()
  else radixSort(new Uint32Array(scores.buffer, scores.byteOffset, scores.length))
}

/** Sorts the bit patterns of float32 numbers by the numbers' order. */
function radixSort(bits: Uint32Array): void {
  const counts = new Uint32Array(3 * SIZE)
  for (let i = 0; i < bits.length; i++) {
    const key = toKey(bits[i]!)
    bits[i] = key
    counts[key & MASK]! += 1
    counts[SIZE + ((key >>> BITS) & MASK)]! += 1
    counts[2 * SIZE + (key >>> (2 * BITS))]! += 1
  }
  const scratch = new Uint32Array(bits.length)
  scatter(bits, scratch, counts.subarray(0, SIZE), 0)
  scatter(scratch, bits, counts.subarray(SIZE, 2 * SIZE), BITS)
  scatter(bits, scratch, counts.subarray(2 * SIZE), 2 * BITS)
  for (let i = 0; i < bits.length; i++) bits[i] = fromKey(scratch[i]!)
}

function scatter(from: Uint32Array, to: Uint32Array, counts: Uint32Array, shift: number): void {
  let next = 0
  for (let digit = 0; digit < SIZE; digit++) {
    const count = counts[digit]!
    counts[digit] = next
    next += count
  }
  for (let i = 0; i < from.length; i++) {
    const key = from[i]!
    const digit = (key >>> shift) & MASK
    to[counts[digit]!] = key
    counts[digit]! += 1
  }
}

/** Negative numbers get all bits flipped, others the sign bit, so that unsigned order is numeric order. */
function toKey(bits: number): number {
  return (bits ^ ((bits >> 31) | 0x80000000)) >>> 0
}

function fromKey(key: number): number {
  return (key ^ (key >> 31 === 0 ? 0xffffffff : 0x80000000)) >>> 0
}
