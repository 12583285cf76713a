import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { decodeImage, holdingPixels } from '../../../../src/main/decode/decode.ts'
import { readImageHeader } from '../../../../src/main/decode/image-header.ts'
import { encodeGreyPng, encodeRgbPng } from '../../../../src/main/decode/png.ts'

const folder = path.join(import.meta.dirname, '../../../fixtures/images')
const fixture = (name: string) => Uint8Array.from(readFileSync(path.join(folder, name)))

/** The picture that every fixture shows: red rises with x, green with y, blue (and grey) with both. */
const width = 37
const height = 24
const red = (x: number) => (x * 6) % 256
const green = (y: number) => (y * 10) % 256
const blue = (x: number, y: number) => ((x + y) * 4) % 256

function expected(colour: boolean): Uint8Array {
  const data = new Uint8Array(3 * width * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const grey = blue(x, y)
      data.set(colour ? [red(x), green(y), grey] : [grey, grey, grey], 3 * (y * width + x))
    }
  }
  return data
}

function largestDifference(a: Uint8Array, b: Uint8Array): number {
  expect(a.length).toBe(b.length)
  return a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0)
}

describe('decodeImage', () => {
  it.each([
    'rgb8.png',
    'rgba8.png',
    'rgb16.png',
    'rgb.bmp',
    'rgb.tif',
    'deflate.tif',
    'rgb.webp',
    'rgba.webp',
    'exif8.png',
    'two-pages.tif',
  ])('reads colour exactly: %s', async (name) => {
    const image = await decodeImage(fixture(name), name)
    expect(image).toMatchObject({ width, height })
    expect(largestDifference(image.data, expected(true))).toBe(0)
  })

  it.each(['grey8.png', 'grey-alpha.png', 'grey.bmp', 'grey.tif', 'grey16.tif'])(
    'expands grey exactly: %s',
    async (name) => {
      const image = await decodeImage(fixture(name), name)
      expect(largestDifference(image.data, expected(false))).toBe(0)
    },
  )

  it('keeps the high byte of 16-bit grey', async () => {
    const image = await decodeImage(fixture('grey16.png'), 'grey16.png')
    const highByte = expected(false).map((v) => (v * 257 - (v > 0 ? 1 : 0)) >> 8)
    expect(largestDifference(image.data, highByte)).toBe(0)
  })

  it('reads one bit as black and white', async () => {
    const image = await decodeImage(fixture('grey1.png'), 'grey1.png')
    expect(image.data).toEqual(expected(false).map((value) => (value > 100 ? 255 : 0)))
  })

  it.each(['rgba.bmp', 'rgba.tif', 'lzw.tif', 'cmyk.tif'])(
    'reads the upper half exactly: %s',
    async (name) => {
      const image = await decodeImage(fixture(name), name)
      expect(image).toMatchObject({ width, height: 12 })
      expect(largestDifference(image.data, expected(true).slice(0, 3 * 12 * width))).toBe(0)
    },
  )

  // The references were decoded by Pillow; other decoders of JPEG round in other places.
  it.each([
    ['palette4.png', 'palette4', 0],
    ['palette8.png', 'palette8', 0],
    ['palette-alpha.png', 'palette-alpha', 0],
    ['palette.bmp', 'palette-bmp', 0],
    ['lossy.webp', 'lossy', 0],
    ['cmyk.jpg', 'cmyk', 1],
    ['grey.jpg', 'grey', 3],
    ['rgb.jpg', 'rgb', 3],
    ['progressive.jpg', 'progressive', 3],
    // As stored: the orientation is ignored.
    ['exif6.jpg', 'exif6', 3],
  ])('reads what Pillow reads: %s', async (name, reference, tolerance) => {
    const image = await decodeImage(fixture(name), name)
    expect(image).toMatchObject({ width, height })
    const { data } = await decodeImage(fixture(`${reference}-decoded.png`), reference)
    expect(largestDifference(image.data, data)).toBeLessThanOrEqual(tolerance)
  })

  it('reads a BMP stored from the top upside down of one stored from the bottom', async () => {
    const image = await decodeImage(fixture('top-down.bmp'), 'top-down.bmp')
    const rows = (data: Uint8Array, y: number) => data.slice(3 * width * y, 3 * width * (y + 1))
    expect(rows(image.data, 0)).toEqual(rows(expected(true), height - 1))
  })

  it('hands JPEG to the decoder it is given', async () => {
    const pixel = { width: 1, height: 1, data: Uint8Array.of(1, 2, 3) }
    const image = await decodeImage(fixture('rgb.jpg'), 'rgb.jpg', { jpeg: () => pixel })
    expect(image).toBe(pixel)
  })

  it.each([
    'rgb8.png',
    'palette4.png',
    'rgb.jpg',
    'progressive.jpg',
    'rgb.bmp',
    'rgb.tif',
    'rgb.webp',
  ])('refuses a file cut at each tenth, and names it: %s', async (name) => {
    const bytes = fixture(name)
    for (let tenth = 0; tenth < 10; tenth++) {
      const cut = bytes.slice(0, Math.floor((bytes.length * tenth) / 10))
      await expect(decodeImage(cut, `folder/${name}`), `at ${tenth} tenths`).rejects.toMatchObject({
        code: 'BAD_FILE',
        message: expect.stringContaining(`folder/${name}`) as string,
      })
    }
  })

  it('refuses an image over the limit by its header alone', async () => {
    await expect(decodeImage(fixture('declares-400mpx.png'), 'big.png')).rejects.toMatchObject({
      code: 'BAD_FILE',
      message: expect.stringContaining('20000 × 20000') as string,
    })
  })

  it('says what a file of another type starts with', async () => {
    await expect(decodeImage(Buffer.from('%PDF-1.7 …'), 'a.png')).rejects.toMatchObject({
      code: 'BAD_FILE',
      message: expect.stringContaining('255044462d312e37') as string,
    })
  })
})

describe('readImageHeader', () => {
  it.each([
    'rgb8.png',
    'rgb.jpg',
    'progressive.jpg',
    'rgb.bmp',
    'top-down.bmp',
    'rgb.tif',
    'rgb.webp',
  ])('reads the size: %s', (name) => {
    expect(readImageHeader(fixture(name))).toMatchObject({ width, height })
  })
})

describe('PNG encoding', () => {
  it('returns the same pixels, colour and grey', async () => {
    const data = expected(true)
    const colour = await decodeImage(encodeRgbPng({ width, height, data }), 'a.png')
    expect(colour.data).toEqual(data)
    const grey = Uint8Array.from({ length: width * height }, (_, i) => i % 256)
    const image = await decodeImage(encodeGreyPng(grey, width, height), 'b.png')
    expect(image.data.filter((_, i) => i % 3 === 0)).toEqual(grey)
  })
})

it('works on large images one after the other, on small ones at once', async () => {
  const bitmap = (side: number) => {
    const bytes = Buffer.alloc(54)
    bytes.write('BM')
    bytes.writeUInt32LE(40, 14)
    bytes.writeInt32LE(side, 18)
    bytes.writeInt32LE(side, 22)
    return bytes
  }
  const most = async (side: number) => {
    let running = 0
    let largest = 0
    const work = async () => {
      running += 1
      largest = Math.max(largest, running)
      await new Promise((resolve) => setImmediate(resolve))
      running -= 1
      if (side > 4999 && largest === 1) throw new Error('a failure that ends only itself')
    }
    const all = [0, 1, 2].map(() => holdingPixels(bitmap(side), 'a.bmp', work))
    await Promise.allSettled(all)
    return largest
  }
  expect(await most(5000)).toBe(1)
  expect(await most(50)).toBe(3)
  await expect(holdingPixels(bitmap(20_000), 'a.bmp', async () => 1)).rejects.toThrow(
    'more than the limit of 100 million',
  )
})
