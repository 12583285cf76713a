import { DdadError } from '../errors.ts'

/** The plain key of −0, which no other number has. */
const MINUS_ZERO = -1

/** Signed integers that order as the float32 numbers of these bits do; both zeros are one. */
export function keyOf(bits: number): number {
  const key = plainKey(bits)
  return key === MINUS_ZERO ? 0 : key
}

/** The same with −0 just below 0. */
export function plainKey(bits: number): number {
  return bits ^ ((bits >> 31) & 0x7fffffff)
}

/** The bits of float32 numbers, in place. */
export function bitsOf(scores: Float32Array): Int32Array {
  return new Int32Array(scores.buffer, scores.byteOffset, scores.length)
}

/** Float32 numbers of keys, as float64. */
export function scoresOf(keys: Int32Array): Float64Array {
  // It is its own inverse.
  const bits = keys.map(plainKey)
  return new Float64Array(new Float32Array(bits.buffer))
}

/** The lowest key whose number is above a score, which need be no float32. */
export function lowestKeyAbove(score: number): number {
  const single = Float32Array.of(score)
  const key = keyOf(bitsOf(single)[0]!)
  return single[0]! > score ? key : key + 1
}

/** The lowest key whose number is at least a score. */
export function lowestKeyFrom(score: number): number {
  const single = Float32Array.of(score)
  const key = keyOf(bitsOf(single)[0]!)
  return single[0]! >= score ? key : key + 1
}

export function notFinite(score: number): DdadError {
  return new DdadError(
    'INVALID_INPUT',
    `A score is ${score}. Metrics need finite scores: look for an image whose map is not finite and evaluate it again.`,
  )
}
