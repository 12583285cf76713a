/** The records of a zip archive with stored entries (PKWARE APPNOTE 6.3.10), zip64 where 32 bits do not do. */

/** An entry whose content is written. */
export interface ZipEntry {
  readonly path: string
  readonly bytes: number
  readonly crc: number
  /** Where its local header begins. */
  readonly offset: number
}

const LIMIT_32 = 0xffffffff
const LIMIT_16 = 0xffff
/** 1 January 1980: an archive of the same files is the same, whenever it is written. */
const DATE = 0x21
/** Bit 11: names are UTF-8. */
const FLAGS = 0x800

/** Before the content. It has the same length whatever the checksum is, which can so be written later. */
export function localHeader({ path, bytes, crc }: Omit<ZipEntry, 'offset'>): Buffer {
  const name = Buffer.from(path, 'utf8')
  const far = bytes >= LIMIT_32
  const extra = far ? zip64Field([bytes, bytes]) : Buffer.alloc(0)
  const header = Buffer.alloc(30)
  header.writeUInt32LE(0x04034b50, 0)
  header.writeUInt16LE(far ? 45 : 20, 4)
  header.writeUInt16LE(FLAGS, 6)
  header.writeUInt16LE(DATE, 12)
  header.writeUInt32LE(crc, 14)
  header.writeUInt32LE(Math.min(LIMIT_32, bytes), 18)
  header.writeUInt32LE(Math.min(LIMIT_32, bytes), 22)
  header.writeUInt16LE(name.length, 26)
  header.writeUInt16LE(extra.length, 28)
  return Buffer.concat([header, name, extra])
}

/** In the directory at the archive's end. */
export function centralHeader({ path, crc, bytes, offset }: ZipEntry): Buffer {
  const name = Buffer.from(path, 'utf8')
  const wide = [
    ...(bytes >= LIMIT_32 ? [bytes, bytes] : []),
    ...(offset >= LIMIT_32 ? [offset] : []),
  ]
  const extra = wide.length > 0 ? zip64Field(wide) : Buffer.alloc(0)
  const header = Buffer.alloc(46)
  header.writeUInt32LE(0x02014b50, 0)
  header.writeUInt16LE(45, 4)
  header.writeUInt16LE(wide.length > 0 ? 45 : 20, 6)
  header.writeUInt16LE(FLAGS, 8)
  header.writeUInt16LE(DATE, 14)
  header.writeUInt32LE(crc, 16)
  header.writeUInt32LE(Math.min(LIMIT_32, bytes), 20)
  header.writeUInt32LE(Math.min(LIMIT_32, bytes), 24)
  header.writeUInt16LE(name.length, 28)
  header.writeUInt16LE(extra.length, 30)
  header.writeUInt32LE(Math.min(LIMIT_32, offset), 42)
  return Buffer.concat([header, name, extra])
}

/** After the directory, which lies between `start` and `end`. */
export function endRecords(count: number, start: number, end: number): Buffer {
  const far = count >= LIMIT_16 || start >= LIMIT_32 || end - start >= LIMIT_32
  const zip64 = Buffer.alloc(far ? 76 : 0)
  if (far) {
    zip64.writeUInt32LE(0x06064b50, 0)
    zip64.writeBigUInt64LE(44n, 4)
    zip64.writeUInt16LE(45, 12)
    zip64.writeUInt16LE(45, 14)
    zip64.writeBigUInt64LE(BigInt(count), 24)
    zip64.writeBigUInt64LE(BigInt(count), 32)
    zip64.writeBigUInt64LE(BigInt(end - start), 40)
    zip64.writeBigUInt64LE(BigInt(start), 48)
    zip64.writeUInt32LE(0x07064b50, 56)
    zip64.writeBigUInt64LE(BigInt(end), 64)
    zip64.writeUInt32LE(1, 72)
  }
  const record = Buffer.alloc(22)
  record.writeUInt32LE(0x06054b50, 0)
  record.writeUInt16LE(far ? LIMIT_16 : count, 8)
  record.writeUInt16LE(far ? LIMIT_16 : count, 10)
  record.writeUInt32LE(Math.min(LIMIT_32, end - start), 12)
  record.writeUInt32LE(far ? LIMIT_32 : start, 16)
  return Buffer.concat([zip64, record])
}

/** The extra field with the values that have no room in 32 bits, in the standard's order. */
function zip64Field(values: readonly number[]): Buffer {
  const field = Buffer.alloc(4 + 8 * values.length)
  field.writeUInt16LE(1, 0)
  field.writeUInt16LE(8 * values.length, 2)
  values.forEach((value, i) => field.writeBigUInt64LE(BigInt(value), 4 + 8 * i))
  return field
}
