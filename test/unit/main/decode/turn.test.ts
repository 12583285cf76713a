import { readFileSync, rmSync, writeFileSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Transformer } from '@napi-rs/image'
import { afterAll, describe, expect, it } from 'vitest'
import { checkedHeader, decodeImage } from '../../../../src/main/decode/decode.ts'
import { withImage } from '../../../../src/main/decode/image-file.ts'
import { imageKind } from '../../../../src/main/decode/image-kind.ts'
import { turned } from '../../../../src/main/decode/turn.ts'
import { imageAddress } from '../../../../src/shared/datasets/sample-range.ts'
import { shownAsStored } from '../../../../src/shared/datasets/browser-picture.ts'
import { withExif } from '../../../support/exif.ts'

const fixtures = path.join(import.meta.dirname, '../../../fixtures/images')
const folder = mkdtempSync(path.join(tmpdir(), 'ddad-turn-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Turned by definition: where the row and the column of EXIF's first pixel are seen. */
const seen: Readonly<Record<number, (rows: string[]) => string[]>> = {
  1: (rows) => rows,
  2: (rows) => rows.map((row) => [...row].reverse().join('')),
  3: (rows) => seen[2]!(rows.toReversed()),
  4: (rows) => rows.toReversed(),
  5: (rows) => [...rows[0]!].map((_, x) => rows.map((row) => row[x]).join('')),
  6: (rows) => seen[2]!(seen[5]!(rows)),
  7: (rows) => seen[3]!(seen[5]!(rows)),
  8: (rows) => seen[4]!(seen[5]!(rows)),
}

it.each([1, 2, 3, 4, 5, 6, 7, 8])('turns pixels by orientation %i', (orientation) => {
  const rows = ['abc', 'def']
  const data = Uint8Array.from(rows.join(''), (letter) => letter.charCodeAt(0))
  const found = turned({ width: 3, height: 2, data }, 1, orientation)
  const text = String.fromCharCode(...found.data)
  const lines = Array.from({ length: found.height }, (_, y) =>
    text.slice(y * found.width, (y + 1) * found.width),
  )
  expect(lines).toEqual(seen[orientation]!(rows))
})

describe.each(['rgb.jpg', 'rgb8.png', 'rgb.webp', 'lossy.webp', 'rgb.tif'])('%s', (name) => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'has its orientation %i found and obeyed',
    async (orientation) => {
      const plain = readFileSync(path.join(fixtures, name))
      const bytes = withExif(plain, orientation)
      const file = path.join(folder, `${orientation}-${name}`)
      writeFileSync(file, bytes)
      expect(imageKind(bytes, checkedHeader(bytes, name)).orientation).toBe(orientation)
      const stored = await decodeImage(plain, name)
      // Without a choice pixels are those that are stored, whatever EXIF says.
      await withImage(file, (image) => expect(image).toEqual(stored))
      const address = imageAddress(file, { range: null, orientation })
      await withImage(address, (image) => expect(image).toEqual(turned(stored, 3, orientation)))
      if (orientation > 1) expect(shownAsStored(bytes, path.extname(name).slice(1))).toBe(false)
    },
  )
})

it('turns as another decoder does by EXIF', async () => {
  const plain = readFileSync(path.join(fixtures, 'rgb8.png'))
  const { width, height, data } = await decodeImage(plain, 'rgb8.png')
  const rgba = Uint8Array.from({ length: 4 * width * height }, (_, i) =>
    i % 4 === 3 ? 255 : data[3 * (i >> 2) + (i % 4)]!,
  )
  for (const orientation of [2, 3, 4, 5, 6, 7, 8]) {
    const other = Transformer.fromRgbaPixels(rgba, width, height).rotate(orientation)
    const png = await decodeImage(await other.png(), 'other.png')
    expect(turned({ width, height, data }, 3, orientation)).toEqual(png)
  }
})
