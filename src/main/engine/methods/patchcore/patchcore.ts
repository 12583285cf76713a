import type { ReconstructionSettings } from '../../../../shared/config/run-config.ts'
import { DdadError } from '../../../../shared/errors.ts'
import type { PatchCoreSource } from '../../../../shared/processes/engine.ts'
import { loadExtractor, type Extractor } from '../../features/extractor.ts'
import { blurredMaps, maxima } from '../../scoring/heat-map.ts'
import { tf, type Tensor2D, type Tensor4D } from '../../tf.ts'
import type { ImageMaps, Mapper, MapsRequest, PreparedImages } from '../method.ts'
import { imageKey } from '../ddad/reconstruction-noise.ts'
import { CELL, readBank, type Bank } from './bank-file.ts'
import { nearestPatches } from './nearest-patches.ts'
import { createPatches, patchStages, type Patches } from './patches.ts'

interface PatchImages extends PreparedImages {
  /** [N·G·G, D] */
  readonly vectors: Tensor2D
  readonly count: number
  /** G */
  readonly side: number
  /** See {@link imageKey}; one for each image. */
  readonly keys: readonly (readonly [number, number])[]
}

/** Added to the distance of vectors that must not be found. */
const OUT_OF_REACH = 1e30

/**
 * PatchCore: how far each patch of an image is from the patches of a memory bank. The map is that of the patches,
 * brought to the image's size (bilinear) and smoothed; there is no pixel distance. What normal would look like is put
 * together from the nearest patches' own pixels. Where an image is one that the bank was made of, its own patches do
 * not count: nominal training images score as images that were never seen.
 */
export class PatchCore implements Mapper<ReconstructionSettings, PatchImages> {
  readonly size: number
  private readonly extractor: Extractor
  private readonly bank: Tensor2D
  private readonly squares: Tensor2D
  private readonly cells: Uint8Array
  /** Whose patches the bank has: its members by image. */
  private readonly members = new Map<string, readonly number[]>()
  private readonly neighbours: number
  private patches: Patches | null = null

  /** @throws DdadError WEIGHTS_MISSING, NOT_FOUND or BAD_FILE naming the file */
  static async open({ bank: file, extractor }: PatchCoreSource): Promise<PatchCore> {
    const bank = readBank(file)
    return new PatchCore(bank, await loadExtractor(extractor))
  }

  private constructor(
    { values, dimension, cells, images, keys, imageSize, neighbours }: Bank,
    extractor: Extractor,
  ) {
    this.size = imageSize
    this.extractor = extractor
    this.neighbours = neighbours
    this.cells = cells
    for (const [member, image] of images.entries()) {
      const key = `${keys[2 * image]} ${keys[2 * image + 1]}`
      this.members.set(key, [...(this.members.get(key) ?? []), member])
    }
    this.bank = tf.tensor2d(values, [values.length / dimension, dimension])
    this.squares = tf.tidy(() => tf.sum(tf.square(this.bank), 1, true).transpose<Tensor2D>())
  }

  prepare(values: Float32Array): PatchImages {
    const { size } = this
    const count = values.length / (3 * size * size)
    const stages = tf.tidy(() =>
      this.extractor.stages(this.extractor.normalise(tf.tensor4d(values, [count, size, size, 3]))),
    )
    try {
      const [fine, coarse] = patchStages(stages)
      const channels = [fine.shape[3], coarse.shape[3]] as const
      this.patches ??= createPatches(channels, this.bank.shape[1])
      const vectors = this.patches.vectors([fine, coarse])
      const pixels = 3 * size * size
      const keys = Array.from({ length: count }, (_, i) =>
        imageKey(values.subarray(i * pixels, (i + 1) * pixels)),
      )
      return { vectors, count, keys, side: fine.shape[1], dispose: () => vectors.dispose() }
    } finally {
      tf.dispose(stages)
    }
  }

  /** @throws DdadError CANCELLED when the signal is aborted before an image */
  async maps(
    { vectors, count, keys, side }: PatchImages,
    { blurSigma, signal }: Omit<MapsRequest<ReconstructionSettings>, 'settings'>,
  ): Promise<ImageMaps[]> {
    const made: ImageMaps[] = []
    for (let i = 0; i < count; i++) {
      if (signal.aborted) throw new DdadError('CANCELLED', 'Scoring was cancelled.')
      const found = tf.tidy(() => {
        const own = tf.slice(vectors, [i * side * side, 0], [side * side, vectors.shape[1]])
        const squares = this.squaresWithout(keys[i]!.join(' '))
        const { distances, indices } = nearestPatches(own, this.bank, squares, this.neighbours)
        const grid: Tensor4D = distances.reshape([1, side, side, 1])
        const feature = tf.image.resizeBilinear(grid, [this.size, this.size], false, true)
        return { feature, pixel: tf.zerosLike(feature), indices }
      })
      try {
        const [maps] = blurredMaps(found, blurSigma)
        const reconstruction = this.mosaic(found.indices.dataSync<'int32'>(), side)
        made.push({ maps: maps!, reconstruction, maxima: maxima(found)[0]! })
      } finally {
        tf.dispose([found.feature, found.pixel, found.indices])
      }
    }
    return made
  }

  dispose(): void {
    this.extractor.dispose()
    this.patches?.dispose()
    tf.dispose([this.bank, this.squares])
  }

  /** |b|² of the bank with an image's own members out of reach. */
  private squaresWithout(key: string): Tensor2D {
    const own = this.members.get(key)
    const total = this.bank.shape[0]
    // Without any other member there is nothing else to compare with.
    if (!own || total - own.length < this.neighbours) return this.squares
    const far = new Float32Array(total)
    for (const member of own) far[member] = OUT_OF_REACH
    return tf.add(this.squares, tf.tensor2d(far, [1, total]))
  }

  /** The cells of members of the bank as one picture [S, S, 3]. */
  private mosaic(indices: Int32Array, side: number): Uint8Array {
    const { size, cells } = this
    const picture = new Uint8Array(size * size * 3)
    for (const [place, index] of indices.entries()) {
      const [row, column] = [Math.floor(place / side), place % side]
      for (let y = 0; y < CELL; y++) {
        const from = (index * CELL + y) * CELL * 3
        const to = ((row * CELL + y) * size + column * CELL) * 3
        picture.set(cells.subarray(from, from + CELL * 3), to)
      }
    }
    return picture
  }
}
