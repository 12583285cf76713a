const TYPE_SHORT = 3
const TYPE_LONG = 4
const TYPE_RATIONAL = 5
const HEADER = 8

/**
 * A float32 image of one channel as baseline TIFF 6.0: little-endian, one uncompressed strip,
 * SampleFormat IEEE float. That is what MVTec's evaluation code reads.
 * @param values Row by row, `width · height` of them.
 */
export function encodeFloatTiff(values: Float32Array, width: number, height: number): Uint8Array {
  if (values.length !== width * height) {
    throw new RangeError(`${values.length} values do not make ${width} × ${height} pixels.`)
  }
  const bytes = 4 * values.length
  const resolutionAt = HEADER + bytes
  const directoryAt = resolutionAt + 8
  const fields: readonly (readonly [tag: number, type: number, value: number])[] = [
    [256, TYPE_LONG, width],
    [257, TYPE_LONG, height],
    [258, TYPE_SHORT, 32],
    [259, TYPE_SHORT, 1],
    [262, TYPE_SHORT, 1],
    [273, TYPE_LONG, HEADER],
    [277, TYPE_SHORT, 1],
    [278, TYPE_LONG, height],
    [279, TYPE_LONG, bytes],
    [282, TYPE_RATIONAL, resolutionAt],
    [283, TYPE_RATIONAL, resolutionAt],
    [296, TYPE_SHORT, 1],
    [339, TYPE_SHORT, 3],
  ]
  const file = Buffer.alloc(directoryAt + 2 + 12 * fields.length + 4)
  file.write('II', 0, 'latin1')
  file.writeUInt16LE(42, 2)
  file.writeUInt32LE(directoryAt, 4)
  for (let i = 0; i < values.length; i++) file.writeFloatLE(values[i]!, HEADER + 4 * i)
  file.writeUInt32LE(1, resolutionAt)
  file.writeUInt32LE(1, resolutionAt + 4)
  file.writeUInt16LE(fields.length, directoryAt)
  fields.forEach(([tag, type, value], index) => {
    const at = directoryAt + 2 + 12 * index
    file.writeUInt16LE(tag, at)
    file.writeUInt16LE(type, at + 2)
    file.writeUInt32LE(1, at + 4)
    if (type === TYPE_SHORT) file.writeUInt16LE(value, at + 8)
    else file.writeUInt32LE(value, at + 8)
  })
  return file
}
