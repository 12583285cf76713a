import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { envelopeOf, pixelScoreOf, scoreOf } from '../../../../src/shared/metrics/envelope.ts'
import { chooseHalf } from '../../../../src/shared/metrics/held-out.ts'
import { combineMaps, frameWidth } from '../../../../src/shared/metrics/stored-maps.ts'
import { Random } from '../../../../src/shared/random.ts'

const size = 16
const distance = fc.oneof(fc.constantFrom(0, 0.5, 1), fc.float({ min: 0, max: 3, noNaN: true }))
const maps = fc
  .array(distance, { minLength: 2 * size * size, maxLength: 2 * size * size })
  .map((values) => Float32Array.from(values))

describe('an envelope', () => {
  it('scores as the whole map does, at any weight and with any frame', () => {
    const weight = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 50, noNaN: true }))
    fc.assert(
      fc.property(
        maps,
        fc.array(weight, { minLength: 5 }),
        fc.boolean(),
        (stored, weights, crop) => {
          const frame = frameWidth(size, crop)
          const envelope = envelopeOf(stored, size, frame)
          for (const value of weights) {
            expect(scoreOf(envelope, value)).toBe(combineMaps(stored, size, value, crop).score)
          }
          const pixels = new Float32Array(2 * size * size)
          pixels.set(stored.subarray(size * size), 0)
          expect(pixelScoreOf(envelope)).toBe(combineMaps(pixels, size, 0, crop).score)
        },
      ),
      { numRuns: 150, seed: 1 },
    )
  })

  it('is far shorter than the map', () => {
    const random = new Random(1)
    const noise = Float32Array.from({ length: 2 * size * size }, () => random.uniform())
    expect(envelopeOf(noise, size, 0).length).toBeLessThan(40)
  })
})

describe('chooseHalf', () => {
  it('takes half of every group, the same for the same seed in any order', () => {
    const images = Array.from({ length: 90 }, (_, i) => ({
      imageId: i + 1,
      anomalous: i % 3 !== 0,
      defectType: ['good', 'hole', 'scratch'][i % 3]!,
    }))
    const chosen = chooseHalf(images, 4)
    for (const name of ['good', 'hole', 'scratch']) {
      const own = images.filter(({ defectType }) => defectType === name)
      expect(own.filter(({ imageId }) => chosen.has(imageId))).toHaveLength(15)
    }
    expect(chooseHalf(images.toReversed(), 4)).toEqual(chosen)
    expect(chooseHalf(images, 5)).not.toEqual(chosen)
  })
})
