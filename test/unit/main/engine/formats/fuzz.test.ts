import { readFileSync } from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ArrayTensor } from '../../../../../src/main/engine/formats/array-tensor.ts'
import { readSafetensors } from '../../../../../src/main/engine/formats/safetensors.ts'
import { readTorch } from '../../../../../src/main/engine/formats/torch.ts'
import { DdadError } from '../../../../../src/shared/errors.ts'

const folder = path.join(import.meta.dirname, '../../../../fixtures/torch')
const files = [
  {
    name: 'expected.safetensors',
    read: (bytes: Uint8Array, file: string) => valuesOf(readSafetensors(bytes, file).tensors),
  },
  { name: 'zip.pth', read: (bytes: Uint8Array, file: string) => valuesOf(readTorch(bytes, file)) },
  {
    name: 'legacy.pth',
    read: (bytes: Uint8Array, file: string) => valuesOf(readTorch(bytes, file)),
  },
].map((file) => ({ ...file, bytes: readFileSync(path.join(folder, file.name)) }))

/** All values, which are read when they are asked for. */
function valuesOf(tensors: ReadonlyMap<string, ArrayTensor>): unknown[] {
  return [...tensors.values()].map(({ data }) => data)
}

/** Reads damaged bytes; any outcome but a result or an expected error within a second fails. */
function survives(read: (bytes: Uint8Array, file: string) => unknown, bytes: Uint8Array): void {
  const start = performance.now()
  try {
    read(bytes, 'damaged')
  } catch (error) {
    if (!(error instanceof DdadError)) throw error
    expect(error.code).toBe('BAD_FILE')
    expect(error.message).toContain('damaged')
  }
  expect(performance.now() - start).toBeLessThan(1000)
}

describe.each(files)('damaged $name', ({ read, bytes }) => {
  it('is read or refused wherever it is cut off', () => {
    for (let length = 0; length < bytes.length; length++) survives(read, bytes.subarray(0, length))
  })

  it('is refused as a whole when its second half is missing', () => {
    expect(() => read(bytes.subarray(0, bytes.length / 2), 'damaged')).toThrowError(DdadError)
  })

  it('is read or refused when any one bit is flipped', () => {
    for (let i = 0; i < bytes.length; i++) {
      const damaged = Uint8Array.from(bytes)
      damaged[i]! ^= 1 << (i % 8)
      survives(read, damaged)
    }
  })

  it('is read or refused with any bytes in place of others', () => {
    const change = fc.tuple(fc.nat(bytes.length - 1), fc.uint8Array({ maxLength: 9 }))
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const damaged = Uint8Array.from(bytes)
        for (const [position, values] of changes)
          damaged.set(values.subarray(0, damaged.length - position), position)
        survives(read, damaged)
      }),
      { numRuns: 2000 },
    )
  })

  it('is read or refused when it is any bytes at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (values) => survives(read, values)),
      { numRuns: 1000 },
    )
  })
})
