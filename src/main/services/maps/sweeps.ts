/** Sweeps over T′ and what goes with it: planning and starting one, reading what is stored. */
import { createHash } from 'node:crypto'
import { isProbe, passesOf, type SweepSpec } from '../../../shared/config/sweep-spec.ts'
import type { ImageEntry } from '../../../shared/datasets/dataset.ts'
import type { RunId } from '../../../shared/core/ids.ts'
import type { Job, Run } from '../../../shared/runs/run.ts'
import type {
  ImageMeasure,
  NominalScores,
  SweepCell,
  SweepPlan,
  SweepRegions,
  SweepReport,
} from '../../../shared/maps/sweep.ts'
import { DdadError } from '../../../shared/errors.ts'
import type { BackgroundContract } from '../../../shared/processes/background.ts'
import type { Supervisor } from '../../processes/supervisor.ts'
import type { StoredCheckpoint } from '../../db/repos/checkpoints.ts'
import type { StoredCell, StoredMap } from '../../db/repos/sweeps.ts'
import type { Files } from '../datasets/files.ts'
import type { Queue } from '../jobs/queue.ts'
import { requireDiffusion, weightsOf } from '../runs/run-weights.ts'
import {
  cellBase,
  distanceBank,
  mapFile,
  passesLeft,
  planSweep,
  sweepImages,
  type PlannedImage,
} from './sweep-plan.ts'
import type { Workspace } from '../core/workspace.ts'

/** Painted images that a report looks for. */
const MOST_SYNTHETIC = 64

export function createSweeps(
  workspace: Workspace,
  queue: Queue,
  files: Files,
  background: Supervisor<BackgroundContract>,
) {
  const { store, resolve } = workspace

  function runOf(id: RunId): Run {
    const run = store.runs.get(id)
    if (run) return run
    throw new DdadError('NOT_FOUND', `There is no run ${id} in this workspace.`)
  }

  const imagesOf = ({ datasetId, category }: Run) => store.images.ofCategory(datasetId, category)

  /** Mean time of a network pass of one image: of stored cells, else of an evaluation. */
  function secondsPerPass(run: Run): number | null {
    const timed = storedCells(run).flatMap(({ cell, maps }) =>
      [...maps.values()].map(({ milliseconds }) => ({
        milliseconds,
        passes: passesOf(cell.reconstruction),
      })),
    )
    const passes = timed.reduce((sum, one) => sum + one.passes, 0)
    if (passes > 0) {
      return timed.reduce((sum, { milliseconds }) => sum + milliseconds, 0) / passes / 1000
    }
    const evaluated = store.evaluations.list(run.id).find((one) => one.secondsPerImage > 0)
    if (!evaluated) return null
    return evaluated.secondsPerImage / passesOf(evaluated.settings.reconstruction)
  }

  function storedCells(run: Run) {
    const checkpoints = store.checkpoints.list(run.id).filter(({ kind }) => kind === 'unet')
    const unets = checkpoints.map(({ sha256 }) => sha256)
    if (unets.length === 0) return []
    const base = cellBase(run, weightsOf(workspace, run))
    return store.sweeps.cells(unets, base).map((cell) => ({
      cell,
      checkpoint: checkpoints.find(({ sha256 }) => sha256 === cell.unetSha256)!,
      maps: store.sweeps.maps(cell.id),
    }))
  }

  /** Measures of a cell's images, taken where they are not stored. */
  async function measuresOf(
    run: Run,
    cell: StoredCell,
    maps: ReadonlyMap<string, StoredMap>,
    images: readonly PlannedImage[],
    weight: number,
  ): Promise<(ImageMeasure | null)[]> {
    const { crop } = run.config.scoring
    const found = await Promise.all(
      images.map(async ({ key, image, paint }) => {
        const map = maps.get(key)
        if (!map) return null
        const mask = paint === null ? await maskOf(image) : null
        const name = paint === null ? (mask?.name ?? '') : `painted-${paint}`
        const measureKey = { mapId: map.id, mask: name, weight, crop }
        const stored = store.sweeps.measure(measureKey)
        const file = resolve(mapFile(cell.id, key))
        return { measureKey, stored, item: { maps: file, mask: mask?.file ?? null, paint } }
      }),
    )
    const missing = found.flatMap((one) => (one && !one.stored ? [one] : []))
    const items = missing.map(({ item }) => item)
    const measured =
      items.length === 0
        ? []
        : await background.call('sweepMeasures', { items, weight, crop }).result
    store.transaction(() => {
      for (const [i, { measureKey }] of missing.entries())
        store.sweeps.putMeasure(measureKey, measured[i]!)
    })
    const fresh = new Map(missing.map((one, i) => [one, measured[i]!]))
    return found.map((one) => one && (one.stored ?? fresh.get(one) ?? null))
  }

  async function maskOf(image: ImageEntry): Promise<{ name: string; file: string } | null> {
    const { maskVersionId } = image
    if (maskVersionId === null) return null
    return { name: String(maskVersionId), file: await files.mask(maskVersionId) }
  }

  async function cellOf(
    run: Run,
    {
      cell,
      checkpoint,
      maps,
    }: { cell: StoredCell; checkpoint: StoredCheckpoint; maps: ReadonlyMap<string, StoredMap> },
    images: readonly PlannedImage[],
    pixelWeight: number,
  ): Promise<SweepCell> {
    const nominal = images.filter(({ group }) => group === 'nominal')
    const ratio = ratioOf(nominal.flatMap(({ key }) => maps.get(key) ?? []))
    const measures =
      ratio === null
        ? images.map(() => null)
        : await measuresOf(run, cell, maps, images, pixelWeight * ratio)
    const scores = measures.flatMap((one, i) =>
      one && images[i]!.group === 'nominal' ? [one.score] : [],
    )
    const timed = [...maps.values()]
    return {
      id: cell.id,
      checkpointId: checkpoint.id,
      checkpointStep: checkpoint.step,
      reconstruction: cell.reconstruction,
      probe: isProbe(cell.reconstruction),
      passes: passesOf(cell.reconstruction),
      milliseconds: timed.reduce((sum, one) => sum + one.milliseconds, 0) / (timed.length || 1),
      ratio,
      nominal: scores.length > 1 ? nominalScores(scores) : null,
      measures,
    }
  }

  /** Images of a report: all that some cell of the run has maps of. */
  function reportImages(run: Run): PlannedImage[] {
    const keys = new Set(storedCells(run).flatMap(({ maps }) => [...maps.keys()]))
    const spec = { imageIds: null, synthetic: MOST_SYNTHETIC }
    return sweepImages(run, imagesOf(run), spec, files).filter(({ key }) => keys.has(key))
  }

  return {
    /** The settings of the newest sweep of a run. */
    newest: (id: RunId): SweepSpec | null => store.sweeps.newest(runOf(id).id),
    plan: (id: RunId, spec: SweepSpec): SweepPlan => {
      const run = runOf(id)
      const images = sweepImages(run, imagesOf(run), spec, files)
      const { cells } = planSweep(workspace, run, spec, images)
      const missing = cells.reduce((sum, cell) => sum + cell.missing.length, 0)
      const maps = cells.length * images.length
      const probes = cells.filter(({ reconstruction }) => isProbe(reconstruction)).length
      const { left } = passesLeft(cells, images.length)
      const perPass = secondsPerPass(run)
      return {
        settings: cells.length - probes,
        probes,
        images: images.length,
        maps,
        stored: maps - missing,
        passes: left,
        seconds: perPass === null ? null : perPass * left,
        bytes: missing * (8 * run.config.model.imageSize ** 2 + 128),
      }
    },
    /** Queues a sweep. */
    start: (id: RunId, spec: SweepSpec): Job => {
      const run = runOf(id)
      requireDiffusion(run)
      weightsOf(workspace, run)
      const job = store.transaction(() => {
        const createdAt = Date.now()
        const title = `Sweep T′ of ${run.name}`
        const row = { runId: run.id, evaluationId: null, afterId: null, title, createdAt }
        const jobId = store.jobs.insert({ kind: 'sweep', ...row })
        store.sweeps.insert(run.id, jobId, spec, createdAt)
        return store.jobs.get(jobId)!
      })
      queue.nudge()
      return job
    },
    /** All that is stored for a run's weights, measured for one v; no network is needed. */
    report: async (id: RunId, pixelWeight: number): Promise<SweepReport> => {
      const run = runOf(id)
      const stored = storedCells(run)
      const images = stored.length === 0 ? [] : reportImages(run)
      const cells: SweepCell[] = []
      for (const cell of stored) cells.push(await cellOf(run, cell, images, pixelWeight))
      const { bank, name } = distanceBank(run, imagesOf(run), files)
      const distances =
        stored.length === 0
          ? new Map<string, number>()
          : store.sweeps.distances(cellBase(run, weightsOf(workspace, run)).features, name)
      return {
        pixelWeight,
        images: images.map(({ key, image, group }) => ({
          key,
          imageId: image.id,
          path: image.path,
          group,
          defectType: group === 'synthetic' ? 'painted' : image.defectType,
          anomalous: group === 'synthetic' || image.anomalous,
          distance: distances.get(key) ?? null,
        })),
        cells,
        nominalDistances: bank.flatMap(({ key }) => distances.get(key) ?? []),
      }
    },
    /** AU-PRO and the other region figures of a cell's test images, computed once. */
    regions: async (id: RunId, cellId: number, pixelWeight: number): Promise<SweepRegions> => {
      const run = runOf(id)
      const images = reportImages(run)
      const found = storedCells(run).find(({ cell }) => cell.id === cellId)
      const nominal = images.filter(({ group }) => group === 'nominal')
      const ratio = found && ratioOf(nominal.flatMap(({ key }) => found.maps.get(key) ?? []))
      if (!found || ratio === null || ratio === undefined)
        throw new DdadError('NOT_FOUND', 'This setting has no results yet.')
      const results = await Promise.all(
        images
          .filter(({ group, key }) => group === 'test' && found.maps.has(key))
          .map(async ({ key, image, file }) => ({
            imageId: image.id,
            file,
            anomalous: image.anomalous,
            defectType: image.defectType,
            maskFile: (await maskOf(image))?.file ?? null,
            maps: resolve(mapFile(cellId, key)),
            ratio,
          })),
      )
      const masks = images.map(({ image }) => image.maskVersionId)
      const keys = results.map(({ maps }) => maps)
      const digest = createHash('sha256')
        .update(JSON.stringify([cellId, keys, masks, pixelWeight, ratio, run.config.scoring.crop]))
        .digest('hex')
      const known = store.sweeps.figure(digest)
      if (known) return { cellId, metrics: known }
      const scoring = { ...run.config.scoring, pixelWeight }
      const { metrics } = await background.call('metrics', { results, scoring }).result
      store.sweeps.putFigure(digest, metrics)
      return { cellId, metrics }
    },
  }
}

/** max(feature) / max(pixel) over nominal images (DDAD eq. 9 with these as the batch). */
function ratioOf(nominal: readonly StoredMap[]): number | null {
  if (nominal.length === 0) return null
  const pixel = Math.max(...nominal.map(({ maxPixel }) => maxPixel))
  return pixel > 0 ? Math.max(...nominal.map(({ maxFeature }) => maxFeature)) / pixel : 0
}

function nominalScores(scores: readonly number[]): NominalScores {
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length
  const squares = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0)
  const deviation = Math.sqrt(squares / scores.length)
  return { mean, deviation, limit: mean + 3 * deviation }
}

export type Sweeps = ReturnType<typeof createSweeps>
