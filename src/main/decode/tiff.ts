const TYPE_SHORT = 3
const TYPE_LONG = 4
const TYPE_RATIONAL = 5
const HEADER = 8

/** Sample format of TIFF 6.0. */
const FORMAT = { unsigned: 1, float: 3 } as const

export interface TiffLayout {
  readonly width: number
  readonly height: number
  readonly bits: 8 | 16 | 32
  /** Interleaved samples of a pixel: 1 is grey, 3 and more are RGB with what follows it. */
  readonly channels: number
  readonly format: keyof typeof FORMAT
}

/**
 * Baseline TIFF 6.0: little-endian, one uncompressed strip.
 * @param samples Little-endian, row by row: `width · height · channels · bits / 8` bytes.
 */
export function encodeTiff(samples: Uint8Array, layout: TiffLayout): Uint8Array {
  const { width, height, bits, channels, format } = layout
  if (samples.length !== (width * height * channels * bits) / 8) {
    throw new RangeError(`${samples.length} bytes do not make ${width} × ${height} pixels.`)
  }
  const resolutionAt = HEADER + samples.length + (samples.length % 2)
  const bitsAt = resolutionAt + 8
  const directoryAt = bitsAt + 2 * channels + ((2 * channels) % 4)
  const colour = channels >= 3
  const extra = channels - (colour ? 3 : 1)
  const fields: readonly (readonly [tag: number, type: number, value: number, count?: number])[] = [
    [256, TYPE_LONG, width],
    [257, TYPE_LONG, height],
    channels > 2 ? [258, TYPE_SHORT, bitsAt, channels] : [258, TYPE_SHORT, bits, channels],
    [259, TYPE_SHORT, 1],
    [262, TYPE_SHORT, colour ? 2 : 1],
    [273, TYPE_LONG, HEADER],
    [277, TYPE_SHORT, channels],
    [278, TYPE_LONG, height],
    [279, TYPE_LONG, samples.length],
    [282, TYPE_RATIONAL, resolutionAt],
    [283, TYPE_RATIONAL, resolutionAt],
    [296, TYPE_SHORT, 1],
    ...(extra > 0 ? ([[338, TYPE_SHORT, 2]] as const) : []),
    [339, TYPE_SHORT, FORMAT[format]],
  ]
  const file = Buffer.alloc(directoryAt + 2 + 12 * fields.length + 4)
  file.write('II', 0, 'latin1')
  file.writeUInt16LE(42, 2)
  file.writeUInt32LE(directoryAt, 4)
  file.set(samples, HEADER)
  file.writeUInt32LE(1, resolutionAt)
  file.writeUInt32LE(1, resolutionAt + 4)
  for (let c = 0; c < channels; c++) file.writeUInt16LE(bits, bitsAt + 2 * c)
  file.writeUInt16LE(fields.length, directoryAt)
  fields.forEach(([tag, type, value, count = 1], index) => {
    const at = directoryAt + 2 + 12 * index
    file.writeUInt16LE(tag, at)
    file.writeUInt16LE(type, at + 2)
    file.writeUInt32LE(count, at + 4)
    if (type !== TYPE_SHORT || count > 2) file.writeUInt32LE(value, at + 8)
    else for (let i = 0; i < count; i++) file.writeUInt16LE(value, at + 8 + 2 * i)
  })
  return file
}
