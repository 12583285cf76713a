import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesOf } from '../../../../support/bytes-of.ts'
import type { ArrayTensor } from '../../../../../src/main/engine/formats/array-tensor.ts'
import {
  readSafetensors,
  writeSafetensors,
} from '../../../../../src/main/engine/formats/safetensors.ts'

function file(header: string, data = new Uint8Array()): Uint8Array {
  const json = new TextEncoder().encode(header)
  const bytes = new Uint8Array(8 + json.length + data.length)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true)
  bytes.set(json, 8)
  bytes.set(data, 8 + json.length)
  return bytes
}

const floats = (from: number, to: number) =>
  `{"dtype":"F32","shape":[${(to - from) / 4}],"data_offsets":[${from},${to}]}`

describe('safetensors', () => {
  it('gives back what was written, of every type and rank', () => {
    const tensors = new Map<string, ArrayTensor>([
      ['f32', { dtype: 'F32', shape: [2, 2], data: Float32Array.of(1, -0, Infinity, 1e-42) }],
      ['f64', { dtype: 'F64', shape: [], data: Float64Array.of(Math.PI) }],
      ['i64', { dtype: 'I64', shape: [1], data: BigInt64Array.of(-(2n ** 62n)) }],
      ['i16', { dtype: 'I16', shape: [3], data: Int16Array.of(-1, 0, 32767) }],
      ['u8', { dtype: 'U8', shape: [1], data: Uint8Array.of(255) }],
      ['none', { dtype: 'F32', shape: [0, 4], data: new Float32Array() }],
    ])
    const written = bytesOf(writeSafetensors(tensors, { format: 'pt', note: 'ü "quoted"' }))
    const { tensors: read, metadata } = readSafetensors(written)
    expect(metadata).toEqual({ format: 'pt', note: 'ü "quoted"' })
    expect(new Map([...read].sort())).toEqual(new Map([...tensors].sort()))
  })

  it('writes the same bytes whatever the order, with every tensor aligned', () => {
    const a = { dtype: 'U8', shape: [3], data: Uint8Array.of(1, 2, 3) } as const
    const b = { dtype: 'F64', shape: [1], data: Float64Array.of(1) } as const
    const one = bytesOf(
      writeSafetensors(
        new Map<string, ArrayTensor>([
          ['a', a],
          ['b', b],
        ]),
      ),
    )
    const other = bytesOf(
      writeSafetensors(
        new Map<string, ArrayTensor>([
          ['b', b],
          ['a', a],
        ]),
      ),
    )
    expect(one).toEqual(other)
    const headerEnd = 8 + Number(new DataView(one.buffer).getBigUint64(0, true))
    expect(headerEnd % 8).toBe(0)
    expect(new Float64Array(one.slice(headerEnd, headerEnd + 8).buffer)).toEqual(b.data)
  })

  it('widens half-precision floats exactly', () => {
    const bytes = new Uint8Array(Uint16Array.of(0x3c00, 0xc080, 0x0001, 0x7bff, 0xfc00).buffer)
    const header = '{"h":{"dtype":"F16","shape":[5],"data_offsets":[0,10]}}'
    expect([...readSafetensors(file(header, bytes)).tensors.get('h')!.data]).toEqual([
      1,
      -2.25,
      2 ** -24,
      65504,
      -Infinity,
    ])
  })

  it.each([
    ['a header of 2⁶³ bytes', Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0x80), /header claims/],
    [
      'a header beyond the end',
      Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0, 0x7b),
      /after the file's end/,
    ],
    ['no header', Uint8Array.of(1, 2, 3), /3 bytes/],
    ['no object', file('[1]'), /byte 8/],
    ['broken JSON', file('{"a":'), /not valid JSON/],
    [
      'a name twice',
      file(`{"a":${floats(0, 4)},"a":${floats(0, 4)}}`, new Uint8Array(4)),
      /"a" occurs twice/,
    ],
    [
      'a name twice, once escaped',
      file(`{"a":${floats(0, 4)},"\\u0061" :${floats(0, 4)}}`, new Uint8Array(4)),
      /"a" occurs twice/,
    ],
    [
      'a hole',
      file(`{"a":${floats(4, 8)}}`, new Uint8Array(8)),
      /"a" at data offset 4 leaves a hole/,
    ],
    [
      'an overlap',
      file(`{"a":${floats(0, 8)},"b":${floats(4, 12)}}`, new Uint8Array(12)),
      /"b" at data offset 4 overlaps/,
    ],
    ['bytes left over', file(`{"a":${floats(0, 4)}}`, new Uint8Array(5)), /data offset 4/],
    ['missing bytes', file(`{"a":${floats(0, 8)}}`, new Uint8Array(4)), /data offset 8/],
    [
      'an unknown type',
      file('{"a":{"dtype":"F4","shape":[],"data_offsets":[0,0]}}'),
      /unknown type F4/,
    ],
    [
      'a negative side',
      file('{"a":{"dtype":"U8","shape":[-1],"data_offsets":[0,0]}}'),
      /no valid shape/,
    ],
    [
      'a size beyond integers',
      file('{"a":{"dtype":"U8","shape":[9007199254740991,3],"data_offsets":[0,0]}}'),
      /no valid shape/,
    ],
    [
      'a size that does not fit',
      file('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}', new Uint8Array(4)),
      /"a" has 4 bytes/,
    ],
    ['metadata that is no text', file('{"__metadata__":{"a":1}}'), /metadata "a"/],
  ])('refuses %s, saying where', (_what, bytes, message) => {
    expect(() => readSafetensors(bytes, 'weights.safetensors')).toThrowError(message)
    expect(() => readSafetensors(bytes, 'weights.safetensors')).toThrowError(
      expect.objectContaining({
        code: 'BAD_FILE',
        message: expect.stringContaining('weights.safetensors'),
      }),
    )
  })

  it('round-trips any names, metadata and shapes', () => {
    const tensor = fc.array(fc.nat(4), { maxLength: 3 }).map((shape): ArrayTensor => {
      const count = shape.reduce((product, side) => product * side, 1)
      return { dtype: 'F32', shape, data: Float32Array.from({ length: count }, (_, i) => i) }
    })
    const names = fc.string({ unit: 'grapheme' }).filter((name) => name !== '__metadata__')
    const content = fc.dictionary(names, tensor, { noNullPrototype: true })
    const metadata = fc.dictionary(fc.string(), fc.string(), { noNullPrototype: true })
    fc.assert(
      fc.property(content, metadata, (tensors, metadata) => {
        const map = new Map(Object.entries(tensors))
        const read = readSafetensors(bytesOf(writeSafetensors(map, metadata)))
        expect(Object.fromEntries(read.tensors)).toEqual(tensors)
        expect(read.metadata).toEqual(metadata)
      }),
    )
  })
})
