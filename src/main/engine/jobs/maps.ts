import { mkdir } from 'node:fs/promises'
import type { ReconstructionSettings } from '../../../shared/config/run-config.ts'
import { passesOf } from '../../../shared/diffusion/passes.ts'
import { neighbourDistance } from '../../../shared/diffusion/start-step-rule.ts'
import { paintSynthetic } from '../../../shared/diffusion/synthetic-defect.ts'
import { DdadError } from '../../../shared/errors.ts'
import type {
  EngineContract,
  EngineEvent,
  MapImage,
  MapTask,
} from '../../../shared/processes/engine.ts'
import { encodeNpy } from '../../decode/npy.ts'
import { encodeRgbPng } from '../../decode/png.ts'
import { writeFileAtomic } from '../../files/files.ts'
import type { CallContext } from '../../processes/serve.ts'
import { loadImages } from '../data/load-images.ts'
import { openMethod } from '../methods/index.ts'
import type { ImageMaps, Mapper } from '../methods/method.ts'
import { isOutOfMemory } from '../out-of-memory.ts'
import { within } from '../../files/within.ts'

type Input = EngineContract['maps']['input']
type Output = EngineContract['maps']['output']
type Context = CallContext<EngineEvent>
type OpenMapper = Mapper<ReconstructionSettings>

/**
 * Computes maps that are not stored yet. Images are on the outside and settings on the inside, so that each image
 * is read once and what does not depend on settings is computed once. Every pass has the same number of images,
 * filled up where fewer are missing: what is computed for an image does not depend on what had been stored before.
 * When memory runs out, it goes on with half as many images at a time. Files are written before the event that
 * names them.
 *
 * Stopped early it ends after the pass at hand; what was told is done.
 *
 * @throws DdadError CANCELLED when the call was cancelled; OUT_OF_MEMORY, NOT_FOUND, BAD_FILE as they occur
 */
export async function maps(input: Input, context: Context): Promise<Output> {
  const progress = passProgress(input, context)
  try {
    for (const [index, source] of input.sources.entries()) {
      const tasks = input.tasks.filter(({ source: own }) => own === index)
      const distances = input.distances[index] ?? []
      if (tasks.length === 0 && distances.length === 0) continue
      const warn = (text: string) => context.emit({ type: 'log', level: 'warning', text })
      const mapper = await openMethod(source, { batch: input.batch, warn })
      try {
        await emitDistances(mapper, index, distances, input, context)
        await computeTasks(mapper, tasks, input, context, progress)
      } finally {
        mapper.dispose()
      }
    }
  } catch (error) {
    if (error instanceof DdadError && error.code === 'CANCELLED' && context.endMode() === 'stop') {
      return { state: 'stopped' }
    }
    throw error
  }
  return { state: 'finished' }
}

async function computeTasks(
  mapper: OpenMapper,
  tasks: readonly MapTask[],
  { images, batch, blurSigma }: Input,
  { signal, emit }: Context,
  progress: (passes: number) => void,
): Promise<void> {
  for (const { folder } of tasks) await mkdir(folder, { recursive: true })
  const missing = new Map(tasks.map((task) => [task, new Set(task.images)]))
  const wanted = [...new Set(tasks.flatMap((task) => task.images))]
  let size = batch
  for (let first = 0; first < wanted.length;) {
    const chunk = wanted.slice(first, first + size)
    const filled = Array.from({ length: size }, (_, i) => images[chunk[i] ?? chunk[0]!]!)
    try {
      const prepared = mapper.prepare(await loadMapImages(filled, mapper.size, signal))
      try {
        for (const [{ setId, folder, settings }, own] of missing) {
          if (!chunk.some((index) => own.has(index))) continue
          const started = performance.now()
          const made = await mapper.maps(prepared, { settings, blurSigma, signal })
          const milliseconds = (performance.now() - started) / size
          for (const [i, index] of chunk.entries()) {
            if (!own.has(index)) continue
            const { key } = images[index]!
            const files = await store(within(folder, key), mapper.size, made[i]!)
            own.delete(index)
            const { maxima } = made[i]!
            emit({ type: 'map', map: { setId, key, maxima, milliseconds, ...files } })
            progress(passesOf(settings))
          }
        }
      } finally {
        prepared.dispose()
      }
      first += size
    } catch (error) {
      if (!isOutOfMemory(error)) throw error
      if (size === 1) throw tooLarge(error)
      size = Math.floor(size / 2)
      const text = `There is not enough memory for the whole batch; going on with ${size} images at a time.`
      emit({ type: 'log', level: 'warning', text })
    }
  }
}

async function store(base: string, size: number, { maps: data, reconstruction }: ImageMaps) {
  const picture = reconstruction && { width: size, height: size, data: reconstruction }
  return {
    maps: await writeFileAtomic(`${base}.npy`, encodeNpy({ shape: [2, size, size], data })),
    reconstruction: picture && (await writeFileAtomic(`${base}.png`, encodeRgbPng(picture))),
  }
}

async function loadMapImages(images: readonly MapImage[], size: number, signal: AbortSignal) {
  const files = images.map(({ file }) => file)
  const values = await loadImages(files, size, signal)
  const pixels = size * size * 3
  for (const [i, { paint }] of images.entries()) {
    if (paint === null) continue
    const image = values.subarray(i * pixels, (i + 1) * pixels)
    image.set(paintSynthetic(image, size, paint))
  }
  return values
}

/** Distances of images to the nominal ones, by which D3AD's rule chooses T′. */
async function emitDistances(
  mapper: OpenMapper,
  source: number,
  missing: readonly number[],
  { images, bank, batch, neighbours }: Input,
  { signal, emit }: Context,
): Promise<void> {
  if (missing.length === 0 || !mapper.describe) return
  const describeAll = async (some: readonly MapImage[]) => {
    const vectors: Float32Array[] = []
    for (let first = 0; first < some.length; first += batch) {
      const part = some.slice(first, first + batch)
      const prepared = mapper.prepare(await loadMapImages(part, mapper.size, signal))
      vectors.push(...mapper.describe!(prepared))
      prepared.dispose()
    }
    return vectors
  }
  const others = await describeAll(bank)
  const vectors = await describeAll(missing.map((index) => images[index]!))
  emit({
    type: 'distances',
    source,
    nominal: others.map((vector) => neighbourDistance(vector, others, neighbours)),
    images: vectors.map((vector, i) => ({
      key: images[missing[i]!]!.key,
      distance: neighbourDistance(vector, others, neighbours),
    })),
  })
}

/** Progress counted in network passes, which is what the time goes into. */
function passProgress({ tasks, done: before }: Input, { emit }: Context) {
  const left = tasks.reduce((sum, t) => sum + t.images.length * passesOf(t.settings), 0)
  const total = before + left
  const started = performance.now()
  let done = 0
  return (passes: number) => {
    done += passes
    const secondsPerStep = (performance.now() - started) / 1000 / done
    const secondsLeft = (left - done) * secondsPerStep
    emit({
      type: 'progress',
      progress: { done: before + done, total, secondsPerStep, secondsLeft },
    })
  }
}

function tooLarge(cause: unknown): DdadError {
  return new DdadError(
    'OUT_OF_MEMORY',
    'There is not enough memory to score a single image. What was computed is kept; resume after closing other ' +
      'programs that use the device, or choose a smaller extractor.',
    { cause },
  )
}
