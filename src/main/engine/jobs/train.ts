import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { DdadError } from '../../../shared/errors.ts'
import type { EngineContract, EngineEvent } from '../../../shared/processes/engine.ts'
import { expectRoom } from '../../files/files.ts'
import type { CallContext } from '../../processes/serve.ts'
import {
  checkpointBytes,
  checkpointName,
  clearCutShort,
  readNewest,
  writeCheckpoint,
} from './checkpoint.ts'
import { ProgressReporter } from './progress.ts'
import { Trainer } from './trainer.ts'
import { TrainingImages } from './training-images.ts'
import { TrainingPlan } from './training-plan.ts'

type Input = EngineContract['train']['input']
type Output = EngineContract['train']['output']

/**
 * Trains the noise predictor on nominal images and writes checkpoints. Stopping and continuing gives
 * bit-identical weights on the same machine: everything drawn is a function of the seed and the step.
 *
 * @throws DdadError CANCELLED when the call was cancelled; CONFLICT when the checkpoint is of another network;
 *   BAD_FILE, NOT_FOUND, OUT_OF_MEMORY, INVALID_INPUT as they occur
 */
export async function train(input: Input, context: CallContext<EngineEvent>): Promise<Output> {
  const { config, nominal, folder } = input
  const { signal, emit } = context
  if (nominal.length === 0)
    throw new DdadError(
      'INVALID_INPUT',
      'This category has no nominal training images. Add some and import the data set again.',
    )
  await mkdir(folder, { recursive: true })
  await clearCutShort(folder)
  const checkpoint = await readNewest(input.checkpoints, (text) => warn(emit, text))
  if (checkpoint && !isDeepStrictEqual(checkpoint.config.model, config.model))
    throw new DdadError(
      'CONFLICT',
      "The checkpoint is of a network with other settings than this run's. Start a new run instead.",
    )
  const { batchSize, epochs, checkpointEverySteps } = config.training
  const plan = new TrainingPlan({ seed: config.seed, images: nominal.length, batchSize, epochs })
  const { totalSteps } = plan
  const started = checkpoint?.step ?? 0
  if (started < totalSteps) {
    const next = Math.min(
      totalSteps,
      started + checkpointEverySteps - (started % checkpointEverySteps),
    )
    // Found out now, not hours later when it is due.
    await expectRoom(path.join(folder, checkpointName(next)), checkpointBytes(config))
  }
  const files = nominal.map(({ file }) => file)
  const images = await open(files, config.model.imageSize, context)
  if (!images) return { state: 'stopped', step: started, totalSteps }

  const trainer = new Trainer(config, checkpoint, {
    file: input.checkpoints[0] ?? folder,
    warn: (text) => warn(emit, text),
  })
  try {
    const progress = new ProgressReporter(emit, started, totalSteps)
    let saved = started
    const save = async () => {
      const { step } = trainer
      if (step === saved) return
      // The steps that led here are told first: whoever goes on from this checkpoint does not repeat them.
      progress.flush()
      const written = await writeCheckpoint(folder, trainer.checkpoint(), input.origin)
      emit({ type: 'checkpoint', kind: 'unet', step, written })
      saved = step
    }
    while (trainer.step < totalSteps && !signal.aborted) {
      const { step } = trainer
      const batch = await images.batch(plan.imagesOf(step))
      if (step + 1 < totalSteps) images.expect(plan.imagesOf(step + 1))
      const report = await trainer.advance(batch, plan.timestepsOf(step), signal)
      if (!report) break
      const { loss, gradientNorm } = report
      progress.step([
        { step: step + 1, name: 'loss', value: loss },
        { step: step + 1, name: 'gradientNorm', value: gradientNorm },
      ])
      if (trainer.step % checkpointEverySteps === 0) await save()
      // Lets messages in, which is how an abort arrives between two blocking steps.
      await setImmediate()
    }
    progress.flush()
    if (signal.aborted && context.endMode() !== 'stop') throw cancelled()
    await save()
    const state = trainer.step < totalSteps ? 'stopped' : 'finished'
    return { state, step: trainer.step, totalSteps }
  } finally {
    trainer.dispose()
  }
}

/** The training images, or null when the run was stopped while they were read. */
async function open(
  files: readonly string[],
  size: number,
  context: CallContext<EngineEvent>,
): Promise<TrainingImages | null> {
  try {
    return await TrainingImages.open(files, size, context.signal)
  } catch (error) {
    if (context.signal.aborted && context.endMode() === 'stop') return null
    throw error
  }
}

function cancelled(): DdadError {
  return new DdadError('CANCELLED', 'Training was cancelled.')
}

function warn(emit: (event: EngineEvent) => void, text: string): void {
  emit({ type: 'log', level: 'warning', text })
}
