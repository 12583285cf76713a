/** An evaluation as a job: has its maps made where they are missing, and scores its images by what is stored. */
import { chunksOf } from '../../../shared/core/chunks.ts'
import type { ReconstructionSettings } from '../../../shared/config/run-config.ts'
import type { ImageEntry } from '../../../shared/datasets/dataset.ts'
import type { Calibration, Evaluation } from '../../../shared/evaluation/evaluation.ts'
import type { Run } from '../../../shared/runs/run.ts'
import { DdadError } from '../../../shared/errors.ts'
import { scaleRatio } from '../../../shared/metrics/scale-ratio.ts'
import type { EndMode } from '../../../shared/processes/frames.ts'
import type { Call } from '../../processes/client.ts'
import type { StoredMap } from '../../db/repos/maps.ts'
import type { JobContext, JobOutput } from '../jobs/job-kinds.ts'
import type { Recorder } from '../jobs/recorder.ts'
import { calibrationImages } from '../runs/run-images.ts'
import type { RunWeights } from '../runs/run-weights.ts'
import { chooseMaps } from './chosen-maps.ts'
import { combineParts } from './combined-maps.ts'
import {
  basisOf,
  ensureMaps,
  plainImage,
  storedMaps,
  type DistancesWanted,
  type MapsAt,
} from './map-store.ts'
import { calibrateBy, measureStored } from './measures.ts'

/** At least so long between two looks at which images can be scored. */
const SCORE_MS = 500

/** An image with the map that it is scored by. */
export interface Chosen {
  readonly image: ImageEntry
  readonly map: StoredMap
  /** The last one, where it took several. */
  readonly startStep: number
  /** Scale between its maps. */
  readonly ratio: number
}

/** Images of an evaluation under one setting. */
export interface ImagesAt {
  readonly settings: ReconstructionSettings
  readonly images: readonly ImageEntry[]
}

/** One evaluation with what makes its maps. */
export interface EvaluationWork {
  readonly context: JobContext
  readonly run: Run
  readonly weights: RunWeights
  readonly evaluation: Evaluation
  readonly images: readonly ImageEntry[]
  readonly tests: readonly ImageEntry[]
  /** Nominal images that scores are calibrated on. */
  readonly calibration: readonly ImageEntry[]
  /**
   * Has maps made where they are missing, and distances.
   * @throws {Stopped} when the job is to stop.
   */
  ensure(at: readonly ImagesAt[], distances?: readonly DistancesWanted[]): Promise<void>
  /** What was made, by the images' content; means over the evaluation's draws of noise. */
  maps(at: ImagesAt): Promise<ReadonlyMap<string, StoredMap>>
  /** By the calibrating images under a setting, whose maps were made. */
  calibrate(settings: ReconstructionSettings): Promise<Calibration>
}

/** The job was asked to stop and to keep what is done. */
class Stopped extends Error {}

/**
 * Begins an evaluation. Images at one T′ are recorded as soon as their maps are there; those whose maps are stored
 * already need no network.
 */
export function startEvaluation(
  context: JobContext,
  run: Run,
  evaluation: Evaluation,
  weights: RunWeights,
  images: readonly ImageEntry[],
  recorder: Pick<Recorder, 'receive' | 'result'>,
): Call<JobOutput> {
  const { workspace, files, engine, background } = context
  const { store } = workspace
  const { reconstruction, scoring, startStepRule, noiseSeeds = 1 } = evaluation.settings
  const compatible = scoring.normalisation === 'compatible'
  const basis = basisOf(run, evaluation.settings)
  const tests = images.filter(({ split }) => split === 'test')
  const calibration = calibrationImages(store, run, images)
  const nominal = new Set(calibration)
  const recorded = new Set<ImageEntry>()
  const masks = new Map<ImageEntry, { name: string; file: string } | null>()
  /** Images at one T′ and one draw of noise are scored on the way. */
  const streams = !startStepRule && noiseSeeds === 1
  let ended: EndMode | null = null
  let current: Call<unknown> | null = null

  async function during<Output>(call: Call<Output>): Promise<Output> {
    current = call
    if (ended) call.end(ended)
    try {
      return await call.result
    } finally {
      current = null
    }
  }

  /** The settings with each seed of the noise that maps are means over. */
  const draws = (settings: ReconstructionSettings): readonly ReconstructionSettings[] =>
    Array.from({ length: noiseSeeds }, (_, i) => ({
      ...settings,
      noiseSeed: settings.noiseSeed + i,
    }))
  const stored = (settings: ReconstructionSettings) =>
    storedMaps(workspace, run, { weights, settings }, basis)

  async function ensure(
    at: readonly ImagesAt[],
    distances: readonly DistancesWanted[] = [],
    onMap: () => void = () => undefined,
  ): Promise<void> {
    if (ended === 'stop') throw new Stopped()
    const wanted = at.flatMap((one) =>
      draws(one.settings).map((settings): MapsAt => {
        const calibrates = one.images.some((image) => nominal.has(image))
        return {
          ...{ weights, settings },
          images: one.images.map((image) => plainImage(files, image)),
          maxima: calibrates || compatible,
          pictures: !calibrates,
        }
      }),
    )
    const call = ensureMaps(
      ...([workspace, engine, run, wanted, basis] as const),
      (event) => {
        // What is scored on the way is its own progress.
        if (event.type !== 'progress' || !streams) recorder.receive(event)
        if (event.type === 'map') onMap()
      },
      distances,
    )
    if ((await during(call)).state === 'stopped') throw new Stopped()
    if (ended === 'cancel') throw new DdadError('CANCELLED', 'The evaluation was cancelled.')
  }

  const work: EvaluationWork = {
    ...{ context, run, weights, evaluation, images, tests, calibration, ensure },
    maps: async ({ settings, images: some }) => {
      const each = draws(settings).map(stored)
      if (each.length === 1) return each[0]!
      const means = new Map<string, StoredMap>()
      for (const { sha256 } of some) {
        const parts = each.map((maps) => ({ map: maps.get(sha256)!, feature: 1, pixel: 1 }))
        const { startStep, skip, start } = settings
        const name = [sha256, startStep, skip, start].join('-')
        means.set(sha256, await combineParts(context, evaluation, name, parts))
      }
      return means
    },
    calibrate: async (settings) => {
      const maps = await work.maps({ settings, images: calibration })
      const own = calibration.flatMap(({ sha256 }) => maps.get(sha256) ?? [])
      return calibrateBy(workspace, background, own, run.config.seed, scoring)
    },
  }

  /** Scores images by their maps and records them. */
  async function record(chosen: readonly Chosen[]): Promise<void> {
    for (const group of Map.groupBy(chosen, ({ ratio }) => ratio).values()) {
      const items = group.map(({ image, map }) => ({ map, mask: masks.get(image) ?? null }))
      const weight = scoring.pixelWeight * group[0]!.ratio
      const found = await measureStored(workspace, background, items, weight, scoring.crop)
      for (const [i, { image, map, startStep, ratio }] of group.entries()) {
        const { score } = found[i]!
        recorder.result({ imageId: image.id, mapId: map.id, score, startStep, ratio })
        recorded.add(image)
      }
    }
    const { size: done } = recorded
    const progress = { done, total: tests.length, secondsPerStep: 0, secondsLeft: 0 }
    if (chosen.length > 0) recorder.receive({ type: 'progress', progress })
  }

  /** Of images at the evaluation's own T′, those whose maps are there. */
  function scorable(maps: ReadonlyMap<string, StoredMap>, { ratio }: Calibration): Chosen[] {
    const { startStep } = reconstruction
    // The reference's measure is the batch: all of it has to be there.
    const batches = compatible ? chunksOf(tests, basis.batch) : tests.map((image) => [image])
    return batches.flatMap((batch) => {
      const own = batch.flatMap(({ sha256 }) => maps.get(sha256) ?? [])
      const maxima = own.flatMap((map) => map.maxima ?? [])
      if (own.length < batch.length || own.some(({ reconstruction: made }) => !made)) return []
      if (compatible && maxima.length < batch.length) return []
      const scale = compatible ? scaleRatio(maxima) : ratio
      return batch.flatMap((image, i) =>
        recorded.has(image) ? [] : [{ image, map: own[i]!, startStep, ratio: scale }],
      )
    })
  }

  async function scoreFixed(): Promise<void> {
    const at = [calibration, tests].map((some) => ({ settings: reconstruction, images: some }))
    let own: Calibration | null = null
    const scoreThere = async () => {
      const maps = stored(reconstruction)
      if (!calibration.every(({ sha256 }) => maps.get(sha256)?.maxima)) return
      if (!own) {
        own = await work.calibrate(reconstruction)
        store.evaluations.setCalibration(evaluation.id, own)
      }
      await record(scorable(maps, own))
    }
    if (!streams) {
      await ensure(at)
      own = await work.calibrate(reconstruction)
      store.evaluations.setCalibration(evaluation.id, own)
      return record(scorable(await work.maps(at[1]!), own))
    }
    let last: Promise<unknown> = Promise.resolve()
    let due = 0
    const soon = () => {
      if (performance.now() < due) return
      due = Infinity
      last = last.then(scoreThere).then(() => (due = performance.now() + SCORE_MS))
      last.catch(() => current?.end('stop'))
    }
    // What is stored already is scored before the network begins, and what it has made also when it is stopped.
    await scoreThere()
    try {
      await ensure(at, [], soon)
    } finally {
      await last
      if (ended !== 'cancel') await scoreThere()
    }
  }

  async function evaluate(): Promise<JobOutput> {
    if (tests.length === 0)
      throw new DdadError('CONFLICT', `${run.category} has no test images to evaluate.`)
    const found = await files.masks(tests.flatMap(({ maskVersionId }) => maskVersionId ?? []))
    for (const image of tests) {
      const { maskVersionId: id } = image
      masks.set(image, id === null ? null : { name: String(id), file: found.get(id)! })
    }
    try {
      if (startStepRule) {
        await ensure([{ settings: reconstruction, images: calibration }])
        const own = await work.calibrate(reconstruction)
        store.evaluations.setCalibration(evaluation.id, own)
        await record(await chooseMaps(work, startStepRule, own))
      } else await scoreFixed()
    } catch (error) {
      if (error instanceof Stopped) return { state: 'stopped' }
      throw error
    }
    const byId = new Map(tests.map((image) => [image.id, image]))
    const results = store.imageResults
      .list(evaluation.id)
      .flatMap(({ id, imageId, anomalous, defectType, ratio }) => {
        const image = byId.get(imageId)
        const maskFile = (image && masks.get(image)?.file) ?? null
        return image ? [{ anomalous, defectType, maskFile, maps: files.maps(id), ratio }] : []
      })
    const { metrics } = await during(
      background.call('metrics', { results, scoring, intervals: true }),
    )
    return { state: 'finished', metrics }
  }

  return {
    result: evaluate(),
    end: (mode) => {
      ended = mode
      current?.end(mode)
    },
  }
}
