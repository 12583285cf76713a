import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { decodeJpeg } from '../../../src/main/engine/data/decode-jpeg.ts'
import { loadImages } from '../../../src/main/engine/data/load-images.ts'
import { decodeImage } from '../../../src/main/decode/decode.ts'

const folder = path.join(import.meta.dirname, '../../fixtures/images')
const file = (name: string) => path.join(folder, name)
const pixels = async (name: string) => (await decodeImage(readFileSync(file(name)), name)).data

describe('decodeJpeg', () => {
  it.each(['rgb', 'progressive', 'grey', 'cmyk', 'exif6'])(
    'equals Pillow bit by bit: %s',
    async (name) => {
      const image = decodeJpeg(readFileSync(file(`${name}.jpg`)))
      expect(image).toMatchObject({ width: 37, height: 24 })
      expect(image.data).toEqual(await pixels(`${name}-decoded.png`))
    },
  )
})

describe('loadImages', () => {
  it('resizes as Pillow does and scales to −1 … 1, in the order asked for', async () => {
    const images = await loadImages([file('rgb.jpg'), file('grey8.png'), file('rgb.jpg')], 16)
    const count = 16 * 16 * 3
    expect(images.length).toBe(3 * count)
    const reference = await pixels('rgb-16x16.png')
    const levels = Array.from(images.subarray(0, count), (value) => ((value + 1) * 255) / 2)
    for (const [i, level] of levels.entries()) expect(level).toBeCloseTo(reference[i]!, 4)
    expect(images.subarray(2 * count)).toEqual(images.subarray(0, count))
    const grey = images.subarray(count, 2 * count)
    expect(grey[0]).toBe(grey[2])
    expect(grey).not.toEqual(images.subarray(0, count))
  })

  it('names the file that cannot be loaded', async () => {
    await expect(loadImages([file('rgb8.png'), file('gone.png')], 8)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('gone.png') as string,
    })
  })

  it('stops when told to', async () => {
    await expect(loadImages([file('rgb8.png')], 8, AbortSignal.abort())).rejects.toMatchObject({
      code: 'CANCELLED',
    })
  })
})
