import { JsColorType, Transformer } from '@napi-rs/image'
import { DdadError } from '../../shared/errors.ts'
import { inTurn } from '../../shared/in-turn.ts'
import type { SampleRange } from '../../shared/datasets/sample-range.ts'
import { readImageHeader, type ImageHeader } from './image-header.ts'
import { tiffCompression } from './image-kind.ts'
import { decodeAnyTiff, toBytes, type Samples } from './wide-samples.ts'

/** 8-bit pixels, RGB interleaved: `data.length = 3 · width · height`. */
export interface RgbImage {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

/** Pixels as stored: 1 to 4 interleaved channels of 8 bits. */
interface Pixels {
  readonly width: number
  readonly height: number
  readonly channels: 1 | 2 | 3 | 4
  readonly data: Uint8Array
}

export type JpegDecoder = (bytes: Uint8Array) => RgbImage | Promise<RgbImage>

export interface DecodeOptions {
  /** Stored samples that become black and white; the upper 8 bits of 16 unless told. */
  readonly range?: SampleRange | null
  /** Decodes JPEG in place of the built-in decoder, which differs from libjpeg's by some grey levels. */
  readonly jpeg?: JpegDecoder
}

/** Larger images are refused before a pixel is decoded. */
export const MAX_PIXELS = 100_000_000

/** Samples of a PNG: 100 million pixels of colours, and half of those with 16 bits and alpha. */
const MAX_BYTES = 400_000_000

/** Images over this are worked on one after the other: 20 million pixels take 60 MB and more, several times over. */
const LARGE_PIXELS = 20_000_000
const nextLarge = inTurn()

/**
 * Does work that holds an image's pixels. However many are asked for at once, large ones wait for each other, so
 * that a process needs memory for one of them.
 *
 * @throws DdadError BAD_FILE as {@link checkedHeader} does; what the work throws.
 */
export async function holdingPixels<T>(
  bytes: Uint8Array,
  file: string,
  work: () => Promise<T>,
): Promise<T> {
  const { width, height } = checkedHeader(bytes, file)
  return width * height < LARGE_PIXELS ? work() : nextLarge(work)
}

/**
 * Decodes a PNG, JPEG, BMP, TIFF or WebP file; of several pages or frames the first. Grey is expanded to
 * RGB, alpha is dropped, 16-bit samples keep their high byte unless a range is given, and EXIF orientation is
 * ignored, as in the reference implementation.
 *
 * @param file Name for messages only.
 * @throws DdadError BAD_FILE when the file is empty, truncated, of another type, of a kind that is not supported, or
 *   over {@link MAX_PIXELS}.
 */
export async function decodeImage(
  bytes: Uint8Array,
  file: string,
  options: DecodeOptions = {},
): Promise<RgbImage> {
  const header = checkedHeader(bytes, file)
  if (header.format === 'JPEG' && options.jpeg) {
    return decodeOrExplain(file, header, () => options.jpeg!(bytes))
  }
  const samples = await decodeSamples(bytes, file)
  const { width, height } = samples
  const data = toBytes(samples, options.range ?? null)
  const pixels = { width, height, channels: samples.channels as Pixels['channels'], data }
  return { width, height, data: pixels.channels === 3 ? data : toRgb(pixels) }
}

/** An image's samples as they are stored. Throws as {@link decodeImage} does. */
export async function decodeSamples(bytes: Uint8Array, file: string): Promise<Samples> {
  const header = checkedHeader(bytes, file)
  return decodeOrExplain(file, header, async () => {
    if (header.format !== 'TIFF') return decodeUsual(bytes, header)
    try {
      return await decodeUsual(bytes, header)
    } catch {
      return decodeAnyTiff(bytes, tiffCompression(bytes))
    }
  })
}

async function decodeUsual(bytes: Uint8Array, { width, height }: ImageHeader): Promise<Samples> {
  const image = new Transformer(bytes)
  const raw = await image.rawPixels()
  const { colorType } = await image.metadata()
  const wide = colorType >= JsColorType.L16 && colorType <= JsColorType.Rgba16
  const channels = raw.length / (width * height) / (wide ? 2 : 1)
  if (colorType > JsColorType.Rgba16 || ![1, 2, 3, 4].includes(channels)) {
    throw new Error('only samples of 8 and 16 bits are supported')
  }
  const data = wide ? aligned16(raw) : new Uint8Array(raw.buffer, raw.byteOffset, raw.length)
  return { width, height, channels, data, kind: 'integer' }
}

/** @throws DdadError BAD_FILE when the header shows that the file cannot or must not be decoded. */
export function checkedHeader(bytes: Uint8Array, file: string): ImageHeader {
  if (bytes.length === 0) throw badImage(file, 'it is empty (0 bytes)')
  const header = readImageHeader(bytes)
  if (!header) {
    const start = Buffer.from(bytes.subarray(0, 8)).toString('hex')
    throw badImage(
      file,
      `it is not a PNG, JPEG, BMP, TIFF or WebP image, or it ends inside its header (${bytes.length} bytes, starting ${start})`,
    )
  }
  if (header.width * header.height > MAX_PIXELS) {
    throw badImage(
      file,
      `its header says ${header.width} × ${header.height} pixels, more than the limit of ${MAX_PIXELS / 1e6} million`,
    )
  }
  const samples = header.format === 'PNG' ? pngBytes(bytes, header) : 0
  if (samples > MAX_BYTES) {
    throw badImage(
      file,
      `its ${header.width} × ${header.height} pixels unfold to ${Math.round(samples / 1e6)} MB, more than the limit of ${MAX_BYTES / 1e6} MB, which 8 bits or fewer channels keep to`,
    )
  }
  if (header.format === 'JPEG' && !hasJpegEnd(bytes)) {
    throw badImage(file, `it is a truncated JPEG (${bytes.length} bytes, no end marker)`)
  }
  if (header.format === 'PNG' && !hasPngEnd(bytes)) {
    throw badImage(file, `it is a truncated PNG (${bytes.length} bytes, no end chunk)`)
  }
  return header
}

const PNG_CHANNELS: Readonly<Record<number, number>> = { 2: 3, 4: 2, 6: 4 }

/** What a PNG's samples take, by the depth and the kind of colour in its header. */
function pngBytes(bytes: Uint8Array, { width, height }: ImageHeader): number {
  const channels = PNG_CHANNELS[bytes[25]!] ?? 1
  return width * height * channels * (bytes[24] === 16 ? 2 : 1)
}

function badImage(file: string, reason: string, cause?: unknown): DdadError {
  const options = cause === undefined ? undefined : { cause }
  return new DdadError(
    'BAD_FILE',
    `${file} cannot be read: ${reason}. Replace or remove the file.`,
    options,
  )
}

async function decodeOrExplain<T>(
  file: string,
  header: ImageHeader,
  decode: () => T | Promise<T>,
): Promise<T> {
  try {
    return await decode()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    if (UNSUPPORTED.test(reason)) throw unsupported(file, header.format, reason, error)
    throw badImage(
      file,
      `its ${header.format} data (${header.width} × ${header.height}) is damaged or truncated: ${reason}`,
      error,
    )
  }
}

/** What decoders say of a file that is whole and of a kind that they do not know. */
const UNSUPPORTED =
  /support|unhandled|unimplemented|unknown (photometric|compression)|not configured/i

function unsupported(file: string, format: string, reason: string, cause: unknown): DdadError {
  const message = `${file} cannot be read: this kind of ${format} is not supported (${reason.split('\n')[0]!.trim()}). Save it as an 8 or 16-bit PNG or TIFF.`
  return new DdadError('BAD_FILE', message, { cause })
}

/** Whether an error of this module says that the file is whole, but of a kind that is not read. */
export const isUnsupported = (error: unknown): boolean =>
  error instanceof DdadError && error.message.includes(' is not supported (')

/**
 * Decoders fill a cut JPEG with grey instead of failing, so the end marker is looked for here. Phones write more
 * behind it: the first end counts.
 */
function hasJpegEnd(bytes: Uint8Array): boolean {
  const buffer = bytesOf(bytes)
  let at = 2
  while (at + 1 < buffer.length) {
    if (buffer[at] !== 0xff) {
      // Between the markers of a scan, 0xff is followed by 0.
      at = buffer.indexOf(0xff, at)
      if (at < 0) return false
      continue
    }
    const marker = buffer[at + 1]!
    if (marker === 0xd9) return true
    if (marker === 0xff) at += 1
    else if (marker <= 0x01 || (marker >= 0xd0 && marker <= 0xd8)) at += 2
    else at += 2 + (at + 3 < buffer.length ? Math.max(2, buffer.readUInt16BE(at + 2)) : 2)
  }
  return false
}

/** Looked for where it belongs first: the whole of a large file takes as long as half of its reading. */
function hasPngEnd(bytes: Uint8Array): boolean {
  const all = bytesOf(bytes)
  const [last, rest] = [all.length - 12, 33]
  return (
    all.includes('IEND', Math.max(rest, last), 'latin1') || all.includes('IEND', rest, 'latin1')
  )
}

function bytesOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}

/** Samples come in the machine's order, which is little-endian on every supported platform. */
function aligned16(raw: Buffer): Uint16Array {
  return raw.byteOffset % 2 === 0
    ? new Uint16Array(raw.buffer, raw.byteOffset, raw.length / 2)
    : new Uint16Array(Uint8Array.from(raw).buffer)
}

function toRgb({ width, height, channels, data }: Pixels): Uint8Array {
  const pixels = width * height
  const rgb = new Uint8Array(3 * pixels)
  const [green, blue] = channels >= 3 ? [1, 2] : [0, 0]
  for (let i = 0, from = 0, to = 0; i < pixels; i++, from += channels, to += 3) {
    rgb[to] = data[from]!
    rgb[to + 1] = data[from + green]!
    rgb[to + 2] = data[from + blue]!
  }
  return rgb
}
