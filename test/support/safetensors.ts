import { readFileSync } from 'node:fs'
import path from 'node:path'

const types = { U8: Uint8Array, F32: Float32Array, F64: Float64Array, I64: BigInt64Array }

export interface GoldenTensor {
  readonly shape: readonly number[]
  readonly data: Uint8Array | Float32Array | Float64Array | BigInt64Array
}

/** Reads a file of reference tensors from test/fixtures/golden, independently of the application's reader. */
export function readGolden(name: string): (tensor: string) => GoldenTensor {
  const file = readFileSync(path.join(import.meta.dirname, '../fixtures/golden', name))
  const length = Number(file.readBigUInt64LE(0))
  const header = JSON.parse(file.toString('utf8', 8, 8 + length)) as Record<
    string,
    { dtype: keyof typeof types; shape: number[]; data_offsets: [number, number] }
  >
  return (tensor) => {
    const entry = header[tensor]
    if (!entry) throw new Error(`${name} has no tensor ${tensor}`)
    const [start, end] = entry.data_offsets
    const bytes = Uint8Array.from(file.subarray(8 + length + start, 8 + length + end))
    return { shape: entry.shape, data: new types[entry.dtype](bytes.buffer) }
  }
}
