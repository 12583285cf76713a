import { decode } from 'fast-png'
import { DdadError } from '../../shared/errors.ts'
import { checkedHeader, decodeSamples } from './decode.ts'
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

/** With how many pixels have each of its values. */
export interface CountedMask extends Mask {
  readonly counts: readonly number[]
}

/**
 * Decodes a mask of any image format. PNG keeps 1, 2 and 4-bit values as they are, and of a palette what
 * {@link paletteValues} makes of it; of several colour channels the largest counts, alpha does not; 16-bit values
 * keep their high byte, and a value that is not 0 stays so.
 *
 * @throws DdadError BAD_FILE as {@link decodeImage} does.
 */
export async function decodeMask(bytes: Uint8Array, file: string): Promise<CountedMask> {
  const { format, width, height } = checkedHeader(bytes, file)
  if (format === 'PNG' && !isPlainPng(bytes)) {
    const data = decodeCodedPng(bytes, file)
    return { width, height, data, ...countValues(data) }
  }
  const samples = await decodeSamples(bytes, file)
  const data = largestSamples(samples)
  const counted = countValues(data)
  const shapeInAlpha = counted.values.length === 1 && hasShape(samples)
  return { width, height, data, ...counted, shapeInAlpha }
}

/** Masks are mostly runs of one value, so four pixels that repeat the ones before are counted at once. */
function countValues(data: Uint8Array): Pick<CountedMask, 'values' | 'counts'> {
  const counts = new Array<number>(256).fill(0)
  const aligned = data.byteOffset % 4 === 0 ? data : data.slice()
  const words = new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length >> 2)
  const add = (word: number, times: number) => {
    for (let shift = 0; shift < 32; shift += 8) counts[(word >>> shift) & 255]! += times
  }
  let [word, from] = [words[0] ?? 0, 0]
  for (let i = 1; i < words.length; i++) {
    if (words[i] === word) continue
    add(word, i - from)
    word = words[i]!
    from = i
  }
  add(word, words.length - from)
  for (let i = 4 * words.length; i < data.length; i++) counts[data[i]!]! += 1
  const values = [...counts.keys()].filter((value) => counts[value]! > 0)
  return { values, counts: values.map((value) => counts[value]!) }
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

/** Of each pixel the largest of its colours as 8 bits: the high byte of 16 bits, where what is not 0 stays so. */
function largestSamples({ width, height, channels, data }: Samples): Uint8Array {
  if (channels === 1 && data instanceof Uint8Array) return data
  const colours = channels >= 3 ? 3 : 1
  const wide = data instanceof Uint16Array
  const out = new Uint8Array(width * height)
  for (let i = 0, at = 0; i < out.length; i++, at += channels) {
    let largest = data[at]!
    for (let c = 1; c < colours; c++) if (data[at + c]! > largest) largest = data[at + c]!
    if (largest > 0)
      out[i] = wide ? Math.max(1, largest >> 8) : Math.max(1, Math.min(Math.round(largest), 255))
  }
  return out
}

/** Grey or colours of 8 or 16 bits, which the native decoder, ten times as fast, gives out as they are stored. */
function isPlainPng(bytes: Uint8Array): boolean {
  const [depth = 0, colourType] = bytes.subarray(24, 26)
  return depth >= 8 && colourType !== 3
}

/** A PNG with a palette, or of less than 8 bits a pixel, whose stored values the native decoder does not tell. */
function decodeCodedPng(bytes: Uint8Array, file: string): Uint8Array {
  try {
    const { width, height, depth, data, palette } = decode(bytes, { checkCrc: true })
    const packed = data as Uint8Array
    const stored = depth < 8 ? unpackBits(packed, width, height, depth) : packed
    if (!palette) return stored
    const values = paletteValues(palette, countValues(stored).values)
    return stored.map((value) => values[value] ?? value)
  } catch (error) {
    throw new DdadError(
      'BAD_FILE',
      `${file} cannot be read: its PNG data is damaged or truncated: ${(error as Error).message}. Replace or remove the file.`,
      { cause: error },
    )
  }
}

function hasShape({ channels, data }: Samples): boolean {
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
