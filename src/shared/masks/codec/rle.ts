import { containsBox, fullBox, isEmptyBox, type Box, type Size } from '../box.ts'
import { ByteReader, ByteWriter, damaged } from './bytes.ts'
import { MAX_MASK_SIDE, createMask, type Mask } from '../mask.ts'

/** Run-length codes values: for each run its value (1 byte) and its length ≥ 1 (LEB128). */
export function encodeRuns(values: Uint8Array): Uint8Array {
  const writer = new ByteWriter()
  let start = 0
  while (start < values.length) {
    const value = values[start]!
    let end = start + 1
    while (end < values.length && values[end] === value) end++
    writer.byte(value)
    writer.varint(end - start)
    start = end
  }
  return writer.finish()
}

/** Decodes exactly `length` values. Throws BAD_FILE when the runs do not add up to that. */
export function decodeRuns(bytes: Uint8Array, length: number): Uint8Array {
  const reader = new ByteReader(bytes)
  const values = new Uint8Array(length)
  let position = 0
  while (!reader.done) {
    const value = reader.byte()
    const run = reader.varint(length - position)
    if (run === 0) throw damaged('a run is empty')
    values.fill(value, position, position + run)
    position += run
  }
  if (position !== length) throw damaged(`it has ${position} of ${length} pixels`)
  return values
}

/** A whole mask in bytes: width, height, runs. */
export function encodeMask(mask: Mask): Uint8Array {
  const writer = new ByteWriter()
  writer.varint(mask.width)
  writer.varint(mask.height)
  writer.raw(encodeRuns(mask.data))
  return writer.finish()
}

/** Throws BAD_FILE when the bytes are not exactly one mask. */
export function decodeMask(bytes: Uint8Array): Mask {
  const reader = new ByteReader(bytes)
  const size = readSize(reader)
  return createMask(size.width, size.height, decodeRuns(reader.rest(), size.width * size.height))
}

/** Width and height, each 1 … {@link MAX_MASK_SIDE}; throws BAD_FILE otherwise. */
export function readSize(reader: ByteReader): Size {
  const width = reader.varint(MAX_MASK_SIDE)
  const height = reader.varint(MAX_MASK_SIDE)
  if (width === 0 || height === 0) throw damaged('its size is zero')
  return { width, height }
}

export function writeBoxEdges(writer: ByteWriter, box: Box): void {
  for (const value of [box.x, box.y, box.width, box.height]) writer.varint(value)
}

/** A box that is not empty and lies within `size`; throws BAD_FILE otherwise. */
export function readBoxEdges(reader: ByteReader, size: Size): Box {
  const box = {
    x: reader.varint(MAX_MASK_SIDE),
    y: reader.varint(MAX_MASK_SIDE),
    width: reader.varint(MAX_MASK_SIDE),
    height: reader.varint(MAX_MASK_SIDE),
  }
  if (isEmptyBox(box) || !containsBox(fullBox(size), box)) throw damaged('a box is out of range')
  return box
}
