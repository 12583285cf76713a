import { asValues, loadLevels } from '../data/load-images.ts'

/** Decoded images are kept in memory up to this many bytes; more are decoded again for each batch. */
const MEMORY_LIMIT = 1024 ** 3

interface Batch {
  readonly key: string
  readonly levels: Promise<Uint8Array>
}

/** The images of a training, by index. */
export class TrainingImages {
  private readonly files: readonly string[]
  private readonly size: number
  private readonly decoded: Uint8Array | null
  private expected: Batch | null = null

  private constructor(files: readonly string[], size: number, decoded: Uint8Array | null) {
    this.files = files
    this.size = size
    this.decoded = decoded
  }

  /**
   * @param size side in pixels
   * @param limit bytes up to which all images are kept in memory
   * @throws DdadError CANCELLED when the signal is aborted; NOT_FOUND or BAD_FILE naming a file
   */
  static async open(
    files: readonly string[],
    size: number,
    signal: AbortSignal,
    limit = MEMORY_LIMIT,
  ): Promise<TrainingImages> {
    const fits = files.length * size * size * 3 <= limit
    return new TrainingImages(files, size, fits ? await loadLevels(files, size, signal) : null)
  }

  /** Begins to decode a batch where not all images are in memory, so that it is there when it is asked for. */
  expect(indices: readonly number[]): void {
    if (this.decoded) return
    const levels = this.load(indices)
    // Whoever asks for the batch is told of what is wrong with it.
    levels.catch(() => {})
    this.expected = { key: indices.join(), levels }
  }

  /** @returns [indices.length, S, S, 3] in −1 … 1 */
  async batch(indices: readonly number[]): Promise<Float32Array> {
    const { expected } = this
    this.expected = null
    return asValues(await (expected?.key === indices.join() ? expected.levels : this.load(indices)))
  }

  private async load(indices: readonly number[]): Promise<Uint8Array> {
    const { decoded } = this
    if (!decoded)
      return loadLevels(
        indices.map((index) => this.files[index]!),
        this.size,
      )
    const pixels = this.size * this.size * 3
    const batch = new Uint8Array(indices.length * pixels)
    for (const [i, index] of indices.entries())
      batch.set(decoded.subarray(index * pixels, (index + 1) * pixels), i * pixels)
    return batch
  }
}
