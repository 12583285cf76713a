import { expect, it } from 'vitest'
import { encodeFloatTiff } from '../../../../src/main/decode/float-tiff.ts'
import { resizeMap } from '../../../../src/main/decode/resize-map.ts'

/** Reads what baseline TIFF 6.0 says must be there, and nothing else. */
function readTiff(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  expect([view.getUint16(0, true), view.getUint16(2, true)]).toEqual([0x4949, 42])
  const directory = view.getUint32(4, true)
  const count = view.getUint16(directory, true)
  const tags = new Map<number, number>()
  let previous = 0
  for (let entry = 0; entry < count; entry++) {
    const at = directory + 2 + 12 * entry
    const tag = view.getUint16(at, true)
    expect(tag).toBeGreaterThan(previous)
    previous = tag
    const short = view.getUint16(at + 2, true) === 3
    tags.set(tag, short ? view.getUint16(at + 8, true) : view.getUint32(at + 8, true))
  }
  expect(view.getUint32(directory + 2 + 12 * count, true)).toBe(0)
  const [offset, length] = [tags.get(273)!, tags.get(279)!]
  const values = Float32Array.from({ length: length / 4 }, (_, n) =>
    view.getFloat32(offset + 4 * n, true),
  )
  return { tags, values }
}

it('writes float32 pixels that a reader of baseline TIFF finds', () => {
  const values = Float32Array.of(0, 1.5, -2.25, 1e-30, 3.4e38, 0.1)
  const { tags, values: read } = readTiff(encodeFloatTiff(values, 3, 2))
  expect(read).toEqual(values)
  expect(Object.fromEntries(tags)).toMatchObject({
    256: 3,
    257: 2,
    258: 32,
    259: 1,
    262: 1,
    277: 1,
    278: 2,
    339: 3,
  })
  expect(() => encodeFloatTiff(values, 4, 2)).toThrow(RangeError)
})

it('enlarges as torch.nn.functional.interpolate does (bilinear, align_corners=False)', () => {
  const resized = resizeMap(
    Float32Array.of(0, 4, 8, 12),
    { width: 2, height: 2 },
    { width: 4, height: 4 },
  )
  // torch.nn.functional.interpolate(tensor([[[[0., 4.], [8., 12.]]]]), size=(4, 4), mode='bilinear')
  expect([...resized]).toEqual([0, 1, 3, 4, 2, 3, 5, 6, 6, 7, 9, 10, 8, 9, 11, 12])
})
