import { describe, expect, it } from 'vitest'
import { sortScores } from '../../../../src/shared/metrics/sort-scores.ts'
import { Random } from '../../../../src/shared/random.ts'

describe('sortScores', () => {
  it.each([10, 50_000])('orders %d float32 numbers of every kind', (length) => {
    const random = new Random(length)
    const bits = new Uint32Array(length + 2)
    const scores = new Float32Array(bits.buffer, 4, length)
    for (let i = 0; i < length; i++) {
      do bits[i + 1] = random.uint32()
      while (!Number.isFinite(scores[i]))
    }
    scores.set([0, -0, 1e-45, -1e-45, 3.4028234663852886e38, -3.4028234663852886e38], 2)
    const expected = Array.from(scores).sort((a, b) => a - b)
    sortScores(scores)
    expect(Array.from(scores, (score) => score + 0)).toEqual(expected.map((score) => score + 0))
    expect([bits[0], bits[length + 1]]).toEqual([0, 0])
  })
})
