/** Puts the pieces of a journal on disk in order; what gathers while one is written goes together. */
export class JournalWriter {
  readonly #put: (at: number, bytes: Uint8Array) => Promise<unknown>
  readonly #limit: number
  readonly #onState: (error: Error | null) => void
  #waiting: Uint8Array[] = []
  #at: number
  #writing: Promise<Error | null> | null = null

  /**
   * @param put Writes at a position; resolves when it is durable.
   * @param at Length of the journal that is there already.
   * @param limit Most bytes at once.
   * @param onState Called after each write: null, or why it failed. What failed is tried again with the next piece.
   */
  constructor(
    put: (at: number, bytes: Uint8Array) => Promise<unknown>,
    at: number,
    limit: number,
    onState: (error: Error | null) => void,
  ) {
    this.#put = put
    this.#at = at
    this.#limit = limit
    this.#onState = onState
  }

  append(bytes: Uint8Array): void {
    this.#waiting.push(bytes)
    void this.#start()
  }

  /** Resolves when everything is on disk. @throws What kept it from getting there. */
  async flush(): Promise<void> {
    while (this.#waiting.length > 0) {
      const error = await this.#start()
      if (error) throw error
    }
  }

  #start(): Promise<Error | null> {
    this.#writing ??= this.#write()
      .then(
        () => null,
        (error: unknown) =>
          error instanceof Error ? error : new Error('unknown', { cause: error }),
      )
      .then((error) => {
        this.#writing = null
        this.#onState(error)
        return error
      })
    return this.#writing
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const bytes = joined(this.#waiting)
      this.#waiting = [bytes]
      const piece = bytes.slice(0, this.#limit)
      await this.#put(this.#at, piece)
      this.#at += piece.length
      // More may have gathered behind `bytes` meanwhile.
      const [, ...later] = this.#waiting
      const rest = bytes.subarray(piece.length)
      this.#waiting = rest.length > 0 ? [rest, ...later] : later
    }
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1 && parts[0]) return parts[0]
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
