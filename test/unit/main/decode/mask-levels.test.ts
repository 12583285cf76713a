import { readFileSync } from 'node:fs'
import path from 'node:path'
import { encode } from 'fast-png'
import { describe, expect, it } from 'vitest'
import { maskWords } from '../../../../src/main/background/datasets/scan/mask-words.ts'
import { encodeBmp } from '../../../../src/main/decode/bmp.ts'
import { decodeMask, maskParts, type Mask } from '../../../../src/main/decode/mask.ts'
import { encodeMaskFile } from '../../../../src/main/decode/mask-file.ts'
import { levelsOf } from '../../../../src/main/decode/mask-levels.ts'
import { encodeGreyPng } from '../../../../src/main/decode/png.ts'

const folder = path.join(import.meta.dirname, '../../../fixtures/masks')
const read = (name: string) => decodeMask(readFileSync(path.join(folder, name)), name)
const marked = (mask: Mask, coded = false) =>
  maskParts(mask, { coded, void: !coded }).filter((part) => part === 255).length

const asked = { coded: false, void: true }

const side = 24
/** Squares of values in a picture of 0, with a border of other values where one is given. */
function squares(values: readonly number[], border?: number): Uint8Array {
  const data = new Uint8Array(side * side)
  values.forEach((value, i) => {
    for (let y = 2; y < 7; y++) {
      for (let x = 2 + 6 * i; x < 7 + 6 * i; x++) {
        const edge = y === 2 || y === 6 || x === 2 + 6 * i || x === 6 + 6 * i
        data[y * side + x] = edge && border !== undefined ? border : value
      }
    }
  })
  return data
}
const maskOf = (data: Uint8Array) => decodeMask(encodeGreyPng(data, side, side), 'm.png')

describe('palettes are read by their colours', () => {
  it.each([
    ['palette-pillow-adaptive.png', 420],
    ['palette-pillow-quantize.png', 420],
    ['palette-white-first.png', 420],
    ['palette1-white-first.png', 420],
    ['palette-bg-last.png', 570],
  ])('%s marks %i pixels', async (name, count) => {
    expect(marked(await read(name))).toBe(count)
  })

  it.each([1, 2, 4, 8] as const)('of %i bits, white first', async (depth) => {
    const data = squares([1]).map((value) => 1 - value)
    const perByte = 8 / depth
    const packed = new Uint8Array((side / perByte) * side)
    data.forEach((value, i) => {
      packed[Math.floor(i / perByte)]! |= value << (8 - depth * ((i % perByte) + 1))
    })
    const bytes = encode({
      width: side,
      height: side,
      channels: 1,
      depth,
      data: packed,
      palette: [
        [255, 255, 255],
        [0, 0, 0],
      ],
    })
    const mask = await decodeMask(bytes, 'm.png')
    expect(marked(mask)).toBe(25)
    // Written the same way, it is read the same.
    const like = { bytes, file: 'm.png' }
    const written = await encodeMaskFile(
      { width: side, height: side, data: squares([1, 1]) },
      'png',
      false,
      like,
    )
    expect(marked(await decodeMask(written, 'm.png'))).toBe(50)
  })

  it('keeps classes apart, and a class at index 0 is one', async () => {
    const mask = await read('palette-bg-last.png')
    expect(mask.values).toHaveLength(3)
    expect(mask.values[0]).toBe(0)
  })

  it('bitmaps too', async () => {
    const bytes = encodeBmp(squares([255]), side, side, 1)
    expect(marked(await decodeMask(bytes, 'm.bmp'))).toBe(25)
  })
})

describe('levels are told by where they lie', () => {
  it.each([
    ['grey-two-classes-100-200.png', 570],
    ['rgb-cvat-two.png', 570],
    ['voc-index-with-void255.png', 264],
  ])('%s marks %i pixels', async (name, count) => {
    expect(marked(await read(name))).toBe(count)
  })

  it.each([
    ['classes', [40, 120, 250], undefined, 75],
    ['classes', [1, 2, 3], undefined, 75],
    ['classes', [64, 128, 192], undefined, 75],
    ['binary', [7], undefined, 25],
    ['binary', [200, 200], undefined, 50],
    // A border between black and white is no class.
    ['soft', [255], 100, 9],
    ['soft', [255], 180, 25],
  ] as const)('%s: values %j, border %s', async (kind, values, border, count) => {
    const mask = await maskOf(squares(values, border))
    expect(levelsOf(mask).kind).toBe(kind)
    expect(marked(mask)).toBe(count)
  })

  it('takes 255 beside class indices as void, and codes as they are', async () => {
    const mask = await maskOf(squares([1, 2, 255]))
    expect(levelsOf(mask).void).toBe(255)
    expect(marked(mask)).toBe(50)
    expect(marked(mask, true)).toBe(75)
    expect(maskWords(mask, asked)[0]?.message).toContain('void')
  })

  it('takes the noise of a lossy format for black and white', async () => {
    const data = squares([250]).map((value, i) => (value || i % 5 ? value : (i % 3) + 1))
    expect(marked(await maskOf(data))).toBe(25)
  })
})

describe('what looks wrong is reported', () => {
  it.each([
    ['inverted', squares([255]).map((value) => 255 - value), 'looks inverted'],
    ['everything', new Uint8Array(side * side).fill(255), 'marks 100 %'],
  ])('%s', async (_, data, words) => {
    const found = maskWords(await maskOf(data), asked)
    expect(found.map(({ message }) => message).join()).toContain(words)
  })

  it('a shape that is in alpha alone', async () => {
    const shape = squares([255])
    const data = Uint8Array.from({ length: 4 * side * side }, (_, i) =>
      i % 4 === 3 ? shape[i >> 2]! : 255,
    )
    const bytes = encode({ width: side, height: side, channels: 4, data })
    const [word] = maskWords(await decodeMask(bytes, 'm.png'), asked)
    expect(word?.message).toContain('alpha')
  })
})
