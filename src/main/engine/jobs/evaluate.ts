import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { Calibration } from '../../../shared/domain/evaluation.ts'
import { DdadError } from '../../../shared/errors.ts'
import { combineMaps } from '../../../shared/metrics/stored-maps.ts'
import type { EngineContract, EngineEvent, TestImage } from '../../../shared/processes/engine.ts'
import { writeFileAtomic } from '../../media/files.ts'
import { encodeNpy } from '../../media/npy.ts'
import { encodeRgbPng } from '../../media/png.ts'
import { metricsOfStored } from '../../media/stored-results.ts'
import type { StoredImage } from '../../../shared/processes/background.ts'
import type { CallContext } from '../../processes/serve.ts'
import { loadImages } from '../data/load-images.ts'
import { scaleRatio } from '../scoring/heat-map.ts'
import { calibrate } from './calibrate.ts'
import { ProgressReporter } from './progress.ts'
import { Scorer, type ScoredPixels } from './scorer.ts'

type Input = EngineContract['evaluate']['input']
type Output = EngineContract['evaluate']['output']

/**
 * Scores test images: calibration on nominal images, then for each image its reconstruction, its two maps and
 * its score, and at the end the metrics. Files are written before the event that names them.
 *
 * Stopped early it answers with the metrics of the images that are done.
 *
 * @throws DdadError CANCELLED when the call was cancelled; NOT_FOUND, BAD_FILE, WEIGHTS_MISSING as they occur
 */
export async function evaluate(input: Input, context: CallContext<EngineEvent>): Promise<Output> {
  const { config, settings, folder, images } = input
  await mkdir(folder, { recursive: true })
  const scorer = await Scorer.open(input.unet, input.extractor, input.features, {
    batch: config.evaluationBatch,
    warn: (text) => context.emit({ type: 'log', level: 'warning', text }),
  })
  const progress = new ProgressReporter(context.emit, 0, images.length)
  const results: StoredImage[] = []
  try {
    const calibration = await measureNominal(scorer, input, context)
    const batches = chunks(images, config.evaluationBatch)
    const load = (batch: readonly TestImage[] | undefined) =>
      batch &&
      loadImages(
        batch.map(({ file }) => file),
        scorer.size,
        context.signal,
      )
    let next = load(batches[0])
    for (const [index, batch] of batches.entries()) {
      const pixels = (await next)!
      // The next batch is decoded while this one computes; its failure is met when it is awaited.
      next = load(batches[index + 1])
      next?.catch(() => {})
      const started = performance.now()
      const scored = await scorer.score(pixels, {
        reconstruction: settings.reconstruction,
        blurSigma: settings.scoring.blurSigma,
        signal: context.signal,
        onSmaller: smallerBatches(context),
      })
      const milliseconds = (performance.now() - started) / batch.length
      const ratio = calibration?.ratio ?? scaleRatio(scored.map(({ maxima }) => maxima))
      for (const [i, image] of batch.entries()) {
        const stored = await store(folder, image, scorer.size, scored[i]!)
        const { pixelWeight, crop } = settings.scoring
        const { score } = combineMaps(scored[i]!.maps, scorer.size, pixelWeight * ratio, crop)
        results.push({ ...image, maps: stored.maps.file, ratio })
        const { startStep } = settings.reconstruction
        const result = { imageId: image.imageId, score, startStep, ratio, milliseconds, ...stored }
        context.emit({ type: 'image-result', result })
        progress.step([])
      }
    }
  } catch (error) {
    if (!wasStopped(error, context)) throw error
  } finally {
    scorer.dispose()
    progress.flush()
  }
  const { metrics } = await metricsOfStored(results, settings.scoring, {
    intervalSeed: config.seed,
  })
  return { state: results.length < images.length ? 'stopped' : 'finished', metrics }
}

/** The calibration of an evaluation, announced; null where each batch is its own measure. */
async function measureNominal(
  scorer: Scorer,
  { nominal, settings, config }: Input,
  context: CallContext<EngineEvent>,
): Promise<Calibration | null> {
  if (nominal.length === 0)
    throw new DdadError(
      'INVALID_INPUT',
      'This category has no nominal images to calibrate the scores with. Add some and import the data set again.',
    )
  const calibration = await calibrate(scorer, nominal, settings, config.evaluationBatch, {
    signal: context.signal,
    onSmaller: smallerBatches(context),
  })
  context.emit({ type: 'calibration', calibration })
  return settings.scoring.normalisation === 'calibrated' ? calibration : null
}

function smallerBatches({ emit }: CallContext<EngineEvent>) {
  return (images: number) =>
    emit({
      type: 'log',
      level: 'warning',
      text: `There is not enough memory for the whole batch; going on with ${images} images at a time.`,
    })
}

async function store(
  folder: string,
  { imageId }: TestImage,
  size: number,
  { maps, reconstruction }: ScoredPixels,
) {
  const file = (ending: string) => path.join(folder, `${imageId}${ending}`)
  return {
    maps: await writeFileAtomic(file('.npy'), encodeNpy({ shape: [2, size, size], data: maps })),
    reconstruction: await writeFileAtomic(
      file('.png'),
      encodeRgbPng({ width: size, height: size, data: reconstruction }),
    ),
  }
}

function wasStopped(error: unknown, context: CallContext<EngineEvent>): boolean {
  return error instanceof DdadError && error.code === 'CANCELLED' && context.endMode() === 'stop'
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  const count = Math.ceil(items.length / size)
  return Array.from({ length: count }, (_, i) => items.slice(i * size, (i + 1) * size))
}
