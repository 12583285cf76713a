/** What a method of anomaly detection has to do: make maps of images. */
import type { Maxima } from '../../../shared/metrics/scale-ratio.ts'

/** The maps of one image. */
export interface ImageMaps {
  /** [2, S, S]: blurred feature distance and blurred pixel distance; a method of one map leaves the second 0. */
  readonly maps: Float32Array
  /** What normal would look like, RGB of 8 bits, S×S; null where the method makes no picture. */
  readonly reconstruction: Uint8Array | null
  /** Largest values of both maps before the blur. */
  readonly maxima: Maxima
}

/** Images on the device with all of them that does not depend on the settings; the caller disposes of it. */
export interface PreparedImages {
  dispose(): void
}

export interface MapsRequest<Settings> {
  readonly settings: Settings
  /** Standard deviation of the Gaussian that smooths the maps, in pixels of S. */
  readonly blurSigma: number
  readonly signal: AbortSignal
}

/** A method with its weights loaded. */
export interface Mapper<Settings, Images extends PreparedImages = PreparedImages> {
  /** Side S of the images that it takes. */
  readonly size: number
  /** @param values [N, S, S, 3] in −1 … 1 */
  prepare(values: Float32Array): Images
  /**
   * The maps of each prepared image. They depend on the image and the settings, not on the images beside it.
   * @throws DdadError CANCELLED when the signal is aborted, OUT_OF_MEMORY
   */
  maps(images: Images, request: MapsRequest<Settings>): Promise<ImageMaps[]>
  /** A vector of each image by which its neighbours are found; absent where the method has no use for it. */
  describe?(images: Images): Float32Array[]
  dispose(): void
}

export interface OpenOptions {
  /** The most images that come together. */
  readonly batch: number
  /** Is told what goes worse than it could, in words. */
  readonly warn: (text: string) => void
}
