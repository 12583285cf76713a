import { describe, expect, it } from 'vitest'
import { paintSynthetic, syntheticMask } from '../../../../src/shared/diffusion/synthetic-defect.ts'

describe('a painted defect', () => {
  const size = 32
  const image = Float32Array.from({ length: size * size * 3 }, (_, i) => Math.sin(i / 9) / 2)

  it.each([0, 1, 2, 3, 4, 5])(
    'changes pixels inside its mask and nothing else (seed %i)',
    (seed) => {
      const before = image.slice()
      const painted = paintSynthetic(image, size, seed)
      const mask = syntheticMask(seed, size)
      expect(image).toEqual(before)
      const area = mask.reduce((sum, value) => sum + value, 0)
      expect(area).toBeGreaterThan(4)
      expect(area).toBeLessThan(0.4 * mask.length)
      let changed = 0
      for (let i = 0; i < image.length; i++) {
        const inside = mask[Math.floor(i / 3)] === 1
        if (painted[i] !== image[i]) changed += 1
        if (!inside) expect(painted[i]).toBe(image[i])
        expect(Math.abs(painted[i]!)).toBeLessThanOrEqual(1)
      }
      expect(changed).toBeGreaterThan(2 * area)
      expect(paintSynthetic(image, size, seed)).toEqual(painted)
    },
  )
})
