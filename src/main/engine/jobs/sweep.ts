import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { passesOf } from '../../../shared/config/sweep-spec.ts'
import { neighbourDistance } from '../../../shared/diffusion/start-step-rule.ts'
import { paintSynthetic } from '../../../shared/diffusion/synthetic-defect.ts'
import { DdadError } from '../../../shared/errors.ts'
import type {
  EngineContract,
  EngineEvent,
  SweepImage,
  SweepTask,
} from '../../../shared/processes/engine.ts'
import { writeFileAtomic } from '../../files/files.ts'
import { encodeNpy } from '../../decode/npy.ts'
import type { CallContext } from '../../processes/serve.ts'
import { loadImages } from '../data/load-images.ts'
import { describe } from '../diffusion/dynamic-start.ts'
import { isOutOfMemory } from './out-of-memory.ts'
import { Scorer, type PreparedImages } from './scorer.ts'

type Input = EngineContract['sweep']['input']
type Output = EngineContract['sweep']['output']
type Context = CallContext<EngineEvent>

/**
 * Computes the maps that a sweep still lacks. Images are on the outside and settings on the inside, so that each
 * image is read once and φ(x) is computed once. Every pass has the same number of images, filled up where fewer
 * are missing: what is computed for an image does not depend on what had been stored before.
 *
 * @throws DdadError CANCELLED when the call was cancelled; OUT_OF_MEMORY, NOT_FOUND, BAD_FILE as they occur
 */
export async function sweep(input: Input, context: Context): Promise<Output> {
  const progress = passProgress(input, context)
  try {
    for (const [index, { unet, features }] of input.weights.entries()) {
      const scorer = await Scorer.open(unet, input.extractor, features, {
        batch: input.batch,
        warn: (text) => context.emit({ type: 'log', level: 'warning', text }),
      })
      try {
        await emitDistances(scorer, index, input, context)
        const tasks = input.tasks.filter(({ weights }) => weights === index)
        await computeTasks(scorer, tasks, input, context, progress)
      } finally {
        scorer.dispose()
      }
    }
  } catch (error) {
    if (error instanceof DdadError && error.code === 'CANCELLED' && context.endMode() === 'stop') {
      return { state: 'stopped' }
    }
    throw isOutOfMemory(error) ? tooLarge(error) : error
  }
  return { state: 'finished' }
}

async function computeTasks(
  scorer: Scorer,
  tasks: readonly SweepTask[],
  { images, batch, blurSigma }: Input,
  { signal, emit }: Context,
  progress: (passes: number) => void,
): Promise<void> {
  for (const { folder } of tasks) await mkdir(folder, { recursive: true })
  for (let first = 0; first < images.length; first += batch) {
    const inChunk = (index: number) => index >= first && index < first + batch
    const due = tasks.filter((task) => task.images.some(inChunk))
    if (due.length === 0) continue
    const wanted = [...new Set(due.flatMap((task) => task.images.filter(inChunk)))]
    const prepared = await prepare(scorer, wanted, images, batch, signal)
    try {
      for (const { id, folder, reconstruction, images: missing } of due) {
        const started = performance.now()
        const scored = await scorer.reconstruct(prepared, { reconstruction, blurSigma, signal })
        const milliseconds = (performance.now() - started) / batch
        for (const [i, index] of wanted.entries()) {
          if (!missing.includes(index)) continue
          const { key } = images[index]!
          const { maps: data, maxima } = scored[i]!
          const bytes = encodeNpy({ shape: [2, scorer.size, scorer.size], data })
          const maps = await writeFileAtomic(path.join(folder, `${key}.npy`), bytes)
          emit({ type: 'sweep-result', result: { cellId: id, key, maxima, milliseconds, maps } })
          progress(passesOf(reconstruction))
        }
      }
    } finally {
      prepared.dispose()
    }
  }
}

/** Reads images, paints what is to be painted, and fills the batch up by repeating the first. */
async function prepare(
  scorer: Scorer,
  wanted: readonly number[],
  images: readonly SweepImage[],
  batch: number,
  signal: AbortSignal,
): Promise<PreparedImages> {
  return scorer.prepare(
    await loadSweepImages(
      Array.from({ length: batch }, (_, i) => images[wanted[i] ?? wanted[0]!]!),
      scorer.size,
      signal,
    ),
  )
}

async function loadSweepImages(images: readonly SweepImage[], size: number, signal: AbortSignal) {
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

/** Distances of all images to the nominal ones, by which D3AD's rule chooses T′. */
async function emitDistances(
  scorer: Scorer,
  weights: number,
  { images, bank, batch, distances }: Input,
  { signal, emit }: Context,
): Promise<void> {
  const missing = distances[weights] ?? []
  if (missing.length === 0) return
  const describeAll = async (some: readonly SweepImage[]) => {
    const vectors: Float32Array[] = []
    for (let first = 0; first < some.length; first += batch) {
      const part = some.slice(first, first + batch)
      const prepared = scorer.prepare(await loadSweepImages(part, scorer.size, signal))
      vectors.push(...describe(prepared.stages))
      prepared.dispose()
    }
    return vectors
  }
  const others = await describeAll(bank)
  const vectors = await describeAll(missing.map((index) => images[index]!))
  emit({
    type: 'sweep-distances',
    weights,
    nominal: others.map((vector) => neighbourDistance(vector, others)),
    images: vectors.map((vector, i) => ({
      key: images[missing[i]!]!.key,
      distance: neighbourDistance(vector, others),
    })),
  })
}

/** Progress counted in network passes, which is what a sweep's time goes into. */
function passProgress({ tasks, done: before }: Input, { emit }: Context) {
  const left = tasks.reduce((sum, t) => sum + t.images.length * passesOf(t.reconstruction), 0)
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
    'There is not enough memory for a batch of the sweep. What was computed is kept; resume after closing other ' +
      "programs that use the device, or train with a smaller 'evaluationBatch'.",
    { cause },
  )
}
