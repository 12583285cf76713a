/** Which files a browser shows pixel by pixel as they are stored, and so as the network sees them. */

/**
 * Whether a browser may be given the file itself. Otherwise it is decoded for it: what is turned by EXIF, has alpha,
 * 16 bits or four colours, moves, or is of another format than its name says.
 *
 * @param bytes The whole file.
 * @param ending Of its name, in small letters, without the dot.
 */
export function shownAsStored(bytes: Uint8Array, ending: string): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  try {
    if (/^(jpe?g|jfif|jpe)$/.test(ending)) return isPlainJpeg(view)
    if (ending === 'png') return isPlainPng(view)
    if (ending === 'webp') return isPlainWebp(view)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
  return false
}

const ascii = (view: DataView, at: number, length: number): string =>
  String.fromCharCode(...Array.from({ length }, (_, i) => view.getUint8(at + i)))

/** Grey or three colours of 8 bits, not turned. */
function isPlainJpeg(view: DataView): boolean {
  if (view.getUint16(0) !== 0xffd8) return false
  for (let at = 2; ;) {
    const marker = view.getUint16(at)
    if (marker === 0xffff) {
      at += 1
      continue
    }
    if (marker < 0xff01 || marker === 0xffda || marker === 0xffd9) return false
    const length = view.getUint16(at + 2)
    if (marker === 0xffe1 && isTurnedExif(view, at + 4, length - 2)) return false
    const frame = marker >= 0xffc0 && marker <= 0xffc2
    if (frame) {
      const components = view.getUint8(at + 9)
      // What follows the frame may still say that it is turned.
      const plain = view.getUint8(at + 4) === 8 && (components === 1 || components === 3)
      return plain && !turnedBehind(view, at + 2 + length)
    }
    at += 2 + length
  }
}

function turnedBehind(view: DataView, from: number): boolean {
  for (let at = from; view.getUint16(at) !== 0xffda; at += 2 + view.getUint16(at + 2)) {
    const length = view.getUint16(at + 2)
    if (view.getUint16(at) === 0xffe1 && isTurnedExif(view, at + 4, length - 2)) return true
  }
  return false
}

function isTurnedExif(view: DataView, at: number, length: number): boolean {
  if (length < 14 || ascii(view, at, 4) !== 'Exif') return false
  const turned = orientationOf(new DataView(view.buffer, view.byteOffset + at + 6, length - 6))
  return turned !== 1
}

/**
 * Orientation by the TIFF structure that EXIF is: 1 is upright, 1 … 8; 1 where there is none.
 * @throws RangeError when it ends early.
 */
export function orientationOf(exif: DataView): number {
  const little = exif.getUint16(0) === 0x4949
  const directory = exif.getUint32(4, little)
  const entries = exif.getUint16(directory, little)
  for (let i = 0; i < entries; i++) {
    const entry = directory + 2 + 12 * i
    if (exif.getUint16(entry, little) !== 0x0112) continue
    return orientationIn(exif.getUint16(entry + 8, little))
  }
  return 1
}

/** An orientation as it is stored: 1 … 8, everything else is upright. */
export const orientationIn = (value: number): number => (value >= 1 && value <= 8 ? value : 1)

/** Grey, palette or RGB of up to 8 bits, without transparency, animation or orientation. */
function isPlainPng(view: DataView): boolean {
  if (view.getUint32(0) !== 0x89504e47 || ascii(view, 12, 4) !== 'IHDR') return false
  const [depth, colourType] = [view.getUint8(24), view.getUint8(25)]
  if (depth > 8 || colourType >= 4) return false
  for (let at = 8; ; at += 12 + view.getUint32(at)) {
    const kind = ascii(view, at + 4, 4)
    if (kind === 'IEND') return true
    if (kind === 'tRNS' || kind === 'eXIf' || kind === 'acTL') return false
  }
}

/** One opaque frame without EXIF. */
function isPlainWebp(view: DataView): boolean {
  if (ascii(view, 0, 4) !== 'RIFF' || ascii(view, 8, 4) !== 'WEBP') return false
  const kind = ascii(view, 12, 4)
  if (kind === 'VP8 ') return true
  if (kind === 'VP8L') return (view.getUint8(24) & 0x10) === 0
  const flags = view.getUint8(20)
  return kind === 'VP8X' && (flags & (0x10 | 0x08 | 0x02)) === 0
}
