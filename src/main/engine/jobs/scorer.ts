import type { EvaluationSettings } from '../../../shared/config/run-config.ts'
import { DdadError } from '../../../shared/errors.ts'
import type { ExtractorSource } from '../../../shared/processes/engine.ts'
import { reconstruct } from '../diffusion/reconstruct.ts'
import { createExtractor, loadExtractor, type Extractor } from '../features/extractor.ts'
import { readAdapted } from '../features/weights-files.ts'
import type { Unet } from '../nn/unet.ts'
import { blurredMaps, distances, maxima, type Maxima } from '../scoring/heat-map.ts'
import { tf, type Tensor4D } from '../tf.ts'
import { isOutOfMemory } from './out-of-memory.ts'
import { imageKey, reconstructionNoise } from './reconstruction-noise.ts'
import { loadUnet } from './unet-file.ts'

/** What scoring makes of one image. */
export interface ScoredPixels {
  /** [2, S, S]: blurred feature distance and blurred pixel distance. */
  readonly maps: Float32Array
  /** The reconstruction, RGB of 8 bits, S×S. */
  readonly reconstruction: Uint8Array
  /** Largest distances before the blur. */
  readonly maxima: Maxima
}

/** Reconstructs images and measures how far they are from their reconstructions. */
export class Scorer {
  private readonly unet: Unet
  private readonly extractor: Extractor
  private readonly settings: EvaluationSettings
  private batch = Infinity

  private constructor(unet: Unet, extractor: Extractor, settings: EvaluationSettings) {
    this.unet = unet
    this.extractor = extractor
    this.settings = settings
  }

  /**
   * @param unet a checkpoint or weights file
   * @param features an adapted extractor; null scores with the frozen one
   * @throws DdadError WEIGHTS_MISSING, NOT_FOUND or BAD_FILE naming the file
   */
  static async open(
    unet: string,
    extractor: ExtractorSource,
    features: string | null,
    settings: EvaluationSettings,
  ): Promise<Scorer> {
    const network = features
      ? createExtractor(await readAdapted(features))
      : await loadExtractor(extractor)
    try {
      return new Scorer(await loadUnet(unet), network, settings)
    } catch (error) {
      network.dispose()
      throw error
    }
  }

  /** Side S of the images it takes. */
  get size(): number {
    return this.unet.config.imageSize
  }

  /**
   * Scores images [N, S, S, 3] in −1 … 1. When memory runs out the batch is halved and taken again; results
   * do not depend on it.
   * @param onSmaller is told the new number of images at a time
   * @throws DdadError CANCELLED when the signal is aborted, OUT_OF_MEMORY when not even one image fits
   */
  async score(
    images: Float32Array,
    signal: AbortSignal,
    onSmaller: (images: number) => void,
  ): Promise<ScoredPixels[]> {
    const pixels = this.size * this.size * 3
    const count = images.length / pixels
    const results: ScoredPixels[] = []
    while (results.length < count) {
      const size = Math.min(this.batch, count - results.length)
      const first = results.length * pixels
      try {
        results.push(...(await this.scorePart(images.slice(first, first + size * pixels), signal)))
      } catch (error) {
        if (!isOutOfMemory(error)) throw error
        if (size === 1) throw tooLarge(error)
        this.batch = Math.floor(size / 2)
        onSmaller(this.batch)
      }
    }
    return results
  }

  dispose(): void {
    this.unet.dispose()
    this.extractor.dispose()
  }

  private async scorePart(values: Float32Array, signal: AbortSignal): Promise<ScoredPixels[]> {
    const { size, settings } = this
    const pixels = size * size * 3
    const count = values.length / pixels
    const keys = Array.from({ length: count }, (_, i) =>
      imageKey(values.subarray(i * pixels, (i + 1) * pixels)),
    )
    const input = tf.tensor4d(values, [count, size, size, 3])
    let reconstructions: Tensor4D | null = null
    try {
      reconstructions = await reconstruct(this.unet, input, input, {
        settings: settings.reconstruction,
        noise: reconstructionNoise(settings.reconstruction.noiseSeed, keys, size),
        signal,
      })
      return this.measure(input, reconstructions)
    } finally {
      tf.dispose([input, ...(reconstructions ? [reconstructions] : [])])
    }
  }

  private measure(input: Tensor4D, reconstructions: Tensor4D): ScoredPixels[] {
    const found = distances(this.extractor, input, reconstructions)
    try {
      const largest = maxima(found)
      const values = reconstructions.dataSync<'float32'>()
      const pixels = this.size * this.size * 3
      return blurredMaps(found, this.settings.scoring.blurSigma).map((maps, i) => ({
        maps,
        reconstruction: toBytes(values.subarray(i * pixels, (i + 1) * pixels)),
        maxima: largest[i]!,
      }))
    } finally {
      tf.dispose([found.feature, found.pixel])
    }
  }
}

/** −1 … 1 to 0 … 255, clamped and rounded. */
function toBytes(values: Float32Array): Uint8Array {
  return Uint8Array.from(Uint8ClampedArray.from(values, (value) => (value + 1) * 127.5))
}

function tooLarge(cause: unknown): DdadError {
  return new DdadError(
    'OUT_OF_MEMORY',
    'There is not enough memory to score a single image. The results so far are kept. ' +
      'Close other programs that use the device, or choose a smaller extractor.',
    { cause },
  )
}
