import type { ReconstructionSettings } from '../../../../shared/config/run-config.ts'
import type { DdadSource } from '../../../../shared/processes/engine.ts'
import { describe } from '../../diffusion/dynamic-start.ts'
import { reconstruct, type ReconstructionStep } from '../../diffusion/reconstruct.ts'
import { openExtractor, type Extractor } from '../../features/extractor.ts'
import type { Stages } from '../../features/resnet.ts'
import { blurredMaps, distances, maxima } from '../../scoring/heat-map.ts'
import { tf, type Tensor4D } from '../../tf.ts'
import { imageKey, reconstructionNoise } from './reconstruction-noise.ts'
import { openPredictor, type UnetPredictor } from './predictor.ts'
import { loadUnet } from '../../jobs/unet-file.ts'
import type { ImageMaps, Mapper, MapsRequest, OpenOptions, PreparedImages } from '../method.ts'

/** What scoring makes of one image. */
export interface ScoredPixels extends ImageMaps {
  readonly reconstruction: Uint8Array
}

/** Images that are scored under several settings: what does not depend on the settings is computed once. */
export interface ScorerImages extends PreparedImages {
  /** [N, S, S, 3] in −1 … 1 */
  readonly input: Tensor4D
  /** φ(x) */
  readonly stages: Stages
  /** See {@link imageKey}; one for each image. */
  readonly keys: readonly (readonly [number, number])[]
}

export interface ReconstructionRequest extends MapsRequest<ReconstructionSettings> {
  readonly onStep?: (step: ReconstructionStep) => void
}

/** DDAD: reconstructs images and measures how far they are from their reconstructions. */
export class Scorer implements Mapper<ReconstructionSettings, ScorerImages> {
  private readonly unet: UnetPredictor
  private readonly extractor: Extractor

  private constructor(unet: UnetPredictor, extractor: Extractor) {
    this.unet = unet
    this.extractor = extractor
  }

  /**
   * @param compiled how to compile the U-Net; null runs it operation by operation, at once
   * @throws DdadError WEIGHTS_MISSING, NOT_FOUND or BAD_FILE naming the file
   */
  static async open(
    { unet, extractor, features }: Omit<DdadSource, 'method'>,
    compiled: OpenOptions | null = null,
  ): Promise<Scorer> {
    const network = await openExtractor(extractor, features)
    try {
      const loaded = await loadUnet(unet)
      return new Scorer(compiled ? openPredictor(loaded, compiled) : loaded, network)
    } catch (error) {
      network.dispose()
      throw error
    }
  }

  /** Side S of the images it takes. */
  get size(): number {
    return this.unet.config.imageSize
  }

  /** Puts images [N, S, S, 3] in −1 … 1 on the device, with their features. */
  prepare(values: Float32Array): ScorerImages {
    const { size } = this
    const pixels = size * size * 3
    const count = values.length / pixels
    const input = tf.tensor4d(values, [count, size, size, 3])
    try {
      const stages = this.stages(input)
      return {
        input,
        stages,
        keys: Array.from({ length: count }, (_, i) =>
          imageKey(values.subarray(i * pixels, (i + 1) * pixels)),
        ),
        dispose: () => tf.dispose([input, ...stages]),
      }
    } catch (error) {
      input.dispose()
      throw error
    }
  }

  /** φ of images [N, S, S, 3] in −1 … 1; the caller disposes of it. */
  stages(images: Tensor4D): Stages {
    return tf.tidy(() => this.extractor.stages(this.extractor.normalise(images)))
  }

  /**
   * Reconstructs prepared images and measures them.
   * @throws DdadError CANCELLED when the signal is aborted
   */
  async maps(
    { input, stages, keys }: ScorerImages,
    { settings, blurSigma, signal, onStep }: ReconstructionRequest,
  ): Promise<ScoredPixels[]> {
    const reconstructions = await reconstruct(this.unet, input, input, {
      settings,
      noise: reconstructionNoise(settings.noiseSeed, keys, this.size),
      signal,
      ...(onStep && { onStep }),
    })
    try {
      return this.measure(input, stages, reconstructions, blurSigma)
    } finally {
      reconstructions.dispose()
    }
  }

  describe({ stages }: ScorerImages): Float32Array[] {
    return describe(stages)
  }

  dispose(): void {
    this.unet.dispose()
    this.extractor.dispose()
  }

  private measure(
    input: Tensor4D,
    stages: Stages,
    reconstructions: Tensor4D,
    blurSigma: number,
  ): ScoredPixels[] {
    const found = distances(this.extractor, input, reconstructions, stages)
    try {
      const largest = maxima(found)
      const values = reconstructions.dataSync<'float32'>()
      const pixels = this.size * this.size * 3
      return blurredMaps(found, blurSigma).map((maps, i) => ({
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
export function toBytes(values: Float32Array): Uint8Array {
  const bytes = new Uint8ClampedArray(values.length)
  for (let i = 0; i < values.length; i++) bytes[i] = (values[i]! + 1) * 127.5
  return new Uint8Array(bytes.buffer)
}
