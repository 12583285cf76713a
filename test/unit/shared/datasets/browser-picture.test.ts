import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { withExif } from '../../../support/exif.ts'
import { shownAsStored } from '../../../../src/shared/datasets/browser-picture.ts'

const fixture = (name: string) =>
  readFileSync(path.join(import.meta.dirname, '../../../fixtures/images', name))

describe('a browser gets the file itself', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('at orientation %i only where it is upright', (turn) => {
    const [jpeg, png, webp] = ['rgb.jpg', 'rgb8.png', 'lossy.webp'].map(fixture)
    expect(shownAsStored(withExif(jpeg!, turn), 'jpg')).toBe(turn === 1)
    // PNG and WebP with any EXIF are decoded, which is never wrong.
    expect(shownAsStored(withExif(png!, turn), 'png')).toBe(false)
    expect(shownAsStored(withExif(webp!, turn), 'webp')).toBe(false)
  })

  it.each(['grey.jpg', 'rgb.jpg', 'progressive.jpg', 'grey8.png', 'palette8.png', 'lossy.webp'])(
    '%s',
    (name) => expect(shownAsStored(fixture(name), name.split('.')[1]!)).toBe(true),
  )

  it.each([
    'cmyk.jpg',
    'exif6.jpg',
    'exif8.png',
    'grey16.png',
    'rgb16.png',
    'grey-alpha.png',
    'palette-alpha.png',
    'rgba8.png',
    'rgba.webp',
    'rgb.tif',
    'rgb.bmp',
  ])('but not %s', (name) => {
    expect(shownAsStored(fixture(name), name.split('.')[1]!)).toBe(false)
  })

  it('and not where the name says something else, or the file ends early', () => {
    expect(shownAsStored(fixture('rgb.jpg'), 'png')).toBe(false)
    expect(shownAsStored(fixture('rgb8.png'), 'jpg')).toBe(false)
    for (const cut of [0, 1, 10, 30]) {
      expect(shownAsStored(fixture('rgb.jpg').subarray(0, cut), 'jpg')).toBe(false)
      expect(shownAsStored(fixture('rgb8.png').subarray(0, cut), 'png')).toBe(false)
    }
  })
})
