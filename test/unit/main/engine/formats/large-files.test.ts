/** Files around the sizes at which numbers of 32 bits, Node's reads and products of offsets end; all but empty. */
import fs from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { openPromise } from 'yauzl'
import type { ArrayTensor } from '../../../../../src/main/engine/formats/array-tensor.ts'
import { fileBytes, joined } from '../../../../../src/main/engine/formats/byte-source.ts'
import { readKerasWeights } from '../../../../../src/main/engine/formats/keras-weights.ts'
import {
  readSafetensors,
  writeSafetensors,
} from '../../../../../src/main/engine/formats/safetensors.ts'
import { readTorch } from '../../../../../src/main/engine/formats/torch.ts'
import {
  centralHeader,
  endRecords,
  localHeader,
  type ZipEntry,
} from '../../../../../src/main/services/exchange/archive/zip-records.ts'
import { legacyHead, zipPickle } from '../../../../support/torch-file.ts'

const folder = fs.mkdtempSync(path.join(tmpdir(), 'ddad-large-'))
const file = path.join(folder, 'large')
afterAll(() => fs.rmSync(folder, { recursive: true }))

/** Numbers of floats whose bytes, or which themselves, lie around 9.5·10⁷, 2²⁷, 2³¹ and 2³². */
const counts = fc
  .tuple(
    fc.constantFrom(95e6, 2 ** 27, 2 ** 31, 2 ** 32, 2 ** 34),
    fc.integer({ min: -300, max: 300 }),
  )
  .map(([bytes, more]) => bytes / 4 + more)
const runs = { numRuns: 40 }

interface Part {
  readonly at: number
  readonly bytes: Uint8Array
}

/** A file with some parts and nothing between them. */
function writeSparse(size: number, parts: readonly Part[], name = file): void {
  const descriptor = fs.openSync(name, 'w')
  try {
    fs.ftruncateSync(descriptor, size)
    for (const { at, bytes } of parts) fs.writeSync(descriptor, bytes, 0, bytes.length, at)
  } finally {
    fs.closeSync(descriptor)
  }
}

const bytesOf = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer)

/** An archive whose second entry is `bytes` of nothing. */
function writeArchive(pickle: Uint8Array, bytes: number, last: Part): { at: number } {
  const contents = [
    { path: 'archive/data.pkl', bytes: pickle.length },
    { path: 'archive/data/0', bytes },
    { path: 'archive/version', bytes: 2 },
  ]
  const parts: Part[] = []
  const entries: ZipEntry[] = []
  let at = 0
  for (const content of contents) {
    const entry = { ...content, crc: 0, offset: at }
    const header = localHeader(entry)
    parts.push({ at, bytes: header })
    at += header.length + content.bytes
    entries.push(entry)
  }
  const begin = entries[2]!.offset - bytes
  parts.push({ at: entries[1]!.offset - pickle.length, bytes: pickle })
  parts.push({ at: begin + last.at, bytes: last.bytes })
  parts.push({ at: at - 2, bytes: Buffer.from('3\n') })
  const directory = Buffer.concat(entries.map(centralHeader))
  const end = endRecords(entries.length, at, at + directory.length)
  parts.push({ at, bytes: Buffer.concat([directory, end]) })
  writeSparse(at + directory.length + end.length, parts)
  return { at: begin }
}

describe('large files', () => {
  it('of safetensors are laid out and read at any offset', () => {
    fc.assert(
      fc.property(counts, (count) => {
        const vector = (...values: number[]): ArrayTensor => ({
          dtype: 'F32',
          shape: [values.length],
          data: Float32Array.from(values),
        })
        const content = writeSafetensors(
          new Map<string, ArrayTensor>([
            ['a', vector(1, 2)],
            [
              'b',
              {
                dtype: 'F32',
                shape: [count],
                get data(): never {
                  throw new Error('asked for')
                },
              },
            ],
            ['c', vector(3)],
          ]),
        )
        const [head] = content.parts
        writeSparse(content.bytes, [
          { at: 0, bytes: head! },
          { at: head!.length, bytes: bytesOf(1, 2) },
          { at: content.bytes - 4, bytes: bytesOf(3) },
        ])
        const { tensors } = readSafetensors(fileBytes(file), file)
        expect(tensors.get('a')?.data).toEqual(Float32Array.of(1, 2))
        expect(tensors.get('b')?.shape).toEqual([count])
        expect(tensors.get('c')?.data).toEqual(Float32Array.of(3))
        fs.truncateSync(file, content.bytes - 1)
        expect(() => readSafetensors(fileBytes(file), file)).toThrowError(/its tensors end/)
      }),
      runs,
    )
  })

  it('of PyTorch before 1.6 are read at any offset', () => {
    fc.assert(
      fc.property(counts, (numel) => {
        const head = legacyHead({ numel, offset: numel - 3, size: 2, stride: 2 })
        const size = head.length + 4 * numel
        writeSparse(size, [
          { at: 0, bytes: head },
          { at: size - 12, bytes: bytesOf(5, 6, 7) },
        ])
        expect(readTorch(fileBytes(file), file).get('t')?.data).toEqual(Float32Array.of(5, 7))
      }),
      { numRuns: 12 },
    )
  })

  it('of PyTorch’s zip form are read at any offset', () => {
    fc.assert(
      fc.property(counts, (numel) => {
        const pickle = zipPickle({ numel, offset: numel - 2, size: 2, stride: 1 })
        writeArchive(pickle, 4 * numel, { at: 4 * numel - 8, bytes: bytesOf(8, 9) })
        expect(readTorch(fileBytes(file), file).get('t')?.data).toEqual(Float32Array.of(8, 9))
      }),
      runs,
    )
  })

  it('of exported runs are laid out as another reader understands', async () => {
    await fc.assert(
      fc.asyncProperty(counts, async (count) => {
        writeArchive(Buffer.from('first'), 4 * count, { at: 0, bytes: bytesOf(1) })
        const archive = await openPromise(file, { lazyEntries: true, autoClose: false })
        const sizes: number[] = []
        let text = ''
        for await (const entry of archive.eachEntry()) {
          sizes.push(entry.uncompressedSize)
          if (entry.uncompressedSize > 10) continue
          for await (const chunk of await archive.openReadStreamPromise(entry)) text += chunk
        }
        archive.close()
        expect(sizes).toEqual([5, 4 * count, 2])
        expect(text).toBe('first3\n')
      }),
      runs,
    )
  })

  it('of Keras’ weights are read across the ends of their shards', async () => {
    const shard = path.join(folder, 'shard')
    const model = (shapes: number[][]) =>
      fs.writeFileSync(
        path.join(folder, 'model.json'),
        JSON.stringify({
          modelTopology: { model_config: { config: { layers: [] } } },
          weightsManifest: [
            {
              paths: ['shard', 'large'],
              weights: shapes.map((shape, i) => ({ name: `w${i}`, shape, dtype: 'float32' })),
            },
          ],
        }),
      )
    await fc.assert(
      fc.asyncProperty(counts, async (count) => {
        // The first shard ends in the middle of the second weight.
        writeSparse(4 * count, [{ at: 4 * count - 4, bytes: bytesOf(1) }], shard)
        writeSparse(8, [{ at: 0, bytes: bytesOf(2, 3) }])
        model([[count - 1], [2], [1]])
        const { tensors } = await readKerasWeights(folder)
        expect(tensors.get('w1')?.data).toEqual(Float32Array.of(1, 2))
        expect(tensors.get('w2')?.data).toEqual(Float32Array.of(3))
        expect(joined([fileBytes(shard), fileBytes(file)]).size).toBe(4 * count + 8)
      }),
      runs,
    )
  })

  it('are refused when they become other files while they are read', () => {
    const tensors = new Map<string, ArrayTensor>([
      ['a', { dtype: 'F32', shape: [1], data: Float32Array.of(1) }],
    ])
    fs.writeFileSync(file, Buffer.concat([...writeSafetensors(tensors).parts]))
    const { tensors: read } = readSafetensors(fileBytes(file), file)
    fs.appendFileSync(file, 'x')
    expect(() => read.get('a')!.data).toThrowError(/it changed while it was read/)
  })
})
