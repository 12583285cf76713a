import { readFileSync } from 'node:fs'
import path from 'node:path'
import { encode } from 'fast-png'
import Vips from 'wasm-vips'
import { describe, expect, it } from 'vitest'
import { rangeOf } from '../../../../src/shared/datasets/sample-range.ts'
import { decodeImage, decodeSamples, isUnsupported } from '../../../../src/main/decode/decode.ts'
import { extentOf } from '../../../../src/main/decode/wide-samples.ts'

const late = (name: string) =>
  readFileSync(path.join(import.meta.dirname, '../../../fixtures/late', name))
const vips = await Vips({ dynamicLibraries: [] })
const [width, height] = [13, 7]
const grey = Uint8Array.from({ length: width * height }, (_, i) => (i * 19) % 256)
/** As libvips numbers them. */
const FORMATS = { uchar: 0, short: 3, uint: 4, float: 6 } as const
const image = (
  data: Uint8Array | Float32Array | Int16Array | Uint32Array,
  bands: number,
  format: keyof typeof FORMATS,
) => vips.Image.newFromMemory(data, width, height, bands, FORMATS[format])
const tiff = (made: ReturnType<typeof image>, options: object) =>
  Buffer.from(made.tiffsaveBuffer(options))

describe('kinds of TIFF that are read all the same', () => {
  const rgb = Uint8Array.from({ length: 3 * width * height }, (_, i) => (i * 37) % 256)
  const colours = () => image(rgb, 3, 'uchar').copy({ interpretation: 'srgb' })

  it.each([{ bigtiff: true }, { compression: 'deflate', tile: true }, { compression: 'packbits' }])(
    '%j, exactly',
    async (options) => {
      const { data } = await decodeImage(tiff(colours(), options), 'a.tif')
      expect(data).toEqual(rgb)
    },
  )

  it('JPEG inside, nearly', async () => {
    const bytes = tiff(colours(), { compression: 'jpeg', Q: 100 })
    const { data } = await decodeImage(bytes, 'a.tif')
    const expected = vips.Image.newFromBuffer(bytes).writeToMemory()
    data.forEach((value, i) => expect(Math.abs(value - Number(expected[i]))).toBeLessThanOrEqual(2))
  })

  it.each([1, 2, 4])('grey of %i bits', async (bitdepth) => {
    const levels = 2 ** bitdepth - 1
    const flat = grey.map((value) => Math.round(value / 255) * 255)
    const bytes = tiff(image(flat, 1, 'uchar').copy({ interpretation: 'b-w' }), { bitdepth })
    const { data } = await decodeImage(bytes, 'a.tif')
    expect(levels).toBeGreaterThan(0)
    expect(data.filter((_, i) => i % 3 === 0)).toEqual(flat)
  })

  it('fax, and a palette by its colours', async () => {
    const flat = grey.map((value) => (value > 127 ? 255 : 0))
    const made = image(flat, 1, 'uchar').copy({ interpretation: 'b-w' })
    const fax = tiff(made, { bitdepth: 1, compression: 'ccittfax4' })
    expect((await decodeImage(fax, 'a.tif')).data.filter((_, i) => i % 3 === 0)).toEqual(flat)
    const palette = await decodeImage(late('tif-palette8.tif'), 'p.tif')
    expect(new Set(palette.data).size).toBeGreaterThan(16)
  })

  it('refuses what the library would make black of as not supported, and cut files as damaged', async () => {
    const bytes = tiff(colours(), { compression: 'none' })
    const field = Array.from({ length: bytes.length - 12 }, (_, at) => at).find(
      (at) => bytes.readUInt16LE(at) === 259 && bytes.readUInt16LE(at + 2) === 3,
    )!
    for (const compression of [50000, 34925, 50001]) {
      const other = Buffer.from(bytes)
      other.writeUInt16LE(compression, field + 8)
      const refused = await decodeImage(other, 'a.tif').catch((error: unknown) => error)
      expect(isUnsupported(refused), String(compression)).toBe(true)
    }
    const cut = await decodeImage(late('tif-float32.tif').subarray(0, 9000), 'c.tif').catch(
      (error: unknown) => error,
    )
    expect(isUnsupported(cut)).toBe(false)
    expect(cut).toMatchObject({ code: 'BAD_FILE' })
  })
})

describe('samples of more than 8 bits', () => {
  const wide = (data: Uint16Array) => encode({ width, height, channels: 1, depth: 16, data })

  it.each([
    [8, 255],
    [10, 1023],
    [12, 4095],
    [14, 16383],
  ])('%i bits in 16 have the contrast of all 8', async (bits, high) => {
    const bytes = wide(Uint16Array.from(grey, (value) => Math.round((value * high) / 255)))
    const range = rangeOf([extentOf(await decodeSamples(bytes, 'w.png'))])
    expect(range).toEqual({ low: 0, high: 2 ** bits - 1 })
    const { data } = await decodeImage(bytes, 'w.png', { range })
    grey.forEach((value, i) => expect(Math.abs(data[3 * i]! - value)).toBeLessThanOrEqual(1))
  })

  it('16 bits that are in use keep their upper 8', async () => {
    const bytes = wide(Uint16Array.from(grey, (value) => value * 257))
    expect(rangeOf([extentOf(await decodeSamples(bytes, 'w.png'))])).toBeNull()
    expect((await decodeImage(bytes, 'w.png')).data.filter((_, i) => i % 3 === 0)).toEqual(grey)
  })

  it.each(['png-12of16.png', 'png-8of16.png', 'tif-12of16.tif', 'tif-float32.tif'])(
    '%s',
    async (name) => {
      const range = rangeOf([extentOf(await decodeSamples(late(name), name))])
      const { data } = await decodeImage(late(name), name, { range })
      expect(new Set(data).size).toBeGreaterThan(16)
      expect(Math.max(...data)).toBeGreaterThan(100)
    },
  )

  it('signed, 32 bits and float are read from one range', async () => {
    const signed = tiff(
      image(
        Int16Array.from(grey, (value) => value - 128),
        1,
        'short',
      ),
      {},
    )
    const long = tiff(
      image(
        Uint32Array.from(grey, (value) => value * 4096),
        1,
        'uint',
      ),
      {},
    )
    const float = tiff(
      image(
        Float32Array.from(grey, (value) => value * 10 - 50),
        1,
        'float',
      ),
      {},
    )
    for (const bytes of [signed, long, float]) {
      const range = rangeOf([extentOf(await decodeSamples(bytes, 's.tif'))])
      const { data } = await decodeImage(bytes, 's.tif', { range })
      const [low, high] = [Math.min(...grey), Math.max(...grey)]
      const exact =
        bytes === long ? grey : grey.map((value) => ((value - low) * 255) / (high - low))
      exact.forEach((value, i) => expect(Math.abs(data[3 * i]! - value)).toBeLessThanOrEqual(1))
    }
  })

  it('a range is that of all images together', () => {
    const of = (max: number) => ({ kind: 'integer' as const, min: 0, max })
    expect(rangeOf([of(200), of(900)])).toEqual({ low: 0, high: 1023 })
    expect(rangeOf([of(200), of(60000)])).toBeNull()
    expect(rangeOf([])).toBeNull()
  })
})

it('reads a JPEG with more behind its end, also where that has markers', async () => {
  const file = late('jpg-trailing-ffda.jpg')
  expect((await decodeImage(file, 'm.jpg')).width).toBeGreaterThan(0)
  for (const behind of [
    [0xff, 0xda, 1, 2],
    [0xff, 0xd8, 0xff],
    [1, 2, 3],
  ]) {
    await decodeImage(Buffer.concat([file, Buffer.from(behind)]), 'm.jpg')
  }
})
