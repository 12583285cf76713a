import { JsColorType, Transformer } from '@napi-rs/image'
import { DdadError } from '../../shared/errors.ts'
import { readImageHeader, type ImageHeader } from './image-header.ts'

/** 8-bit pixels, RGB interleaved: `data.length = 3 · width · height`. */
export interface RgbImage {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

/** Pixels as stored: 1 to 4 interleaved channels of 8 bits. */
export interface Pixels {
  readonly width: number
  readonly height: number
  readonly channels: 1 | 2 | 3 | 4
  readonly data: Uint8Array
}

export type JpegDecoder = (bytes: Uint8Array) => RgbImage | Promise<RgbImage>

export interface DecodeOptions {
  /** Decodes JPEG in place of the built-in decoder, which differs from libjpeg's by some grey levels. */
  readonly jpeg?: JpegDecoder
}

/** Larger images are refused before a pixel is decoded. */
export const MAX_PIXELS = 100_000_000

/** Images over this are worked on one after the other: 20 million pixels take 60 MB and more, several times over. */
const LARGE_PIXELS = 20_000_000
let lastLarge: Promise<unknown> = Promise.resolve()

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
  if (width * height < LARGE_PIXELS) return work()
  const turn = lastLarge.then(work)
  lastLarge = turn.catch(() => undefined)
  return turn
}

/**
 * Decodes a PNG, JPEG, BMP, TIFF or WebP file; of several pages or frames the first. Grey is expanded to
 * RGB, alpha is dropped, 16-bit samples keep their high byte, and EXIF orientation is ignored, as in the
 * reference implementation.
 *
 * @param file Name for messages only.
 * @throws DdadError BAD_FILE when the file is empty, truncated, of another type, or over {@link MAX_PIXELS}.
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
  const pixels = await decodePixels(bytes, file)
  const { width, height, channels, data } = pixels
  return { width, height, data: channels === 3 ? data : toRgb(pixels) }
}

/**
 * As {@link decodeImage}, with the channels that are stored.
 * @param narrow The 8 bits of a 16-bit sample; its high byte unless told otherwise.
 */
export async function decodePixels(
  bytes: Uint8Array,
  file: string,
  narrow: (sample: number) => number = (sample) => sample >> 8,
): Promise<Pixels> {
  const header = checkedHeader(bytes, file)
  return decodeOrExplain(file, header, async () => {
    const image = new Transformer(bytes)
    const raw = await image.rawPixels()
    const { width, height } = header
    const { colorType } = await image.metadata()
    const wide = colorType >= JsColorType.L16 && colorType <= JsColorType.Rgba16
    const channels = raw.length / (width * height) / (wide ? 2 : 1)
    if (colorType > JsColorType.Rgba16 || ![1, 2, 3, 4].includes(channels)) {
      throw new Error('only samples of 8 and 16 bits are supported')
    }
    const data = wide
      ? narrowed(raw, narrow)
      : new Uint8Array(raw.buffer, raw.byteOffset, raw.length)
    return { width, height, channels: channels as Pixels['channels'], data }
  })
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
  if (header.format === 'JPEG' && !hasJpegEnd(bytes)) {
    throw badImage(file, `it is a truncated JPEG (${bytes.length} bytes, no end marker)`)
  }
  if (header.format === 'PNG' && !bytesOf(bytes).includes('IEND', 33, 'latin1')) {
    throw badImage(file, `it is a truncated PNG (${bytes.length} bytes, no end chunk)`)
  }
  return header
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
    throw badImage(
      file,
      `its ${header.format} data (${header.width} × ${header.height}) is damaged or truncated: ${reason}`,
      error,
    )
  }
}

/** Decoders fill a cut JPEG with grey instead of failing, so the end marker is looked for here. */
function hasJpegEnd(bytes: Uint8Array): boolean {
  const buffer = bytesOf(bytes)
  const scan = buffer.lastIndexOf(Buffer.from([0xff, 0xda]))
  return buffer.lastIndexOf(Buffer.from([0xff, 0xd9])) > scan
}

function bytesOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
}

function narrowed(raw: Buffer, narrow: (sample: number) => number): Uint8Array {
  const bytes = new Uint8Array(raw.length / 2)
  // Samples come in the machine's order, which is little-endian on every supported platform.
  for (let i = 0; i < bytes.length; i++) bytes[i] = narrow(raw[2 * i]! | (raw[2 * i + 1]! << 8))
  return bytes
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
