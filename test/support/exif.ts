/** Files with an orientation by EXIF, made from files without. */
import { crc32 } from 'node:zlib'

/** A TIFF structure whose only field is the orientation, 1 … 8. */
function exif(orientation: number): Buffer {
  const bytes = Buffer.alloc(26)
  bytes.write('II', 0, 'latin1')
  bytes.writeUInt16LE(42, 2)
  bytes.writeUInt32LE(8, 4)
  bytes.writeUInt16LE(1, 8)
  bytes.writeUInt16LE(0x0112, 10)
  bytes.writeUInt16LE(3, 12)
  bytes.writeUInt32LE(1, 14)
  bytes.writeUInt16LE(orientation, 18)
  return bytes
}

/** The first directory is written again behind the pixels, with the tag in its place among the others. */
function withTiffTag(bytes: Buffer, orientation: number): Buffer {
  const directory = bytes.readUInt32LE(4)
  const count = bytes.readUInt16LE(directory)
  const field = (i: number) => bytes.subarray(directory + 2 + 12 * i, directory + 14 + 12 * i)
  const tag = Buffer.alloc(12)
  tag.writeUInt16LE(274, 0)
  tag.writeUInt16LE(3, 2)
  tag.writeUInt32LE(1, 4)
  tag.writeUInt16LE(orientation, 8)
  const fields = [...Array.from({ length: count }, (_, i) => field(i)), tag]
    .filter((one) => one === tag || one.readUInt16LE(0) !== 274)
    .sort((a, b) => a.readUInt16LE(0) - b.readUInt16LE(0))
  const number = Buffer.alloc(2)
  number.writeUInt16LE(fields.length)
  const head = Buffer.from(bytes.subarray(0, 8))
  const padded = bytes.length + (bytes.length % 2)
  head.writeUInt32LE(padded, 4)
  const pixels = Buffer.alloc(padded - 8)
  bytes.copy(pixels, 0, 8)
  return Buffer.concat([head, pixels, number, ...fields, Buffer.alloc(4)])
}

/** The same pixels with an orientation: JPEG, PNG, little-endian TIFF, or WebP of the simple kinds. */
export function withExif(file: Uint8Array, orientation: number): Buffer {
  const bytes = Buffer.from(file)
  const fields = exif(orientation)
  if (bytes[0] === 0x49) return withTiffTag(bytes, orientation)
  if (bytes[0] === 0xff) {
    const head = Buffer.from([0xff, 0xe1, 0, 0])
    head.writeUInt16BE(2 + 6 + fields.length, 2)
    const name = Buffer.from('Exif\0\0', 'latin1')
    return Buffer.concat([bytes.subarray(0, 2), head, name, fields, bytes.subarray(2)])
  }
  if (bytes[0] === 0x89) {
    const chunk = Buffer.alloc(12 + fields.length)
    chunk.writeUInt32BE(fields.length, 0)
    chunk.write('eXIf', 4, 'latin1')
    fields.copy(chunk, 8)
    chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + fields.length)), 8 + fields.length)
    return Buffer.concat([bytes.subarray(0, 33), chunk, bytes.subarray(33)])
  }
  const lossless = bytes.toString('latin1', 12, 16) === 'VP8L'
  const packed = bytes.readUInt32LE(21)
  const size = lossless
    ? [1 + (packed & 0x3fff), 1 + ((packed >>> 14) & 0x3fff)]
    : [bytes.readUInt16LE(26) & 0x3fff, bytes.readUInt16LE(28) & 0x3fff]
  const extended = Buffer.alloc(18)
  extended.write('VP8X', 0, 'latin1')
  extended.writeUInt32LE(10, 4)
  extended[8] = 0x08
  extended.writeUIntLE(size[0]! - 1, 12, 3)
  extended.writeUIntLE(size[1]! - 1, 15, 3)
  const head = Buffer.alloc(8)
  head.write('EXIF', 0, 'latin1')
  head.writeUInt32LE(fields.length, 4)
  const body = Buffer.concat([extended, bytes.subarray(12), head, fields])
  const riff = Buffer.from(bytes.subarray(0, 12))
  riff.writeUInt32LE(4 + body.length, 4)
  return Buffer.concat([riff, body])
}
