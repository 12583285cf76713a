import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { DdadError } from '../../../shared/errors.ts'
import type { EngineContract, EngineEvent } from '../../../shared/processes/engine.ts'
import { writeFileAtomic } from '../../files/files.ts'
import type { CallContext } from '../../processes/serve.ts'
import { reconstruct } from '../diffusion/reconstruct.ts'
import { Adaptation } from '../features/adapt.ts'
import { encodeAdapted, readResNetWeights } from '../features/weights-files.ts'
import { randomFor } from '../random-streams.ts'
import { tf } from '../tf.ts'
import { isOutOfMemory } from '../out-of-memory.ts'
import { openPredictor, type UnetPredictor } from '../methods/ddad/predictor.ts'
import { ProgressReporter } from './progress.ts'
import { reconstructionNoise } from '../methods/ddad/reconstruction-noise.ts'
import { TrainingImages } from './training-images.ts'
import { TrainingPlan } from './training-plan.ts'
import { loadUnet } from './unet-file.ts'

type Input = EngineContract['adapt']['input']
type Output = EngineContract['adapt']['output']
type Context = CallContext<EngineEvent>

/**
 * Adapts the feature extractor to a category: reconstructions of nominal images, drawn towards other nominal
 * images, shall have the features of these. Writes `features-<epoch>.safetensors` after each epoch; when
 * stopped, the epochs that are complete are kept. With 0 epochs nothing is written.
 * @throws DdadError CANCELLED when the call was cancelled; WEIGHTS_MISSING, BAD_FILE, NOT_FOUND,
 *   OUT_OF_MEMORY, INVALID_INPUT as they occur
 */
export async function adapt(input: Input, context: Context): Promise<Output> {
  const { config, nominal, folder } = input
  const { epochs } = config.adaptation
  if (epochs === 0) return { state: 'finished', epochs: 0 }
  if (nominal.length === 0)
    throw new DdadError(
      'INVALID_INPUT',
      'This category has no nominal training images. Add some and import the data set again.',
    )
  await mkdir(folder, { recursive: true })
  const weights = await readResNetWeights(input.extractor)
  const unet = openPredictor(await loadUnet(input.unet), {
    batch: Math.ceil(config.adaptation.batchSize / 2),
    warn: (text) => context.emit({ type: 'log', level: 'warning', text }),
  })
  const adaptation = new Adaptation(weights, config.adaptation)
  let done = 0
  try {
    const files = nominal.map(({ file }) => file)
    const images = await TrainingImages.open(files, unet.config.imageSize, context.signal)
    const plan = planOf(input)
    const progress = new ProgressReporter(context.emit, 0, plan.totalSteps)
    for (let step = 0; step < plan.totalSteps; step++) {
      // Lets messages in, which is how an abort arrives between two blocking steps.
      await setImmediate()
      if (context.signal.aborted) throw new DdadError('CANCELLED', 'The adaptation was cancelled.')
      const batch = await images.batch(plan.imagesOf(step))
      if (step + 1 < plan.totalSteps) images.expect(plan.imagesOf(step + 1))
      const loss = await takeStep(unet, adaptation, batch, step, input, context.signal)
      progress.step([{ step: step + 1, name: 'adaptationLoss', value: loss }])
      if ((step + 1) % plan.stepsPerEpoch === 0) {
        done += 1
        await save(input, done, adaptation, context)
      }
    }
    progress.flush()
    return { state: 'finished', epochs: done }
  } catch (error) {
    if (context.signal.aborted && context.endMode() === 'stop' && isCancelled(error))
      return { state: 'stopped', epochs: done }
    throw isOutOfMemory(error) ? tooLarge(error) : error
  } finally {
    adaptation.dispose()
    unet.dispose()
  }
}

/** Both halves of a batch are of one size; fewer images than a batch are taken several times. */
function planOf({ config, nominal }: Input): TrainingPlan {
  const { batchSize, epochs } = config.adaptation
  return new TrainingPlan({
    seed: config.seed,
    images: nominal.length,
    batchSize: batchSize - (batchSize % 2),
    epochs,
  })
}

/** The first half of the batch are the targets, the second half is reconstructed towards them. */
async function takeStep(
  unet: UnetPredictor,
  adaptation: Adaptation,
  batch: Float32Array,
  step: number,
  { config }: Input,
  signal: AbortSignal,
): Promise<number> {
  const size = unet.config.imageSize
  const half = batch.length / 2
  const count = half / (size * size * 3)
  const shape: [number, number, number, number] = [count, size, size, 3]
  const targets = tf.tensor4d(batch.slice(0, half), shape)
  const inputs = tf.tensor4d(batch.slice(half), shape)
  try {
    const keys = Array.from({ length: count }, (_, i) => [step, i])
    const seed = randomFor(config.seed, 'adaptation').uint32()
    const reconstructions = await reconstruct(unet, inputs, targets, {
      settings: {
        ...config.reconstruction,
        guidanceWeight: config.adaptation.guidanceWeight,
      },
      noise: reconstructionNoise(seed, keys, size),
      signal,
    })
    try {
      return adaptation.step(reconstructions, targets)
    } finally {
      reconstructions.dispose()
    }
  } finally {
    tf.dispose([targets, inputs])
  }
}

async function save(
  { folder, origin }: Input,
  epoch: number,
  adaptation: Adaptation,
  { emit }: Context,
): Promise<void> {
  const name = `features-${String(epoch).padStart(4, '0')}.safetensors`
  const bytes = encodeAdapted(adaptation.toWeights(), origin)
  const written = await writeFileAtomic(path.join(folder, name), bytes)
  emit({ type: 'checkpoint', kind: 'features', step: epoch, written })
}

function isCancelled(error: unknown): boolean {
  return error instanceof DdadError && error.code === 'CANCELLED'
}

function tooLarge(cause: unknown): DdadError {
  return new DdadError(
    'OUT_OF_MEMORY',
    'There is not enough memory to adapt the extractor. Completed epochs are kept. ' +
      'Choose a smaller adaptation batch or a smaller extractor.',
    { cause },
  )
}
