/** Writing a mask the way another file stores it: format, bit depth, channels, palette, defect value. */
import { decode, encode, type IndexedColors } from 'fast-png'
import { encodeBmp } from './bmp.ts'
import { decodeMask } from './mask.ts'

/** How a mask file stores its pixels. */
interface MaskFileStyle {
  readonly depth: 1 | 2 | 4 | 8 | 16
  readonly channels: number
  readonly palette: IndexedColors | null
  /** What a defect's pixels hold; null where they hold its class. */
  readonly defect: number | null
}

const usual: MaskFileStyle = { depth: 8, channels: 1, palette: null, defect: null }

/** The values a mask file is to hold, row by row. */
export interface MaskPixels {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

/**
 * Encodes a mask as PNG or BMP. Without `like` as 8-bit grey; otherwise with the bit depth, channels and
 * palette of that file.
 *
 * @param data Class indices where `coded`, otherwise 0 for nominal and anything else for a defect, which
 * gets the value that defects have in `like`.
 * @throws DdadError BAD_FILE when `like` cannot be read.
 */
export async function encodeMaskFile(
  { width, height, data }: MaskPixels,
  format: 'png' | 'bmp',
  coded: boolean,
  like: { readonly bytes: Uint8Array; readonly file: string } | null,
): Promise<Uint8Array> {
  const style = await styleOf(format, coded, like)
  const full = style.palette ? style.palette.length - 1 : 2 ** style.depth - 1
  const defect = coded ? null : (style.defect ?? full)
  const values = Uint16Array.from(data, (value) => (value === 0 ? 0 : (defect ?? value)))
  const largest = largestOf(values)
  if (format === 'bmp') return encodeBmp(Uint8Array.from(values), width, height, style.channels)
  // A class that the old bit depth cannot hold needs a wider file.
  if (largest > full) return encodePng(values, width, height, usual)
  return encodePng(values, width, height, style)
}

async function styleOf(
  format: 'png' | 'bmp',
  coded: boolean,
  like: { readonly bytes: Uint8Array; readonly file: string } | null,
): Promise<MaskFileStyle> {
  if (!like) return usual
  const { values } = await decodeMask(like.bytes, like.file)
  const largest = values.at(-1) ?? 0
  const defect = coded || largest === 0 ? null : largest
  if (format === 'bmp') {
    const bits = new DataView(like.bytes.buffer, like.bytes.byteOffset).getUint16(28, true)
    return { ...usual, channels: bits > 8 ? 3 : 1, defect }
  }
  const { depth, channels, palette, data } = decode(like.bytes)
  const wide = depth === 16 && defect !== null
  return {
    depth,
    channels,
    palette: palette ?? null,
    defect: wide ? largestOf(data) : defect,
  }
}

function largestOf(values: Iterable<number>): number {
  let largest = 0
  for (const value of values) largest = Math.max(largest, value)
  return largest
}

function encodePng(
  values: Uint16Array,
  width: number,
  height: number,
  { depth, channels, palette }: MaskFileStyle,
): Uint8Array {
  const image = { width, height, channels, depth }
  if (palette) {
    const data = depth < 8 ? packBits(values, width, height, depth) : Uint8Array.from(values)
    return encode({ ...image, palette, data })
  }
  if (depth < 8) return encode({ ...image, data: packBits(values, width, height, depth) })
  const colours = channels >= 3 ? 3 : 1
  const data =
    depth === 16
      ? new Uint16Array(values.length * channels)
      : new Uint8Array(values.length * channels)
  values.forEach((value, i) => {
    const start = i * channels
    data.fill(value, start, start + colours)
    data.fill(2 ** depth - 1, start + colours, start + channels)
  })
  return encode({ ...image, data })
}

function packBits(values: Uint16Array, width: number, height: number, depth: number): Uint8Array {
  const stride = Math.ceil((width * depth) / 8)
  const perByte = 8 / depth
  const packed = new Uint8Array(stride * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const shift = 8 - depth * ((x % perByte) + 1)
      packed[y * stride + Math.floor(x / perByte)]! |= values[y * width + x]! << shift
    }
  }
  return packed
}
