import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DdadError } from '../../../../../src/shared/errors.ts'
import { createMask, masksEqual, readBox } from '../../../../../src/shared/masks/mask.ts'
import {
  decodeBox,
  decodeMask,
  decodeRuns,
  encodeBox,
  encodeMask,
  encodeRuns,
} from '../../../../../src/shared/masks/codec/rle.ts'
import { anyMask, picture } from '../picture.ts'

function codeOf(action: () => unknown): string | null {
  try {
    action()
    return null
  } catch (error) {
    if (error instanceof DdadError) return error.code
    throw error
  }
}

test('every mask survives the round trip', () => {
  fc.assert(fc.property(anyMask(256), (mask) => masksEqual(decodeMask(encodeMask(mask)), mask)))
})

test('every box of a mask survives the round trip', () => {
  const maskWithBox = anyMask(3).chain((mask) =>
    fc.record({
      mask: fc.constant(mask),
      box: fc.record({ x: fc.nat(mask.width - 1), y: fc.nat(mask.height - 1) }).chain(({ x, y }) =>
        fc.record({
          x: fc.constant(x),
          y: fc.constant(y),
          width: fc.integer({ min: 1, max: mask.width - x }),
          height: fc.integer({ min: 1, max: mask.height - y }),
        }),
      ),
    }),
  )
  fc.assert(
    fc.property(maskWithBox, ({ mask, box }) => {
      const decoded = decodeBox(encodeBox(mask, box), mask)
      expect(decoded).toEqual({ box, values: readBox(mask, box) })
    }),
  )
})

test('long runs take a few bytes', () => {
  expect(encodeRuns(new Uint8Array(1_000_000).fill(7))).toEqual(
    Uint8Array.from([7, 0xc0, 0x84, 0x3d]),
  )
  expect(encodeMask(createMask(4096, 4096)).length).toBeLessThan(12)
})

test('damaged bytes are refused, whatever they are', () => {
  const good = encodeMask(picture('..1', '22.'))
  for (let length = 0; length < good.length; length++) {
    expect(codeOf(() => decodeMask(good.subarray(0, length)))).toBe('BAD_FILE')
  }
  expect(codeOf(() => decodeMask(Uint8Array.from([...good, 0, 1])))).toBe('BAD_FILE')
  expect(codeOf(() => decodeRuns(Uint8Array.from([1, 0, 1, 4]), 4))).toBe('BAD_FILE')
  expect(codeOf(() => decodeRuns(Uint8Array.from([1, 5]), 4))).toBe('BAD_FILE')
  expect(codeOf(() => decodeRuns(Uint8Array.from([1, ...Array<number>(12).fill(255)]), 4))).toBe(
    'BAD_FILE',
  )
  expect(codeOf(() => decodeBox(Uint8Array.from([1, 0, 3, 1, 0, 3]), picture('...')))).toBe(
    'BAD_FILE',
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3 }), (bytes) => {
      const code = codeOf(() => decodeRuns(bytes, 500))
      return code === null || code === 'BAD_FILE'
    }),
  )
})
