const BITS = 11
const SIZE = 1 << BITS
const MASK = SIZE - 1

/** Keys in ascending order, and which place each of them had. */
export interface OrderedKeys {
  readonly keys: Int32Array
  readonly places: Uint32Array
}

/** Three stable passes of a radix sort: O(N), with two more arrays of the same length as each of the results. */
export function orderKeys(keys: Int32Array): OrderedKeys {
  const counts = new Uint32Array(3 * SIZE)
  const [one, other] = [new Uint32Array(keys.length), new Uint32Array(keys.length)]
  const [places, others] = [new Uint32Array(keys.length), new Uint32Array(keys.length)]
  for (let i = 0; i < keys.length; i++) {
    const key = unsigned(keys[i]!) >>> 0
    one[i] = key
    places[i] = i
    counts[key & MASK]! += 1
    counts[SIZE + ((key >>> BITS) & MASK)]! += 1
    counts[2 * SIZE + (key >>> (2 * BITS))]! += 1
  }
  scatter(one, places, other, others, counts.subarray(0, SIZE), 0)
  scatter(other, others, one, places, counts.subarray(SIZE, 2 * SIZE), BITS)
  scatter(one, places, other, others, counts.subarray(2 * SIZE), 2 * BITS)
  const ordered = new Int32Array(other.buffer)
  for (let i = 0; i < ordered.length; i++) ordered[i] = unsigned(ordered[i]!)
  return { keys: ordered, places: others }
}

/** Turns signed order into unsigned order, and back. */
function unsigned(key: number): number {
  return key ^ 0x80000000
}

function scatter(
  from: Uint32Array,
  places: Uint32Array,
  to: Uint32Array,
  toPlaces: Uint32Array,
  counts: Uint32Array,
  shift: number,
): void {
  let next = 0
  for (let digit = 0; digit < SIZE; digit++) {
    const count = counts[digit]!
    counts[digit] = next
    next += count
  }
  for (let i = 0; i < from.length; i++) {
    const key = from[i]!
    const digit = (key >>> shift) & MASK
    const at = counts[digit]!
    to[at] = key
    toPlaces[at] = places[i]!
    counts[digit] = at + 1
  }
}
