import { decode } from 'fast-png'
import { DdadError } from '../../shared/errors.ts'
import { checkedHeader, decodePixels, type Pixels } from './decode.ts'
import { VOID_CLASS, VOID_PIXEL } from '../../shared/masks/void.ts'
import { levelsOf } from './mask-levels.ts'
import type { Samples } from './wide-samples.ts'
import { paletteValues } from './mask-palette.ts'
import { resizeBilinear } from './resize.ts'

/** A ground-truth mask as stored: class indices or grey levels, 0 is nominal. */
export interface Mask {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
  /** The distinct values in `data`, ascending. */
  readonly values: readonly number[]
  /** The picture is of one colour and only its alpha channel has a shape, which is not read. */
  readonly shapeInAlpha?: boolean
}

/**
 * Decodes a mask of any image format. PNG keeps 1, 2 and 4-bit values as they are, and of a palette what
 * {@link paletteValues} makes of it; of several colour channels the largest counts, alpha does not; 16-bit values
 * keep their high byte, and a value that is not 0 stays so.
 *
 * @throws DdadError BAD_FILE as {@link decodeImage} does.
 */
export async function decodeMask(bytes: Uint8Array, file: string): Promise<Mask> {
  const { format, width, height } = checkedHeader(bytes, file)
  const asStored = format !== 'PNG' || isPlainPng(bytes)
  if (!asStored) {
    const data = decodePng(bytes, file)
    return { width, height, data, values: distinctValues(data) }
  }
  const pixels = await decodePixels(bytes, file, narrowed)
  const data = largestChannel(pixels)
  const values = distinctValues(data)
  return { width, height, data, values, shapeInAlpha: values.length === 1 && hasShape(pixels) }
}

/** Ascending. Masks are mostly runs of one value, so four pixels that repeat the ones before are passed over at once. */
function distinctValues(data: Uint8Array): number[] {
  const seen = new Uint8Array(256)
  const aligned = data.byteOffset % 4 === 0 ? data : data.slice()
  const words = new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length >> 2)
  let last = -1
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!
    if (word === last) continue
    last = word
    seen[word & 255] = 1
    seen[(word >>> 8) & 255] = 1
    seen[(word >>> 16) & 255] = 1
    seen[word >>> 24] = 1
  }
  for (let i = 4 * words.length; i < data.length; i++) seen[data[i]!] = 1
  return Array.from(seen.keys()).filter((value) => seen[value] === 1)
}

/**
 * 0 for nominal, 255 for defect, {@link VOID_PIXEL} for void.
 * @param coded Values are classes; otherwise {@link levelsOf} tells what they mean.
 * @param isVoid Whether 255 beside class indices is void; otherwise it is a defect.
 */
export function maskParts(
  mask: Mask,
  { coded, void: isVoid }: { readonly coded: boolean; readonly void: boolean },
): Uint8Array {
  const { threshold, void: unknown } = coded ? { threshold: 0, void: VOID_CLASS } : levelsOf(mask)
  const voidValue = isVoid ? unknown : null
  return mask.data.map((value) => (value === voidValue ? VOID_PIXEL : value > threshold ? 255 : 0))
}

/** What a made mask says of each pixel of a map. */
export interface Coverage {
  /** How much of it defects cover, 0 … 255: over 127 it counts as a defect. 0 where it is unknown. */
  readonly defect: Uint8Array
  /** 1 where more than half of it is void, so that it counts nowhere; null: nowhere. */
  readonly unknown: Uint8Array | null
}

/** A made mask brought to `size` × `size` by the same filter as the images. */
export function maskCoverage({ data, width, height, values }: Mask, size: number): Coverage {
  const resized = (pixels: Uint8Array) => resizeBilinear(pixels, width, height, 1, size, size)
  const defect = resized(data.map((value) => (value > 0 && value !== VOID_PIXEL ? 255 : 0)))
  if (!values.includes(VOID_PIXEL)) return { defect, unknown: null }
  const unknown = resized(data.map((value) => (value === VOID_PIXEL ? 255 : 0))).map((covered) =>
    Number(covered > 127),
  )
  return { defect: defect.map((covered, i) => (unknown[i] === 1 ? 0 : covered)), unknown }
}

/** The high byte of a 16-bit value; what is not 0 stays so. */
function narrow(value: number): number {
  return value > 0 ? Math.max(1, value >> 8) : 0
}

/** The high bytes of 16-bit values; of others what is not 0. */
function narrowed({ data }: Samples): Uint8Array {
  if (data instanceof Uint8Array) return data
  if (data instanceof Uint16Array) return Uint8Array.from(data, narrow)
  return Uint8Array.from(data, (value) =>
    Math.max(Math.min(Math.round(value), 255), Number(value > 0)),
  )
}

/** Grey or colours of 8 bits, which the native decoder, ten times as fast, gives out as they are stored. */
function isPlainPng(bytes: Uint8Array): boolean {
  const [depth, colourType] = bytes.subarray(24, 26)
  return depth === 8 && colourType !== 3
}

function decodePng(bytes: Uint8Array, file: string): Uint8Array {
  try {
    const png = decode(bytes, { checkCrc: true })
    const { width, height, depth, channels, data, palette } = png
    if (palette || depth < 8) {
      const stored = depth < 8 ? unpackBits(data as Uint8Array, width, height, depth) : data
      const values = palette ? paletteValues(palette, distinctValues(stored as Uint8Array)) : null
      return Uint8Array.from(stored, (value) => values?.[value] ?? value)
    }
    const wide = depth === 16
    const narrowed = Uint8Array.from(data, (value) => (wide ? narrow(value) : value))
    return largestChannel({
      width,
      height,
      channels: channels as Pixels['channels'],
      data: narrowed,
    })
  } catch (error) {
    throw new DdadError(
      'BAD_FILE',
      `${file} cannot be read: its PNG data is damaged or truncated: ${(error as Error).message}. Replace or remove the file.`,
      { cause: error },
    )
  }
}

function largestChannel({ width, height, channels, data }: Pixels): Uint8Array {
  if (channels === 1) return data
  const pixels = width * height
  const colours = channels >= 3 ? 3 : 1
  const out = new Uint8Array(pixels)
  for (let i = 0; i < pixels; i++) {
    let largest = 0
    for (let c = 0; c < colours; c++) largest = Math.max(largest, data[i * channels + c]!)
    out[i] = largest
  }
  return out
}

function hasShape({ channels, data }: Pixels): boolean {
  if (channels === 1 || channels === 3) return false
  const first = data[channels - 1]!
  for (let i = channels - 1; i < data.length; i += channels) if (data[i] !== first) return true
  return false
}

function unpackBits(packed: Uint8Array, width: number, height: number, depth: number): Uint8Array {
  const stride = Math.ceil((width * depth) / 8)
  const perByte = 8 / depth
  const out = new Uint8Array(width * height)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const byte = packed[y * stride + Math.floor(x / perByte)]!
      const shift = 8 - depth * ((x % perByte) + 1)
      out[y * width + x] = (byte >> shift) & ((1 << depth) - 1)
    }
  }
  return out
}
