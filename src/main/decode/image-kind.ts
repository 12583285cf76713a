/** Which kind of its format a file is, as far as that decides whether a decoder reads it. */
import { orientationIn, orientationOf } from '../../shared/datasets/browser-picture.ts'
import type { ImageHeader } from './image-header.ts'

export interface ImageKind {
  /** Files of the same words are read or refused alike. */
  readonly words: string
  /** Samples of more than 8 bits. */
  readonly wide: boolean
  /** How EXIF would have it turned, 1 … 8; 1 is upright. */
  readonly orientation: number
}

/** BitsPerSample, Compression, Photometric, SamplesPerPixel, PlanarConfiguration, Predictor, SampleFormat. */
const TIFF_TAGS: ReadonlySet<number> = new Set([258, 259, 262, 277, 284, 317, 339])

export function imageKind(bytes: Uint8Array, { format }: ImageHeader): ImageKind {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const upright = { wide: false, orientation: 1 }
  try {
    if (format === 'PNG') return pngKind(view)
    if (format === 'JPEG') return jpegKind(view)
    if (format === 'TIFF') return tiffKind(view)
    if (format === 'WebP') return { ...upright, words: format, orientation: webpOrientation(view) }
    if (format === 'BMP') {
      return { ...upright, words: `BMP ${view.getUint16(28, true)} ${view.getUint32(30, true)}` }
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  return { ...upright, words: format }
}

function pngKind(view: DataView): ImageKind {
  const depth = view.getUint8(24)
  const words = `PNG ${depth} ${view.getUint8(25)} ${view.getUint8(28)}`
  let orientation = 1
  for (let at = 8; at + 8 <= view.byteLength; at += 12 + view.getUint32(at)) {
    // The letters of eXIf and IEND.
    const kind = view.getUint32(at + 4)
    if (kind === 0x49454e44) break
    if (kind === 0x65584966) {
      orientation = orientationOf(new DataView(view.buffer, view.byteOffset + at + 8))
    }
  }
  return { words, wide: depth === 16, orientation }
}

/** Of the chunk EXIF, which files of the extended kind may have. */
function webpOrientation(view: DataView): number {
  // The letters of EXIF; chunks have an even length.
  for (let at = 12; at + 8 <= view.byteLength;) {
    const length = view.getUint32(at + 4, true)
    if (view.getUint32(at) === 0x45584946) return exifOrientation(view, at + 8)
    at += 8 + length + (length % 2)
  }
  return 1
}

/** Some programs put the marker of JPEG before it. */
function exifOrientation(view: DataView, at: number): number {
  const begin = view.getUint32(at) === 0x45786966 ? at + 6 : at
  return orientationOf(new DataView(view.buffer, view.byteOffset + begin))
}

function jpegKind(view: DataView): ImageKind {
  let orientation = 1
  for (let at = 2; ;) {
    const marker = view.getUint8(at + 1)
    if (marker === 0xff) {
      at += 1
      continue
    }
    const frame =
      marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
    if (frame) {
      const words = `JPEG ${marker} ${view.getUint8(at + 4)} ${view.getUint8(at + 9)}`
      return { words, wide: false, orientation }
    }
    // The letters of Exif.
    if (marker === 0xe1 && view.getUint32(at + 4) === 0x45786966) {
      orientation = orientationOf(new DataView(view.buffer, view.byteOffset + at + 10))
    }
    at += 2 + view.getUint16(at + 2)
  }
}

/** One field of a TIFF's first directory: its tag, how many values it has, and where they are. */
interface TiffField {
  readonly tag: number
  readonly count: number
  readonly at: number
}

/** @throws RangeError when the file ends early. */
function* tiffFields(view: DataView, little: boolean): Generator<TiffField> {
  const big = view.getUint16(2, little) === 43
  const [start, length, inline] = big ? [8, 20, 8] : [4, 12, 4]
  const word = (at: number) =>
    big ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little)
  const directory = word(start)
  const first = directory + (big ? 8 : 2)
  const entries = big ? word(directory) : view.getUint16(directory, little)
  for (let i = 0; i < entries; i++) {
    const entry = first + length * i
    const count = word(entry + 4)
    const value = entry + length - inline
    yield {
      tag: view.getUint16(entry, little),
      count,
      // The fields that are looked at here hold values of two bytes.
      at: count * 2 <= inline ? value : word(value),
    }
  }
}

/** How a TIFF's pixels are compressed, by its number in the format; 1 is not at all. */
export function tiffCompression(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const little = view.getUint16(0) === 0x4949
  for (const { tag, at } of tiffFields(view, little)) {
    if (tag === 259) return view.getUint16(at, little)
  }
  return 1
}

function tiffKind(view: DataView): ImageKind {
  const little = view.getUint16(0) === 0x4949
  const words = ['TIFF']
  let bits = 1
  let orientation = 1
  for (const { tag, count, at } of tiffFields(view, little)) {
    if (tag === 274) orientation = orientationIn(view.getUint16(at, little))
    if (!TIFF_TAGS.has(tag)) continue
    const value = view.getUint16(at, little)
    if (tag === 258) bits = value
    words.push(`${tag}=${value}×${count}`)
  }
  return { words: words.join(' '), wide: bits > 8, orientation }
}
