/** Text that files carry in their headers, read without the rest of them. */
import fs from 'node:fs'

const HEADER_LIMIT = 100_000_000
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

/** The string metadata of a safetensors file; null for a file that is none. */
export function safetensorsMetadata(file: string): Readonly<Record<string, string>> | null {
  return reading(file, (read) => {
    const length = Number(read(0, 8).readBigUInt64LE())
    if (length > HEADER_LIMIT) return null
    const header = JSON.parse(read(8, length).toString('utf8')) as {
      __metadata__?: Record<string, unknown>
    }
    const strings = Object.entries(header.__metadata__ ?? {}).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    )
    return Object.fromEntries(strings)
  })
}

/** The text of a keyword (tEXt) in a PNG; null where there is none. */
export function pngText(file: string, keyword: string): string | null {
  return reading(file, (read) => {
    if (!read(0, 8).equals(PNG)) return null
    for (let at = 8; ;) {
      const head = read(at, 8)
      const [length, kind] = [head.readUInt32BE(), head.toString('latin1', 4)]
      if (kind === 'IEND' || length > HEADER_LIMIT) return null
      if (kind === 'tEXt') {
        const text = read(at + 8, length).toString('latin1')
        const end = text.indexOf('\0')
        if (text.slice(0, end) === keyword) return text.slice(end + 1)
      }
      at += 12 + length
    }
  })
}

/** Null also for a file that ends too early or cannot be read. */
function reading<Found>(
  file: string,
  find: (read: (at: number, length: number) => Buffer) => Found,
): Found | null {
  let descriptor: number | null = null
  try {
    const open = (descriptor = fs.openSync(file, 'r'))
    return find((at, length) => {
      const bytes = Buffer.alloc(length)
      if (fs.readSync(open, bytes, 0, length, at) < length) throw new RangeError('It ends there.')
      return bytes
    })
  } catch {
    return null
  } finally {
    if (descriptor !== null) fs.closeSync(descriptor)
  }
}
