/** PatchCore's preparation: patches of nominal images, thinned out to a memory bank. */
import { mkdir } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import { patchcoreOf } from '../../../../shared/config/run-config.ts'
import { DdadError } from '../../../../shared/errors.ts'
import type { EngineContract, EngineEvent } from '../../../../shared/processes/engine.ts'
import type { CallContext } from '../../../processes/serve.ts'
import { loadImages } from '../../data/load-images.ts'
import { loadExtractor } from '../../features/extractor.ts'
import { ProgressReporter } from '../../jobs/progress.ts'
import { normalTensor, randomFor } from '../../random-streams.ts'
import { tf, type Tensor2D } from '../../tf.ts'
import { imageKey } from '../ddad/reconstruction-noise.ts'
import { toBytes } from '../ddad/scorer.ts'
import { CELL, writeBank } from './bank-file.ts'
import { greedyCoreset, STARTING_POINTS } from './coreset.ts'
import { createPatches, PATCH_DIMENSION, patchStages, type Patches } from './patches.ts'

type Input = EngineContract['train']['input']
type Output = EngineContract['train']['output']

/** Numbers of a vector after the random projection, as the authors have it. */
const PROJECTED = 128
/** Patches are held in memory until the bank is chosen: at most this many bytes. */
const MEMORY_BYTES = 3 * 2 ** 30

/**
 * Builds a memory bank. Its progress counts images and then the vectors that are taken; stopped, it begins anew, with
 * the same result.
 * @throws DdadError CANCELLED when the call was cancelled; INVALID_INPUT, WEIGHTS_MISSING, NOT_FOUND, BAD_FILE
 */
export async function buildBank(
  { config, nominal, folder, extractor: source, origin }: Input,
  context: CallContext<EngineEvent>,
): Promise<Output> {
  const { signal, emit } = context
  if (!source) throw new Error('PatchCore needs a frozen extractor.')
  const { share, neighbours } = patchcoreOf(config)
  const { imageSize } = config.model
  const side = imageSize / 8
  const most = Math.floor(MEMORY_BYTES / (side * side * PATCH_DIMENSION * 4))
  if (nominal.length > most)
    emit({
      type: 'log',
      level: 'warning',
      text: `Patches of ${most} of the ${nominal.length} nominal images fit into memory; the others are left out.`,
    })
  const images = nominal.slice(0, most)
  const total = images.length * side * side
  const count = Math.max(neighbours, Math.floor(total * share))
  const steps = images.length + count
  if (images.length === 0 || total < Math.max(count, STARTING_POINTS))
    throw new DdadError(
      'INVALID_INPUT',
      'There are too few nominal images for a memory bank. Add some, or take a larger image size.',
    )
  await mkdir(folder, { recursive: true })
  const progress = new ProgressReporter(emit, 0, steps)
  const projection = tf.tidy(() =>
    tf.div<Tensor2D>(
      normalTensor([PATCH_DIMENSION, PROJECTED], randomFor(config.seed, 'weights')),
      Math.sqrt(PATCH_DIMENSION),
    ),
  )
  const vectors: Float32Array[] = []
  const pictures: Uint8Array[] = []
  const keys: number[] = []
  const projected: Tensor2D[] = []
  const extractor = await loadExtractor(source)
  let patches: Patches | null = null
  let done = 0
  try {
    for (const { file } of images) {
      await setImmediate()
      const pixels = await loadImages([file], imageSize, signal)
      const stages = tf.tidy(() =>
        extractor.stages(extractor.normalise(tf.tensor4d(pixels, [1, imageSize, imageSize, 3]))),
      )
      const [fine, coarse] = patchStages(stages)
      patches ??= createPatches([fine.shape[3], coarse.shape[3]], PATCH_DIMENSION)
      const own = patches.vectors([fine, coarse])
      projected.push(tf.matMul<Tensor2D>(own, projection))
      vectors.push(own.dataSync<'float32'>())
      pictures.push(toBytes(pixels))
      keys.push(...imageKey(pixels))
      tf.dispose([...stages, own])
      progress.step([])
      done += 1
    }
    const all = tf.concat(projected)
    tf.dispose(projected.splice(0))
    try {
      const taken = await greedyCoreset(all, {
        count,
        starts: startingPoints(total, config.seed),
        signal,
        onProgress: (now) => {
          for (; done < images.length + now; done++) progress.step([])
        },
      })
      progress.flush()
      const values = new Float32Array(count * PATCH_DIMENSION)
      const cells = new Uint8Array(count * CELL * CELL * 3)
      const each = side * side
      const of = Int32Array.from(taken, (index) => Math.floor(index / each))
      for (const [i, index] of taken.entries()) {
        const from = (index % each) * PATCH_DIMENSION
        const image = vectors[Math.floor(index / each)]!
        values.set(image.subarray(from, from + PATCH_DIMENSION), i * PATCH_DIMENSION)
        const picture = pictures[Math.floor(index / each)]!
        copyCell(picture, index % each, cells, i, imageSize)
      }
      const bank = {
        values,
        dimension: PATCH_DIMENSION,
        cells,
        images: of,
        keys: Int32Array.from(keys),
        imageSize,
        neighbours,
      }
      const written = await writeBank(folder, bank, config, origin ?? null)
      emit({ type: 'checkpoint', kind: 'unet', step: steps, written })
      return { state: 'finished', step: steps, totalSteps: steps }
    } finally {
      all.dispose()
    }
  } catch (error) {
    const stopped = error instanceof DdadError && error.code === 'CANCELLED'
    if (stopped && context.endMode() === 'stop')
      return { state: 'stopped', step: 0, totalSteps: steps }
    throw error
  } finally {
    extractor.dispose()
    patches?.dispose()
    tf.dispose([projection, ...projected])
  }
}

/** Copies one cell of a picture [S, S, 3] to a place among cells. */
function copyCell(
  picture: Uint8Array,
  cell: number,
  cells: Uint8Array,
  place: number,
  size: number,
): void {
  const across = size / CELL
  const [row, column] = [Math.floor(cell / across), cell % across]
  for (let y = 0; y < CELL; y++) {
    const from = ((row * CELL + y) * size + column * CELL) * 3
    cells.set(picture.subarray(from, from + CELL * 3), (place * CELL + y) * CELL * 3)
  }
}

/** Seeded indices, no two the same. */
function startingPoints(total: number, seed: number): number[] {
  const random = randomFor(seed, 'order')
  const points = new Set<number>()
  while (points.size < STARTING_POINTS) points.add(random.integer(total))
  return [...points]
}
