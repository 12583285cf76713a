import { loadImages } from '../data/load-images.ts'

/** Decoded images are kept in memory up to this many bytes; more are decoded again for each batch. */
const MEMORY_LIMIT = 1024 ** 3

/** The images of a training, by index. */
export class TrainingImages {
  private readonly files: readonly string[]
  private readonly size: number
  private readonly decoded: Float32Array | null

  private constructor(files: readonly string[], size: number, decoded: Float32Array | null) {
    this.files = files
    this.size = size
    this.decoded = decoded
  }

  /**
   * @param size side in pixels
   * @throws DdadError CANCELLED when the signal is aborted; NOT_FOUND or BAD_FILE naming a file
   */
  static async open(
    files: readonly string[],
    size: number,
    signal: AbortSignal,
  ): Promise<TrainingImages> {
    const fits = files.length * size * size * 3 * 4 <= MEMORY_LIMIT
    return new TrainingImages(files, size, fits ? await loadImages(files, size, signal) : null)
  }

  /** @returns [indices.length, S, S, 3] in −1 … 1 */
  async batch(indices: readonly number[]): Promise<Float32Array> {
    const pixels = this.size * this.size * 3
    const { decoded } = this
    if (!decoded)
      return loadImages(
        indices.map((index) => this.files[index]!),
        this.size,
      )
    const batch = new Float32Array(indices.length * pixels)
    for (const [i, index] of indices.entries())
      batch.set(decoded.subarray(index * pixels, (index + 1) * pixels), i * pixels)
    return batch
  }
}
