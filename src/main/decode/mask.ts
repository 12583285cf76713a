import { decode } from 'fast-png'
import { DdadError } from '../../shared/errors.ts'
import { checkedHeader, decodePixels } from './decode.ts'
import { resizeBilinear } from './resize.ts'

/** A ground-truth mask as stored: class indices or grey levels, 0 is nominal. */
export interface Mask {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
  /** The distinct values in `data`, ascending. */
  readonly values: readonly number[]
}

/**
 * Decodes a mask of any image format. PNG keeps palette indices and 1, 2 and 4-bit values as they are; of
 * several colour channels the largest counts, alpha does not; 16-bit values keep their high byte, and a
 * value that is not 0 stays so.
 *
 * @throws DdadError BAD_FILE as {@link decodeImage} does.
 */
export async function decodeMask(bytes: Uint8Array, file: string): Promise<Mask> {
  const { format, width, height } = checkedHeader(bytes, file)
  const asStored = format !== 'PNG' || isPlainPng(bytes)
  const data = asStored ? await decodeOther(bytes, file) : decodePng(bytes, file)
  return { width, height, data, values: distinctValues(data) }
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
 * 0 for nominal, 255 for defect. When the largest value is below 128 the values are class indices and all but
 * 0 are defects; otherwise they are grey levels, possibly of an antialiased border, and those over 127 are.
 */
export function binariseMask({ data, values }: Mask): Uint8Array {
  const threshold = (values.at(-1) ?? 0) < 128 ? 0 : 127
  return data.map((value) => (value > threshold ? 255 : 0))
}

/**
 * A mask brought to `size` × `size` by the same filter as the images: how much of each pixel the defect
 * covers, 0 … 255. Over 127 the pixel counts as a defect.
 */
export function maskCoverage(mask: Mask, size: number): Uint8Array {
  return resizeBilinear(binariseMask(mask), mask.width, mask.height, 1, size, size)
}

/** The high byte of a 16-bit value; what is not 0 stays so. */
function narrow(value: number): number {
  return value > 0 ? Math.max(1, value >> 8) : 0
}

/** Grey or colours of 8 bits, which the native decoder, ten times as fast, gives out as they are stored. */
function isPlainPng(bytes: Uint8Array): boolean {
  const [depth, colourType] = bytes.subarray(24, 26)
  return depth === 8 && colourType !== 3
}

function decodePng(bytes: Uint8Array, file: string): Uint8Array {
  try {
    const png = decode(bytes, { checkCrc: true })
    const { width, height, depth, channels, data } = png
    if (depth < 8) return unpackBits(data as Uint8Array, width, height, depth)
    const wide = depth === 16
    return largestChannel(width * height, channels, (i) => (wide ? narrow(data[i]!) : data[i]!))
  } catch (error) {
    throw new DdadError(
      'BAD_FILE',
      `${file} cannot be read: its PNG data is damaged or truncated: ${(error as Error).message}. Replace or remove the file.`,
      { cause: error },
    )
  }
}

async function decodeOther(bytes: Uint8Array, file: string): Promise<Uint8Array> {
  const { width, height, channels, data } = await decodePixels(bytes, file, narrow)
  if (channels === 1) return data
  return largestChannel(width * height, channels, (i) => data[i]!)
}

function largestChannel(
  pixels: number,
  channels: number,
  sample: (index: number) => number,
): Uint8Array {
  const colours = channels >= 3 ? 3 : 1
  const out = new Uint8Array(pixels)
  for (let i = 0; i < pixels; i++) {
    let largest = 0
    for (let c = 0; c < colours; c++) largest = Math.max(largest, sample(i * channels + c))
    out[i] = largest
  }
  return out
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
