/** Decoded pixels kept in memory by name, the most recently used ones up to a number of bytes. */
export class PixelCache {
  readonly #entries = new Map<string, Float32Array | Uint8Array>()
  readonly #capacity: number
  #bytes = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  async get<Pixels extends Float32Array | Uint8Array>(
    name: string,
    load: () => Promise<Pixels>,
  ): Promise<Pixels> {
    const known = this.#entries.get(name) as Pixels | undefined
    const pixels = known ?? (await load())
    this.#entries.delete(name)
    this.#entries.set(name, pixels)
    if (!known) this.#bytes += pixels.byteLength
    for (const [oldest, { byteLength }] of this.#entries) {
      if (this.#bytes <= this.#capacity || oldest === name) break
      this.#entries.delete(oldest)
      this.#bytes -= byteLength
    }
    return pixels
  }
}
