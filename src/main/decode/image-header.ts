/** Size and format of an image from its first bytes, without decoding a pixel. */
export interface ImageHeader {
  readonly format: 'PNG' | 'JPEG' | 'BMP' | 'TIFF' | 'WebP'
  readonly width: number
  readonly height: number
}

/**
 * Reads width and height from the header of a PNG, JPEG, BMP, TIFF or WebP file. EXIF orientation is
 * ignored: width and height are those of the stored pixels.
 *
 * @param bytes The file, or as much of its beginning as there is (TIFF may need all of it).
 * @returns null when the bytes are none of these formats or end before the size.
 */
export function readImageHeader(bytes: Uint8Array): ImageHeader | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  try {
    if (startsWith(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) {
      return sized('PNG', view.getUint32(16), view.getUint32(20))
    }
    if (startsWith(bytes, [0xff, 0xd8, 0xff])) return jpegHeader(view)
    if (startsWith(bytes, [0x42, 0x4d])) return bmpHeader(view)
    if (startsWith(bytes, [0x49, 0x49, 0x2a, 0])) return tiffHeader(view, true)
    if (startsWith(bytes, [0x4d, 0x4d, 0, 0x2a])) return tiffHeader(view, false)
    if (startsWith(bytes, [0x49, 0x49, 0x2b, 0])) return bigTiffHeader(view, true)
    if (startsWith(bytes, [0x4d, 0x4d, 0, 0x2b])) return bigTiffHeader(view, false)
    if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP') return webpHeader(view)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  return null
}

function sized(format: ImageHeader['format'], width: number, height: number): ImageHeader | null {
  return width > 0 && height > 0 ? { format, width, height } : null
}

function jpegHeader(view: DataView): ImageHeader | null {
  let offset = 2
  for (;;) {
    if (view.getUint8(offset) !== 0xff) return null
    const marker = view.getUint8(offset + 1)
    if (marker === 0xff) {
      offset += 1
      continue
    }
    // SOF0 … SOF15 without DHT (C4), JPG (C8) and DAC (CC), which share the range.
    const frame =
      marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
    if (frame) return sized('JPEG', view.getUint16(offset + 7), view.getUint16(offset + 5))
    const bare = marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)
    offset += bare ? 2 : 2 + view.getUint16(offset + 2)
  }
}

function bmpHeader(view: DataView): ImageHeader | null {
  if (view.getUint32(14, true) === 12) {
    return sized('BMP', view.getUint16(18, true), view.getUint16(20, true))
  }
  // A negative height marks rows stored from the top.
  return sized('BMP', view.getInt32(18, true), Math.abs(view.getInt32(22, true)))
}

function tiffHeader(view: DataView, little: boolean): ImageHeader | null {
  const directory = view.getUint32(4, little)
  const entries = view.getUint16(directory, little)
  let width = 0
  let height = 0
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + 12 * i
    const tag = view.getUint16(entry, little)
    if (tag !== 256 && tag !== 257) continue
    const short = view.getUint16(entry + 2, little) === 3
    const value = short ? view.getUint16(entry + 8, little) : view.getUint32(entry + 8, little)
    if (tag === 256) width = value
    else height = value
  }
  return sized('TIFF', width, height)
}

/** As {@link tiffHeader}, with 8 bytes for places and counts. */
function bigTiffHeader(view: DataView, little: boolean): ImageHeader | null {
  const directory = Number(view.getBigUint64(8, little))
  const entries = Number(view.getBigUint64(directory, little))
  let width = 0
  let height = 0
  for (let i = 0; i < entries; i++) {
    const entry = directory + 8 + 20 * i
    const tag = view.getUint16(entry, little)
    if (tag !== 256 && tag !== 257) continue
    const short = view.getUint16(entry + 2, little) === 3
    const value = short ? view.getUint16(entry + 12, little) : view.getUint32(entry + 12, little)
    if (tag === 256) width = value
    else height = value
  }
  return sized('TIFF', width, height)
}

function webpHeader(view: DataView): ImageHeader | null {
  const kind = String.fromCharCode(...[12, 13, 14, 15].map((i) => view.getUint8(i)))
  if (kind === 'VP8X') return sized('WebP', 1 + uint24(view, 24), 1 + uint24(view, 27))
  if (kind === 'VP8L') {
    const packed = view.getUint32(21, true)
    return sized('WebP', 1 + (packed & 0x3fff), 1 + ((packed >>> 14) & 0x3fff))
  }
  if (kind !== 'VP8 ') return null
  return sized('WebP', view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff)
}

function uint24(view: DataView, offset: number): number {
  return view.getUint16(offset, true) | (view.getUint8(offset + 2) << 16)
}

function startsWith(bytes: Uint8Array, signature: readonly number[]): boolean {
  return signature.every((byte, i) => bytes[i] === byte)
}

function ascii(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, end))
}
