/** Sweeps over T′ and what goes with it: planning and starting one, reading what is stored. */
import { createHash } from 'node:crypto'
import type { SweepSpec } from '../../../shared/config/sweep-spec.ts'
import { isProbe, passesOf } from '../../../shared/diffusion/passes.ts'
import type { ImageEntry } from '../../../shared/datasets/dataset.ts'
import type { RunId } from '../../../shared/core/ids.ts'
import type { Job, Run } from '../../../shared/runs/run.ts'
import {
  nominalScores,
  type ChangedSweepImage,
  type ImageMeasure,
  type SweepCell,
  type SweepGroup,
  type SweepPlan,
  type SweepRegions,
  type SweepReport,
} from '../../../shared/maps/sweep.ts'
import { DdadError } from '../../../shared/errors.ts'
import type { BackgroundContract } from '../../../shared/processes/background.ts'
import type { Supervisor } from '../../processes/supervisor.ts'
import type { StoredCheckpoint } from '../../db/repos/checkpoints.ts'
import type { MapSet, StoredMap } from '../../db/repos/maps.ts'
import type { Files } from '../datasets/files.ts'
import type { Queue } from '../jobs/queue.ts'
import { asFound, calibrationImages, imagesOf } from '../runs/run-images.ts'
import { requireDiffusion, weightsOf } from '../runs/run-weights.ts'
import type { Workspace } from '../core/workspace.ts'
import {
  basisOf,
  chosenSamples,
  featuresName,
  passesLeft,
  plainImage,
  planMaps,
} from './map-store.ts'
import { calibrateBy, measureStored } from './measures.ts'
import {
  distanceBank,
  paintedImages,
  sweepImages,
  sweepMaps,
  type PlannedImage,
} from './sweep-plan.ts'
import { found } from '../core/found.ts'

/** Painted images that a report looks for. */
const MOST_SYNTHETIC = 64

/** A setting of a run's weights with what is stored of it. */
interface StoredSet {
  readonly set: MapSet
  readonly checkpoint: StoredCheckpoint
  readonly maps: ReadonlyMap<string, StoredMap>
}

export function createSweeps(
  workspace: Workspace,
  queue: Queue,
  files: Files,
  background: Supervisor<BackgroundContract>,
) {
  const { store, resolve } = workspace

  const runOf = (id: RunId) => found(store.runs.get(id), `run ${id}`)

  const imagesFound = (run: Run) => asFound(store, imagesOf(store, run))

  /** Mean time of a network pass of one image: of stored maps. */
  function secondsPerPass(run: Run): number | null {
    const timed = storedSets(run).flatMap(({ set, maps }) =>
      [...maps.values()].map(({ milliseconds }) => ({
        milliseconds,
        passes: passesOf(set.settings),
      })),
    )
    const passes = timed.reduce((sum, one) => sum + one.passes, 0)
    if (passes === 0) return null
    return timed.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / passes / 1000
  }

  function storedSets(run: Run): readonly StoredSet[] {
    // Also those whose files are gone: their maps are still there.
    const checkpoints = store.checkpoints.list(run.id).filter(({ kind }) => kind === 'unet')
    if (checkpoints.length === 0) return []
    const features = featuresName(run, weightsOf(workspace, run))
    const hashes = checkpoints.map(({ sha256 }) => sha256)
    const range = JSON.stringify(chosenSamples(workspace, run))
    const sets = store.maps.sets(hashes, { features, ...basisOf(run) })
    const same = sets.filter(({ samples }) => JSON.stringify(samples) === range)
    return same.map((set) => ({
      set,
      checkpoint: checkpoints.find(({ sha256 }) => sha256 === set.weights)!,
      maps: store.maps.ofSet(set.id),
    }))
  }

  /** Those with images that can be scored: maps of evaluations of earlier versions lack what calibrates them. */
  const reported = (run: Run) =>
    storedSets(run).filter(({ maps }) => [...maps.values()].some(({ maxima }) => maxima))

  async function maskOf(image: ImageEntry): Promise<{ name: string; file: string } | null> {
    const { maskVersionId } = image
    if (maskVersionId === null) return null
    return { name: String(maskVersionId), file: await files.mask(maskVersionId) }
  }

  /** What is stored of the nominal images that calibrate; before these are done, of those that are there. */
  function calibrating(
    maps: ReadonlyMap<string, StoredMap>,
    images: readonly PlannedImage[],
    calibration: ReadonlySet<string>,
  ): readonly StoredMap[] {
    const own = images.filter(({ group, key }) => group === 'nominal' && maps.get(key)?.maxima)
    const chosen = own.filter(({ key }) => calibration.has(key))
    const used = chosen.length === calibration.size ? chosen : own
    return used.map(({ key }) => maps.get(key)!)
  }

  /** What a cell is made of, as a hash. */
  function versionOf(
    { set, maps }: StoredSet,
    images: readonly PlannedImage[],
    nominal: readonly StoredMap[],
    pixelWeight: number,
  ): string {
    const own = images.map(({ key, image }) => [key, maps.get(key)?.id, image.maskVersionId])
    const parts = [set.id, pixelWeight, nominal.map(({ id }) => id), own]
    return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
  }

  async function cellOf(
    run: Run,
    { set, checkpoint, maps }: StoredSet,
    images: readonly PlannedImage[],
    nominal: readonly StoredMap[],
    masks: ReadonlyMap<PlannedImage, Awaited<ReturnType<typeof maskOf>>>,
    pixelWeight: number,
  ): Promise<Omit<SweepCell, 'version'>> {
    const { seed, scoring } = run.config
    const own = { ...scoring, pixelWeight }
    const { ratio, nominalScores: scores } = await calibrateBy(
      workspace,
      background,
      nominal,
      seed,
      own,
    )
    const measures = new Map<PlannedImage, ImageMeasure>()
    if (nominal.length > 0) {
      const there = images.filter(({ key }) => maps.has(key))
      const items = there.map((image) => {
        return { map: maps.get(image.key)!, mask: masks.get(image) ?? null, paint: image.paint }
      })
      const weight = pixelWeight * ratio
      const found = await measureStored(workspace, background, items, weight, scoring.crop)
      for (const [i, image] of there.entries()) measures.set(image, found[i]!)
    }
    const timed = [...maps.values()]
    return {
      id: set.id,
      checkpointId: checkpoint.id,
      checkpointStep: checkpoint.step,
      reconstruction: set.settings,
      probe: isProbe(set.settings),
      passes: passesOf(set.settings),
      milliseconds: timed.reduce((sum, one) => sum + one.milliseconds, 0) / (timed.length || 1),
      ratio: nominal.length > 0 ? ratio : null,
      nominal: scores.length > 1 ? nominalScores(scores) : null,
      measures: images.map((image) => measures.get(image) ?? null),
    }
  }

  /**
   * Images of a report: all that some setting of the run has maps of, as they are now or else as they were swept,
   * and those of them whose files changed.
   */
  function reportImages(run: Run, stored: readonly StoredSet[]) {
    const keys = new Set(stored.flatMap(({ maps }) => [...maps.keys()]))
    const recorded = imagesOf(store, run)
    const newest = store.sweeps.newest(run.id)
    const swept = newest ? (store.runImageLists.sweep.get(newest.id) ?? []) : []
    const before = new Map(swept.map(({ path, sha256 }) => [path, sha256]))
    const images = asFound(store, recorded)
    const changed: ChangedSweepImage[] = []
    const shown = images.flatMap((image, i) => {
      const imported = recorded[i]!.sha256
      const own = [image.sha256, imported, before.get(image.path)]
      const sha256 = own.find((hash) => hash !== undefined && keys.has(hash))
      if (sha256 === undefined) return []
      const { id: imageId, path } = image
      if (sha256 !== image.sha256) changed.push({ imageId, path, shown: 'before' })
      else if (sha256 !== imported) changed.push({ imageId, path, shown: 'now' })
      return [{ ...image, sha256 }]
    })
    const byId = new Map(shown.map((image) => [image.id, image]))
    const asShown = images.map((image) => byId.get(image.id) ?? image)
    const planned = (group: SweepGroup) => (image: ImageEntry) => {
      return { ...plainImage(files, image), image, group }
    }
    const nominal = shown.filter(({ split, anomalous }) => split === 'train' && !anomalous)
    const all: readonly PlannedImage[] = [
      ...nominal.map(planned('nominal')),
      ...shown.filter(({ split }) => split === 'test').map(planned('test')),
      ...paintedImages(run, asShown, MOST_SYNTHETIC, files).filter(({ key }) => keys.has(key)),
    ]
    const calibration = calibrationImages(store, run, asShown)
    return { images: all, changed, calibration: new Set(calibration.map(({ sha256 }) => sha256)) }
  }

  return {
    /** The settings of the newest sweep of a run. */
    newest: (id: RunId): SweepSpec | null => store.sweeps.newest(runOf(id).id)?.spec ?? null,
    plan: (id: RunId, spec: SweepSpec): SweepPlan => {
      const run = runOf(id)
      const images = sweepImages(workspace, run, imagesFound(run), spec, files)
      const wanted = sweepMaps(workspace, run, spec, images)
      const plan = planMaps(workspace, run, wanted, basisOf(run))
      const missing = plan.reduce((sum, at) => sum + at.missing.length, 0)
      const maps = plan.length * images.length
      const probes = plan.filter(({ settings }) => isProbe(settings)).length
      const { left } = passesLeft(plan)
      const perPass = secondsPerPass(run)
      return {
        settings: plan.length - probes,
        probes,
        images: images.length,
        maps,
        stored: maps - missing,
        passes: left,
        seconds: perPass === null ? null : perPass * left,
        // Two maps of four bytes a pixel, and a picture of up to three.
        bytes: missing * (11 * run.config.model.imageSize ** 2 + 256),
      }
    },
    /** Queues a sweep of the images that its run is about now. */
    start: (id: RunId, spec: SweepSpec): Job => {
      const run = runOf(id)
      requireDiffusion(run)
      weightsOf(workspace, run)
      const job = store.transaction(() => {
        const createdAt = Date.now()
        const title = `Sweep T′ of ${run.name}`
        const row = { runId: run.id, evaluationId: null, afterId: null, title, createdAt }
        const jobId = store.jobs.insert({ kind: 'sweep', ...row })
        const sweepId = store.sweeps.insert(run.id, jobId, spec, createdAt)
        store.runImageLists.sweep.put(sweepId, imagesFound(run))
        return store.jobs.get(jobId)!
      })
      queue.nudge()
      return job
    },
    /**
     * All that is stored for a run's weights, measured for one v; no network is needed.
     * @param versions Of cells that the asker has: those that are the same are named only.
     */
    report: async (
      id: RunId,
      pixelWeight: number,
      versions: readonly string[] = [],
    ): Promise<SweepReport> => {
      const run = runOf(id)
      const stored = reported(run)
      if (stored.length === 0)
        return {
          ...{ pixelWeight, images: [], changed: [], cells: [], unchanged: [] },
          nominalDistances: [],
        }
      const { images, changed, calibration } = reportImages(run, stored)
      const masks = new Map<PlannedImage, Awaited<ReturnType<typeof maskOf>>>()
      for (const image of images)
        if (image.paint === null) masks.set(image, await maskOf(image.image))
      const cells: SweepCell[] = []
      const known = new Set(versions)
      const unchanged: number[] = []
      for (const one of stored) {
        const nominal = calibrating(one.maps, images, calibration)
        const version = versionOf(one, images, nominal, pixelWeight)
        if (known.has(version)) unchanged.push(one.set.id)
        else {
          const cell = await cellOf(run, one, images, nominal, masks, pixelWeight)
          cells.push({ ...cell, version })
        }
      }
      const { bank, name } = distanceBank(run, imagesFound(run), files)
      const features = featuresName(run, weightsOf(workspace, run))
      const distances = store.sweeps.distances(features, name)
      return {
        pixelWeight,
        changed,
        images: images.map(({ key, image, group }) => ({
          key,
          imageId: image.id,
          path: image.path,
          group,
          defectType: group === 'synthetic' ? 'painted' : image.defectType,
          anomalous: group === 'synthetic' || image.anomalous,
          distance: distances.get(key) ?? null,
        })),
        ...{ cells, unchanged },
        nominalDistances: bank.flatMap(({ key }) => distances.get(key) ?? []),
      }
    },
    /** AU-PRO and the other region figures of a cell's test images, computed once. */
    regions: async (id: RunId, cellId: number, pixelWeight: number): Promise<SweepRegions> => {
      const run = runOf(id)
      const stored = reported(run)
      const found = stored.find(({ set }) => set.id === cellId)
      if (!found) throw new DdadError('NOT_FOUND', 'This setting has no results yet.')
      const { images, calibration } = reportImages(run, stored)
      const nominal = calibrating(found.maps, images, calibration)
      if (nominal.length === 0) throw new DdadError('NOT_FOUND', 'This setting has no results yet.')
      const { seed, scoring: own } = run.config
      const scoring = { ...own, pixelWeight }
      const { ratio } = await calibrateBy(workspace, background, nominal, seed, scoring)
      const results = await Promise.all(
        images
          .filter(({ group, key }) => group === 'test' && found.maps.has(key))
          .map(async ({ key, image }) => ({
            anomalous: image.anomalous,
            defectType: image.defectType,
            maskFile: (await maskOf(image))?.file ?? null,
            maps: resolve(found.maps.get(key)!.maps.file),
            ratio,
          })),
      )
      const masks = images.map(({ image }) => image.maskVersionId)
      const keys = images.map(({ key }) => found.maps.get(key)?.maps.sha256 ?? null)
      const digest = createHash('sha256')
        .update(JSON.stringify([cellId, keys, masks, pixelWeight, ratio, run.config.scoring.crop]))
        .digest('hex')
      const known = store.sweeps.figure(digest)
      if (known) return { cellId, metrics: known }
      const { metrics } = await background.call('metrics', { results, scoring }).result
      store.remember(() => store.sweeps.putFigure(digest, metrics))
      return { cellId, metrics }
    },
  }
}

export type Sweeps = ReturnType<typeof createSweeps>
