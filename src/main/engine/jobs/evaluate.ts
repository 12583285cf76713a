import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import type { Calibration } from '../../../shared/evaluation/evaluation.ts'
import { DdadError } from '../../../shared/errors.ts'
import { combineMaps } from '../../../shared/metrics/stored-maps.ts'
import type { EngineContract, EngineEvent, TestImage } from '../../../shared/processes/engine.ts'
import { writeFileAtomic } from '../../files/files.ts'
import { encodeNpy } from '../../decode/npy.ts'
import { encodeRgbPng } from '../../decode/png.ts'
import { metricsOfStored } from '../../decode/stored-results.ts'
import type { StoredImage } from '../../../shared/processes/background.ts'
import type { CallContext } from '../../processes/serve.ts'
import { loadImages } from '../data/load-images.ts'
import { scaleRatio } from '../scoring/heat-map.ts'
import { calibrate } from './calibrate.ts'
import { chosenStart, type ChosenPixels, type ChosenStart } from './chosen-start.ts'
import { ProgressReporter } from './progress.ts'
import type { OpenOptions } from '../methods/method.ts'
import {
  Scorer,
  type ScoredPixels,
  type ScoreRequest,
  type ScoringMethod,
} from '../methods/ddad/scorer.ts'
import { PatchCore } from '../methods/patchcore/patchcore.ts'

type Input = EngineContract['evaluate']['input']
type Output = EngineContract['evaluate']['output']

/** Nominal images that distances are measured to, at most. */
const BANK = 400

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
  const batchSize = batchOf(input)
  await mkdir(folder, { recursive: true })
  const scorer = await openScorer(input, {
    batch: batchSize,
    warn: (text) => context.emit({ type: 'log', level: 'warning', text }),
  })
  const progress = new ProgressReporter(context.emit, 0, images.length)
  const results: StoredImage[] = []
  try {
    const calibration = await measureNominal(scorer, input, context)
    const chosen = await chooser(scorer, input, calibration, context)
    const batches = chunks(images, batchSize)
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
      const scored = chosen
        ? await chosen.score(pixels)
        : await scoreFixed(scorer, pixels, settings, calibration, scoreRequest(settings, context))
      const milliseconds = (performance.now() - started) / batch.length
      for (const [i, image] of batch.entries()) {
        const { pixels: pixelsOf, startStep, ratio } = scored[i]!
        const stored = await store(folder, image, scorer.size, pixelsOf)
        const { pixelWeight, crop } = settings.scoring
        const { score } = combineMaps(pixelsOf.maps, scorer.size, pixelWeight * ratio, crop)
        results.push({ ...image, maps: stored.maps.file, ratio })
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
  const metrics = await metricsOfStored(results, settings.scoring, {
    intervalSeed: config.seed,
  })
  return { state: results.length < images.length ? 'stopped' : 'finished', metrics }
}

/** The calibration of an evaluation, announced; null where each batch is its own measure. */
async function measureNominal(
  scorer: ScoringMethod,
  input: Input,
  context: CallContext<EngineEvent>,
): Promise<Calibration | null> {
  const { nominal, settings, config } = input
  if (nominal.length === 0)
    throw new DdadError(
      'INVALID_INPUT',
      'This category has no nominal images to calibrate the scores with. Add some and import the data set again.',
    )
  const calibration = await calibrate(scorer, nominal, settings, config.seed, batchOf(input), {
    signal: context.signal,
    onSmaller: smallerBatches(context),
  })
  context.emit({ type: 'calibration', calibration })
  return settings.scoring.normalisation === 'calibrated' ? calibration : null
}

/** Where T′ is chosen for each image: how, and what scores at each T′ are worth. */
async function chooser(
  scorer: ScoringMethod,
  input: Input,
  calibration: Calibration | null,
  context: CallContext<EngineEvent>,
): Promise<ChosenStart | null> {
  const { nominal, settings, config } = input
  const batchSize = batchOf(input)
  const { startStepRule: rule, reconstruction } = settings
  if (!rule) return null
  if (!(scorer instanceof Scorer))
    throw new DdadError('INVALID_INPUT', 'This method has no T′ that could be chosen.')
  if (!calibration)
    throw new DdadError(
      'INVALID_INPUT',
      'T′ can be chosen for each image with the calibrated normalisation only: the reference’s makes scores depend on the batch.',
    )
  const { signal } = context
  async function* bank() {
    for (const batch of chunks(nominal.slice(0, BANK), batchSize)) {
      const files = batch.map(({ file }) => file)
      yield await loadImages(files, scorer.size, signal)
    }
  }
  const calibrateAt = (startStep: number) =>
    calibrate(
      scorer,
      nominal,
      { ...settings, reconstruction: { ...reconstruction, startStep } },
      config.seed,
      batchSize,
      { signal, onSmaller: smallerBatches(context) },
    )
  const request = scoreRequest(settings, context)
  return chosenStart(scorer, rule, settings, calibration, bank, calibrateAt, request)
}

/** Scores a batch at the evaluation's own T′. */
async function scoreFixed(
  scorer: ScoringMethod,
  images: Float32Array,
  { reconstruction }: Input['settings'],
  calibration: Calibration | null,
  request: Omit<ScoreRequest, 'settings'>,
): Promise<ChosenPixels[]> {
  const scored = await scorer.score(images, { ...request, settings: reconstruction })
  const ratio = calibration?.ratio ?? scaleRatio(scored.map(({ maxima }) => maxima))
  return scored.map((pixels) => ({ pixels, startStep: reconstruction.startStep, ratio }))
}

/** The run's method. */
function openScorer(
  { config, unet, extractor, features }: Input,
  options: OpenOptions,
): Promise<ScoringMethod> {
  if (config.method === 'ddad') return Scorer.open({ unet, extractor, features }, options)
  if (!extractor) throw new Error('PatchCore needs a frozen extractor.')
  return PatchCore.open({ method: 'patchcore', bank: unet, extractor })
}

/** Images per batch: of this evaluation, else of the run. */
function batchOf({ settings, config }: Input): number {
  return settings.evaluationBatch ?? config.evaluationBatch
}

function scoreRequest(
  { scoring, noiseSeeds = 1 }: Input['settings'],
  context: CallContext<EngineEvent>,
) {
  const { blurSigma } = scoring
  return { blurSigma, noiseSeeds, signal: context.signal, onSmaller: smallerBatches(context) }
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
