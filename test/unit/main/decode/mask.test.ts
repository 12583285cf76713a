import { encode } from 'fast-png'
import { describe, expect, it } from 'vitest'
import { decodeMask, maskCoverage, maskParts } from '../../../../src/main/decode/mask.ts'
import { encodeGreyPng } from '../../../../src/main/decode/png.ts'

const grey = (values: number[], width = values.length) =>
  encodeGreyPng(Uint8Array.from(values), width, values.length / width)

describe('decodeMask', () => {
  it('keeps class indices', async () => {
    const mask = await decodeMask(grey([0, 1, 3, 1]), 'm.png')
    expect(mask).toMatchObject({ width: 4, height: 1, values: [0, 1, 3] })
    expect(maskParts(mask, { coded: false, void: true })).toEqual(Uint8Array.of(0, 255, 255, 255))
  })

  it('cuts grey levels at half', async () => {
    const mask = await decodeMask(grey([0, 1, 127, 128, 254, 255]), 'm.png')
    expect(maskParts(mask, { coded: false, void: true })).toEqual(
      Uint8Array.of(0, 0, 0, 255, 255, 255),
    )
  })

  it('keeps palette indices and single bits', async () => {
    const palette: [number, number, number][] = [
      [9, 9, 9],
      [0, 0, 0],
    ]
    const indexed = encode({
      width: 3,
      height: 1,
      data: Uint8Array.of(0, 1, 0),
      channels: 1,
      palette,
    })
    expect((await decodeMask(indexed, 'm.png')).data).toEqual(Uint8Array.of(0, 1, 0))
    const bits = encode({
      width: 10,
      height: 2,
      data: Uint8Array.of(0b10100000, 0b01000000, 0b00000001, 0b10000000),
      channels: 1,
      depth: 1,
    })
    const mask = await decodeMask(bits, 'm.png')
    expect([...mask.data].map((v, i) => (v ? i : -1)).filter((i) => i >= 0)).toEqual([
      0, 2, 9, 17, 18,
    ])
  })

  it('keeps every non-zero 16-bit value non-zero', async () => {
    const bytes = encode({
      width: 3,
      height: 1,
      data: Uint16Array.of(0, 1, 65535),
      channels: 1,
      depth: 16,
    })
    expect((await decodeMask(bytes, 'm.png')).data).toEqual(Uint8Array.of(0, 1, 255))
  })

  it('takes the largest of 16-bit colours, without their alpha, and sees a shape in that', async () => {
    const pixels = [
      [0, 0, 0, 65535],
      [1, 0, 0, 0],
      [0x1200, 0x3400, 0, 65535],
      [0, 0, 65535, 65535],
    ]
    const data = Uint16Array.from(pixels.flat())
    const bytes = encode({ width: 2, height: 2, data, channels: 4, depth: 16 })
    const mask = await decodeMask(bytes, 'm.png')
    expect([...mask.data]).toEqual([0, 1, 0x34, 255])
    expect(mask.shapeInAlpha).toBe(false)
    const black = data.map((value, i) => (i % 4 === 3 ? value : 0))
    const alone = encode({ width: 2, height: 2, data: black, channels: 4, depth: 16 })
    expect((await decodeMask(alone, 'm.png')).shapeInAlpha).toBe(true)
  })

  it('refuses what a small file unfolds to, before it does', async () => {
    const bytes = encode({
      ...{ width: 1, height: 1, data: Uint16Array.of(0, 0, 0, 0), channels: 4, depth: 16 },
    })
    const large = Buffer.from(bytes)
    for (const at of [16, 20]) large.writeUInt32BE(10_000, at)
    await expect(decodeMask(large, 'm.png')).rejects.toMatchObject({
      code: 'BAD_FILE',
      message: expect.stringContaining('unfold to 800 MB') as string,
    })
  })

  it('takes the largest colour and ignores alpha', async () => {
    const bytes = encode({
      width: 2,
      height: 1,
      data: Uint8Array.of(0, 0, 0, 255, 0, 255, 0, 255),
      channels: 4,
    })
    expect((await decodeMask(bytes, 'm.png')).data).toEqual(Uint8Array.of(0, 255))
  })

  it('refuses damaged data and names the file', async () => {
    const bytes = grey([0, 1, 2, 3])
    bytes[bytes.length - 18]! ^= 0xff
    await expect(decodeMask(bytes, 'a/m.png')).rejects.toMatchObject({
      code: 'BAD_FILE',
      message: expect.stringContaining('a/m.png') as string,
    })
  })
})

describe('maskCoverage', () => {
  it('says how much of a pixel is covered when reducing', async () => {
    const wide = Array.from({ length: 16 * 16 }, (_, i) => (i % 16 < 8 ? 1 : 0))
    const { defect } = maskCoverage(await decodeMask(grey(wide, 16), 'm.png'), 4)
    const row = [255, 223, 32, 0]
    expect([...defect]).toEqual([...row, ...row, ...row, ...row])
  })
})
