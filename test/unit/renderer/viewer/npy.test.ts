import { expect, it } from 'vitest'
import { readNpy } from '../../../../src/renderer/src/viewer/npy.ts'

/** A file as numpy writes it: magic, version 1.0, header padded to 64 bytes, then the values. */
function npy(header: string, values: readonly number[]): ArrayBuffer {
  const text = header.padEnd(117) + '\n'
  const bytes = new Uint8Array(10 + text.length + 4 * values.length)
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, text.length, 0])
  bytes.set(new TextEncoder().encode(text), 10)
  bytes.set(new Uint8Array(Float32Array.from(values).buffer), 10 + text.length)
  return bytes.buffer
}
const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1, 3), }"

it('reads shape and values', () => {
  const array = readNpy(npy(header, [1, 2, 3, 4, 5, 6.5]))
  expect(array.shape).toEqual([2, 1, 3])
  expect([...array.values]).toEqual([1, 2, 3, 4, 5, 6.5])
})

it('reads a one-dimensional shape, which numpy writes with a trailing comma', () => {
  const array = readNpy(npy(header.replace('(2, 1, 3)', '(2,)'), [7, 8]))
  expect(array.shape).toEqual([2])
})

it('refuses a file that is cut off', () => {
  const whole = npy(header, [1, 2, 3, 4, 5, 6])
  expect(() => readNpy(whole.slice(0, -4))).toThrow('cut off')
})

it.each([
  ["'<f8'", header.replace('<f4', '<f8')],
  ['Fortran order', header.replace('False', 'True')],
])('refuses %s', (_what, other) => {
  expect(() => readNpy(npy(other, [1, 2, 3, 4, 5, 6]))).toThrow('unexpected format')
})

it('refuses what is not a .npy file', () => {
  expect(() => readNpy(new Uint8Array(64).buffer)).toThrow('not a .npy file')
})
