/** Writing a mask the way another file stores it: format, bit depth, channels, palette, defect value. */
import { JsColorType, Transformer } from '@napi-rs/image'
import { decode, encode, type IndexedColors } from 'fast-png'
import { encodeBmp } from './bmp.ts'
import { decodeSamples } from './decode.ts'
import { decodeMask } from './mask.ts'
import { isBlack, paletteValues } from './mask-palette.ts'
import { encodeTiff } from './tiff.ts'

/** Formats that hold a mask exactly; JPEG and WebP may not. */
export const maskFormats = ['png', 'bmp', 'tiff'] as const
export type MaskFormat = (typeof maskFormats)[number]

/** The format that a file's name says; null where masks are not written in it. */
export function maskFormatOf(name: string): MaskFormat | null {
  const ending = name.toLowerCase().match(/\.([^.]*)$/)?.[1] ?? ''
  return maskFormats.find((format) => format === (ending === 'tif' ? 'tiff' : ending)) ?? null
}

/** How a mask file stores its pixels. */
interface MaskFileStyle {
  readonly depth: 1 | 2 | 4 | 8 | 16
  readonly channels: number
  readonly palette: IndexedColors | null
  /** Palette index of each value that is not its own index. */
  readonly indexOf: ReadonlyMap<number, number>
  /** What a defect's pixels hold; null where they hold its class. */
  readonly defect: number | null
}

const usual: MaskFileStyle = {
  depth: 8,
  channels: 1,
  palette: null,
  indexOf: new Map(),
  defect: null,
}

/** The values a mask file is to hold, row by row. */
export interface MaskPixels {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

/**
 * Encodes a mask as PNG, BMP or TIFF. Without `like` as 8-bit grey; otherwise with the bit depth, channels and
 * palette of that file.
 *
 * @param data Class indices where `coded`, otherwise 0 for nominal and anything else for a defect, which
 * gets the value that defects have in `like`.
 * @throws DdadError BAD_FILE when `like` cannot be read.
 */
export async function encodeMaskFile(
  { width, height, data }: MaskPixels,
  format: MaskFormat,
  coded: boolean,
  like: { readonly bytes: Uint8Array; readonly file: string } | null,
): Promise<Uint8Array> {
  const style = await styleOf(format, coded, like)
  const full = style.palette ? style.palette.length - 1 : 2 ** style.depth - 1
  const defect = coded ? null : (style.defect ?? full)
  const values = Uint16Array.from(data, (value) => (value === 0 ? 0 : (defect ?? value)))
  const largest = largestOf(values)
  if (format === 'tiff') return encodeTiffMask(values, width, height, style)
  if (format === 'bmp') return encodeBmp(Uint8Array.from(values), width, height, style.channels)
  // A class that the old bit depth cannot hold needs a wider file.
  if (largest > full) return encodePng(values, width, height, usual)
  return encodePng(values, width, height, style)
}

async function styleOf(
  format: MaskFormat,
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
  if (format === 'tiff') return tiffStyle(like.bytes, defect)
  const [depth = 8, colourType] = like.bytes.subarray(24, 26)
  if ((depth === 8 || depth === 16) && colourType !== 3) {
    const { channels, data } = await decodeSamples(like.bytes, like.file)
    const wide = depth === 16 && defect !== null
    return { ...usual, depth, channels, defect: wide ? largestOf(data) : defect }
  }
  const png = decode(like.bytes)
  const palette = png.palette ?? null
  const indexOf = palette ? indicesOf(palette, values) : new Map<number, number>()
  return { depth: png.depth, channels: png.channels, palette, indexOf, defect }
}

/** The index that stands for each value of a mask with a palette, and for nominal. */
function indicesOf(palette: IndexedColors, values: readonly number[]): Map<number, number> {
  const all = paletteValues(palette, Array.from(palette.keys()))
  const black = palette.findIndex(isBlack)
  const indices = new Map<number, number>(black > 0 ? [[0, black]] : [])
  for (const value of values) {
    const index = all.indexOf(value)
    if (index >= 0) indices.set(value, index)
  }
  return indices
}

/** Bit depth, channels and largest value of a TIFF; fewer than 8 bits become 8. */
async function tiffStyle(bytes: Uint8Array, defect: number | null): Promise<MaskFileStyle> {
  const image = new Transformer(bytes)
  const raw = await image.rawPixels().catch(() => null)
  // A kind that only the other decoder reads, a palette for instance, is not written.
  if (!raw) return { ...usual, defect }
  const { colorType, width, height } = await image.metadata()
  const wide = colorType >= JsColorType.L16 && colorType <= JsColorType.Rgba16
  const channels = raw.length / (width * height) / (wide ? 2 : 1)
  if (!wide) return { ...usual, channels, defect }
  const samples = new Uint16Array(Uint8Array.from(raw).buffer)
  return { ...usual, depth: 16, channels, defect: defect === null ? null : largestOf(samples) }
}

function encodeTiffMask(
  values: Uint16Array,
  width: number,
  height: number,
  { depth, channels }: MaskFileStyle,
): Uint8Array {
  const bits = depth === 16 ? 16 : 8
  const samples = interleave(values, channels, bits)
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)
  return encodeTiff(bytes, { width, height, bits, channels, format: 'unsigned' })
}

/** Every colour of a pixel holds its value; alpha, where there is one, is opaque. */
function interleave(
  values: Uint16Array,
  channels: number,
  depth: number,
): Uint8Array | Uint16Array {
  const colours = channels >= 3 ? 3 : 1
  const length = values.length * channels
  const data = depth === 16 ? new Uint16Array(length) : new Uint8Array(length)
  values.forEach((value, i) => {
    const start = i * channels
    data.fill(value, start, start + colours)
    data.fill(2 ** depth - 1, start + colours, start + channels)
  })
  return data
}

function largestOf(values: Iterable<number>): number {
  let largest = 0
  for (const value of values) if (value > largest) largest = value
  return largest
}

function encodePng(
  values: Uint16Array,
  width: number,
  height: number,
  { depth, channels, palette, indexOf }: MaskFileStyle,
): Uint8Array {
  const image = { width, height, channels, depth }
  if (palette) {
    values = values.map((value) => indexOf.get(value) ?? value)
    const data = depth < 8 ? packBits(values, width, height, depth) : Uint8Array.from(values)
    return encode({ ...image, palette, data })
  }
  if (depth < 8) return encode({ ...image, data: packBits(values, width, height, depth) })
  const data = interleave(values, channels, depth)
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
