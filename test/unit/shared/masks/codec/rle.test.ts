import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DdadError } from '../../../../../src/shared/errors.ts'
import { createMask } from '../../../../../src/shared/masks/mask.ts'
import {
  decodeMask,
  decodeRuns,
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
  fc.assert(
    fc.property(anyMask(256), (mask) => {
      expect(decodeMask(encodeMask(mask))).toEqual(mask)
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
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3 }), (bytes) => {
      const code = codeOf(() => decodeRuns(bytes, 500))
      return code === null || code === 'BAD_FILE'
    }),
  )
})
