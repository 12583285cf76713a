import { mkdir, readdir, utimes } from 'node:fs/promises'
import { DdadError } from '../../../shared/errors.ts'
import { inTurn } from '../../../shared/in-turn.ts'
import type { EngineContract, KeyedImage } from '../../../shared/processes/engine.ts'
import { gridSide } from '../../../shared/maps/nearest.ts'
import { readInput, writeFileAtomic } from '../../files/files.ts'
import { decodeNpy, encodeNpy } from '../../decode/npy.ts'
import { PixelCache } from '../../decode/pixel-cache.ts'
import type { CallContext } from '../../processes/serve.ts'
import { loadImages } from '../data/load-images.ts'
import { openExtractor, type Extractor } from '../features/extractor.ts'
import { featureGrid, type FeatureGrid } from '../features/feature-grid.ts'
import { searchNearest } from '../features/nearest-search.ts'
import { tf } from '../tf.ts'
import { within } from '../../files/within.ts'

type Input = EngineContract['nearest']['input']
type Output = EngineContract['nearest']['output']
type Context = CallContext<EngineContract['nearest']['event']>

/** Grids of the last searches: those of 400 images of 256 pixels take 630 MB. */
const MEMORY_BYTES = 2 ** 30
const memory = new PixelCache(MEMORY_BYTES)
/** One search begins when the one before has ended, so that no image is computed twice. */
const next = inTurn()

/**
 * Finds the nominal images nearest to an image or a patch of it. Features are read from the folder where they are
 * there; the others are computed, one image at a time so that they depend on nothing else, and written.
 * @throws DdadError CANCELLED when the signal is aborted, checked before each image, what was computed is kept;
 *   WEIGHTS_MISSING, and NOT_FOUND or BAD_FILE of the image itself; nominal images that cannot be read are skipped
 */
export function nearest(input: Input, context: Context): Promise<Output> {
  return next(() => run(input, context))
}

async function run(input: Input, { signal, emit }: Context): Promise<Output> {
  const { nominal, image, patch, count } = input
  await mkdir(input.folder, { recursive: true })
  const source = new GridSource(input)
  const skipped: { index: number; reason: string }[] = []
  const grids: FeatureGrid[] = []
  const positions: number[] = []
  const there = new Set(await readdir(input.folder))
  const total = new Set([image, ...nominal].map(fileName).filter((name) => !there.has(name))).size
  let told = -Infinity
  const step = () => {
    if (signal.aborted) throw new DdadError('CANCELLED', 'Stopped. What was computed is kept.')
    if (total === 0 || performance.now() - told < 100) return
    told = performance.now()
    const { computed: done, secondsPerImage: secondsPerStep } = source
    const secondsLeft = secondsPerStep * (total - done)
    emit({ type: 'progress', progress: { done, total, secondsPerStep, secondsLeft } })
  }
  try {
    step()
    const asked = await source.grid(image)
    for (const [index, one] of nominal.entries()) {
      step()
      try {
        grids.push(await source.grid(one))
        positions.push(index)
      } catch (error) {
        if (!isUnreadable(error)) throw error
        skipped.push({ index, reason: error.message })
      }
    }
    const search = searchNearest(asked, grids, patch, count)
    return {
      matches: search.matches.map((match) => ({ ...match, index: positions[match.index]! })),
      nominalDistances: search.nominalDistances,
      skipped,
      computed: source.computed,
      secondsPerImage: source.secondsPerImage,
    }
  } finally {
    source.dispose()
  }
}

const fileName = ({ key }: KeyedImage) => `${key}.npy`

function isUnreadable(error: unknown): error is DdadError {
  return error instanceof DdadError && (error.code === 'NOT_FOUND' || error.code === 'BAD_FILE')
}

/** Features of images: from memory, from the folder, or from the network, which is loaded when it is needed. */
class GridSource {
  computed = 0
  private seconds = 0
  private network: Extractor | null = null
  private readonly input: Input

  constructor(input: Input) {
    this.input = input
  }

  /** Mean time of an image that was computed; 0 before the first. */
  get secondsPerImage(): number {
    return this.computed === 0 ? 0 : this.seconds / this.computed
  }

  async grid(image: KeyedImage): Promise<FeatureGrid> {
    const side = gridSide(this.input.size)
    const file = within(this.input.folder, fileName(image))
    const values = await memory.get(
      file,
      async () => (await this.stored(file, side)) ?? (await this.compute(image, file)),
    )
    return { side, channels: values.length / side ** 2, values }
  }

  dispose(): void {
    this.network?.dispose()
  }

  /** What was written before; null when it is not there or not whole. */
  private async stored(file: string, side: number): Promise<Float32Array | null> {
    try {
      const { shape, data } = decodeNpy(await readInput(file), file)
      if (shape[0] !== side || shape[1] !== side || shape.length !== 3) return null
      // The files used longest ago are the first to be removed.
      const now = new Date()
      await utimes(file, now, now)
      return data
    } catch {
      return null
    }
  }

  private async compute({ file: source }: KeyedImage, file: string): Promise<Float32Array> {
    const { size } = this.input
    const extractor = (this.network ??= await this.open())
    const started = performance.now()
    const pixels = await loadImages([source], size)
    const stages = tf.tidy(() =>
      extractor.stages(extractor.normalise(tf.tensor4d(pixels, [1, size, size, 3]))),
    )
    const { side, channels, values } = featureGrid(stages, size)
    tf.dispose(stages)
    await writeFileAtomic(file, encodeNpy({ shape: [side, side, channels], data: values }))
    this.computed += 1
    this.seconds += (performance.now() - started) / 1000
    return values
  }

  private open(): Promise<Extractor> {
    const { features, extractor } = this.input
    return openExtractor(extractor, features)
  }
}
