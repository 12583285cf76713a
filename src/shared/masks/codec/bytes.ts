import { DdadError } from '../../errors.ts'

/** Collects bytes in a buffer that doubles when full. */
export class ByteWriter {
  #buffer = new Uint8Array(64)
  #length = 0

  byte(value: number): void {
    this.#reserve(1)
    this.#buffer[this.#length++] = value
  }

  /** Writes an integer 0 … 2⁵³ − 1 in groups of seven bits, lowest first (LEB128). */
  varint(value: number): void {
    let rest = value
    while (rest >= 0x80) {
      this.byte((rest % 0x80) | 0x80)
      rest = Math.floor(rest / 0x80)
    }
    this.byte(rest)
  }

  uint32(value: number): void {
    this.#reserve(4)
    for (let shift = 0; shift < 32; shift += 8) this.#buffer[this.#length++] = value >>> shift
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#buffer.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** Writes the length and then the bytes. */
  block(bytes: Uint8Array): void {
    this.varint(bytes.length)
    this.raw(bytes)
  }

  /** A copy of what was written. */
  finish(): Uint8Array {
    return this.#buffer.slice(0, this.#length)
  }

  #reserve(extra: number): void {
    const needed = this.#length + extra
    if (needed <= this.#buffer.length) return
    const larger = new Uint8Array(Math.max(needed, this.#buffer.length * 2))
    larger.set(this.#buffer.subarray(0, this.#length))
    this.#buffer = larger
  }
}

/** Reads what {@link ByteWriter} wrote. Every read past the end throws BAD_FILE. */
export class ByteReader {
  readonly #bytes: Uint8Array
  #position = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get done(): boolean {
    return this.#position === this.#bytes.length
  }

  byte(): number {
    const value = this.#bytes[this.#position]
    if (value === undefined) throw damaged('it ends too early')
    this.#position++
    return value
  }

  /** An integer 0 … `limit`. */
  varint(limit: number = Number.MAX_SAFE_INTEGER): number {
    let value = 0
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.byte()
      value += (byte & 0x7f) * scale
      if (value > limit) throw damaged(`a number is larger than ${limit}`)
      if (byte < 0x80) return value
      if (scale > Number.MAX_SAFE_INTEGER) throw damaged('a number has too many digits')
    }
  }

  /** The bytes that {@link ByteWriter.block} wrote, as a view. */
  block(): Uint8Array {
    return this.raw(this.varint(this.#bytes.length))
  }

  raw(length: number): Uint8Array {
    const end = this.#position + length
    if (end > this.#bytes.length) throw damaged('it ends too early')
    const bytes = this.#bytes.subarray(this.#position, end)
    this.#position = end
    return bytes
  }

  /** Everything that is left. */
  rest(): Uint8Array {
    return this.raw(this.#bytes.length - this.#position)
  }

  uint32(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.raw(4)
    return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0
  }

  /** Throws BAD_FILE when bytes are left over. */
  expectEnd(): void {
    if (!this.done) throw damaged('it has bytes too many')
  }
}

/** The BAD_FILE error for stored mask data; whoever read the file names it. */
export function damaged(why: string): DdadError {
  return new DdadError('BAD_FILE', `The stored mask data is damaged: ${why}.`)
}
