import { describe, expect, it } from 'vitest'
import { resizeBilinear } from '../../../../src/main/decode/resize.ts'
import { readGolden } from '../../../support/safetensors.ts'

const golden = readGolden('resize.safetensors')

describe('resizeBilinear', () => {
  it.each(['rgb', 'grey', 'up'])("equals Pillow's bilinear resize: %s", (name) => {
    const input = golden(`${name}.in`)
    const [height, width, channels] = input.shape as [number, number, number]
    const out = resizeBilinear(input.data as Uint8Array, width, height, channels, 64, 64)
    expect(out).toEqual(golden(`${name}.out`).data)
  })

  it('keeps an image of the wanted size, in new memory', () => {
    const data = Uint8Array.of(1, 2, 3, 4)
    const out = resizeBilinear(data, 2, 2, 1, 2, 2)
    expect(out).toEqual(data)
    expect(out).not.toBe(data)
  })

  it('keeps a constant image constant at any size', () => {
    for (const [from, to] of [
      [1, 7],
      [7, 1],
      [129, 64],
      [64, 129],
    ] as const) {
      const out = resizeBilinear(new Uint8Array(from * from).fill(255), from, from, 1, to, to)
      expect(out).toEqual(new Uint8Array(to * to).fill(255))
    }
  })
})
