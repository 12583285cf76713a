/** Takes in a run that another workspace has exported. */
import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import readline from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { runConfigSchema } from '../../../shared/config/run-config.ts'
import type { Category } from '../../../shared/datasets/dataset.ts'
import type {
  CheckpointId,
  DatasetId,
  EvaluationId,
  ImageId,
  MaskVersionId,
  RunId,
} from '../../../shared/core/ids.ts'
import { DdadError } from '../../../shared/errors.ts'
import type {
  ArchivedEvaluation,
  ArchivedImage,
  ArchivedRun,
  Manifest,
} from '../../../shared/exchange/run-archive.ts'
import type { ImportedRun } from '../../../shared/ipc/routes/exchange.ts'
import type {
  BackgroundContract,
  CurvePiece,
  ReadRun,
} from '../../../shared/processes/background.ts'
import type { EndState } from '../../db/repos/jobs.ts'
import type { Supervisor } from '../../processes/supervisor.ts'
import type { Facts } from '../core/facts.ts'
import { openStaging, type ImportStaging } from '../datasets/import-staging.ts'
import { evaluationFolder, runFolder, type Workspace } from '../core/workspace.ts'
import { found } from '../core/found.ts'

/** A run of this workspace that was worked on elsewhere and takes in its result. */
export interface AwaitedRun {
  readonly runId: RunId
  /** Called in the transaction; false when the result has come in before. */
  readonly claim: () => boolean
}

interface Unpacked extends ReadRun {
  readonly folder: string
  readonly staging: ImportStaging
}

/** Where a run's images and results belong: a data set that has them, or one made for it. */
interface Target {
  readonly runId: RunId
  readonly datasetId: DatasetId
  /** Of its images in order; null while those of a data set made for it are still to come. */
  readonly ids: readonly ImageId[] | null
}

/** Between two slices of curves, in which others may write. */
const BREATH_MS = 5

export function createRunImport(
  workspace: Workspace,
  facts: Facts,
  background: Supervisor<BackgroundContract>,
) {
  const { store, resolve } = workspace

  /** A data set that has every image of the run's category, byte for byte, with their ids in order. */
  function findImages(
    { run, images }: Unpacked,
    only: DatasetId | null,
  ): { datasetId: DatasetId; ids: ImageId[] } | null {
    // Without images nothing says which data set it was.
    if (images.length === 0) return null
    for (const dataset of store.datasets.list()) {
      if (only !== null && dataset.id !== only) continue
      if (!dataset.categories.some(({ name }) => name === run.category)) continue
      const own = store.images.ofCategory(dataset.id, run.category)
      const byHash = new Map(own.map((image) => [image.sha256, image.id]))
      const exact = new Map(own.map((image) => [`${image.sha256} ${image.path}`, image.id]))
      const ids = images.map(
        ({ sha256, path: place }) => exact.get(`${sha256} ${place}`) ?? byHash.get(sha256),
      )
      const found = ids.filter((id) => id !== undefined)
      if (found.length === images.length) return { datasetId: dataset.id, ids: found }
    }
    return null
  }

  /** Rows for images whose files are elsewhere, so that results have something to belong to. */
  function addAbsent({ run, images }: Unpacked): DatasetId {
    const wanted = `${run.dataset.name} (imported)`
    let name = wanted
    for (let number = 2; store.datasets.findByName(name); number++) name = `${wanted} ${number}`
    return store.datasets.insert({
      name,
      layout: run.dataset.layout,
      root: resolve(path.join('absent', randomUUID())),
      fingerprint: run.dataset.fingerprint,
      createdAt: Date.now(),
      categories: [categoryOf(run.category, images)],
      samples: null,
    })
  }

  function addImages(datasetId: DatasetId, { run, images, folder, staging }: Unpacked): ImageId[] {
    const ids = images.map((image) =>
      store.images.insert(datasetId, {
        ...image,
        category: run.category,
        bytes: 0,
        modifiedAt: 0,
        masks: [],
      }),
    )
    images.forEach(({ masks }, at) => {
      const id = ids[at]!
      if (masks.some(({ sha256 }) => sha256 !== null)) staging.making(`masks/${id}`)
      addMasks(id, masks, path.join(folder, `masks/${at}`))
    })
    return ids
  }

  /** @param place Of the unpacked files, without `-<version>.png`. */
  function addMasks(imageId: ImageId, masks: ArchivedImage['masks'], place: string): void {
    let parentId: MaskVersionId | null = null
    for (const mask of masks) {
      const file = mask.sha256 === null ? null : `${imageId}/${randomUUID()}.png`
      parentId = store.maskVersions.insert({ ...mask, imageId, parentId, file })
      if (file === null) continue
      const target = resolve(`masks/${file}`)
      fs.mkdirSync(path.dirname(target), { recursive: true })
      fs.renameSync(`${place}-${mask.version}.png`, target)
    }
  }

  /** A new run for what was exported elsewhere, which is shown once it has arrived. */
  function newRun(unpacked: Unpacked): Target {
    const { run, manifest, staging } = unpacked
    const present = findImages(unpacked, null)
    const datasetId = present?.datasetId ?? addAbsent(unpacked)
    const runId = store.runs.insert({
      name: run.name,
      datasetId,
      category: run.category,
      config: run.config,
      datasetFingerprint: run.dataset.fingerprint,
      appVersion: run.environment?.application ?? manifest.application,
      createdAt: run.createdAt,
    })
    store.runs.change(runId, { note: run.note }, Date.now())
    store.runs.tag(runId, run.tags, [], Date.now())
    store.incomingRuns.add({ runId, datasetId: present ? null : datasetId }, staging.name)
    return { runId, datasetId, ids: present?.ids ?? null }
  }

  /** The run that awaits this result. @throws {DdadError} BAD_FILE for the result of something else. */
  function awaitedRun(unpacked: Unpacked, { runId }: AwaitedRun): Target {
    const run = found(store.runs.get(runId), `run ${runId}`)
    const { category, config } = unpacked.run
    if (category !== run.category || !isDeepStrictEqual(config, runConfigSchema.parse(run.config)))
      throw damaged(`it is not of ${run.name}: its category or settings are others`)
    const present = findImages(unpacked, run.datasetId)
    if (!present) throw damaged(`${run.datasetName} does not have all of its images`)
    if (store.tasks.ofRun(runId)?.importedAt) throw hereAlready(run.name)
    // The points that were told on the way come again, whole.
    store.metricPoints.clear(runId)
    return { runId, ...present }
  }

  /** Records curves slice by slice, so that neither this process nor another stands still meanwhile. */
  async function addCurves(runId: RunId, slices: string): Promise<void> {
    const lines = readline.createInterface({ input: fs.createReadStream(slices) })
    for await (const line of lines) {
      const pieces = JSON.parse(line) as CurvePiece[]
      const points = pieces.flatMap(({ name, steps, values }) =>
        steps.map((step, index) => ({ step, name, value: values[index] ?? NaN })),
      )
      store.transaction(() => store.metricPoints.put(runId, points))
      await sleep(BREATH_MS)
    }
  }

  /** Records all but the curves, in one transaction: with it the run is there. */
  function complete(unpacked: Unpacked, target: Target, awaited: AwaitedRun | null): void {
    const { run, evaluations, manifest, folder, staging } = unpacked
    const { runId, datasetId } = target
    if (awaited && !awaited.claim()) throw hereAlready(run.name)
    const ids = target.ids ?? addImages(datasetId, unpacked)
    staging.making(`runs/${runId}`)
    if (run.environment) store.runs.setEnvironment(runId, run.environment)
    addTraining(runId, run)
    store.runImageLists.put(runId, unpacked.images)
    const hashes = new Map(manifest.files.map((file) => [file.path, file]))
    for (const { file, kind, step, createdAt } of run.checkpoints) {
      const { bytes = 0, sha256 = '' } = hashes.get(`checkpoints/${file}`) ?? {}
      const place = `${runFolder(runId)}/${file}`
      store.checkpoints.put({ runId, kind, step, file: place, bytes, sha256, createdAt })
    }
    const checkpointIds = new Map(
      store.checkpoints.list(runId).map(({ id, file }) => [path.posix.basename(file), id]),
    )
    const evaluationIds = evaluations.map((evaluation, index) =>
      addEvaluation(runId, datasetId, run.category, evaluation, {
        checkpointIds,
        ids,
        file: (n, ending) => hashes.get(`evaluations/${index + 1}/${n + 1}.${ending}`),
      }),
    )
    addOperatingPoints(runId, run, evaluations, evaluationIds, ids)
    moveFiles(folder, runId, evaluationIds)
    store.incomingRuns.arrive(staging.name)
  }

  /** The training as one job at rest, which gives the run its state. */
  function addTraining(runId: RunId, run: ArchivedRun): void {
    const ends: readonly string[] = ['finished', 'stopped', 'cancelled', 'failed']
    const state = ends.includes(run.state) ? (run.state as EndState) : 'stopped'
    const jobId = store.jobs.insert({
      kind: 'train',
      runId,
      evaluationId: null,
      afterId: null,
      title: `Train ${run.name} (imported)`,
      createdAt: run.createdAt,
    })
    store.jobs.setProgress(jobId, {
      done: run.step,
      total: run.totalSteps,
      secondsPerStep: 0,
      secondsLeft: 0,
    })
    store.jobs.settle(jobId, { state, error: null }, Date.now())
  }

  function addEvaluation(
    runId: RunId,
    datasetId: DatasetId,
    category: string,
    evaluation: ArchivedEvaluation,
    from: {
      readonly checkpointIds: ReadonlyMap<string, CheckpointId>
      readonly ids: readonly ImageId[]
      readonly file: (n: number, ending: 'npy' | 'png') => Manifest['files'][number] | undefined
    },
  ): EvaluationId {
    const { settings, createdAt, finishedAt, calibration, environment } = evaluation
    const chosenOn = evaluation.chosenOn?.flatMap((index) => from.ids[index] ?? [])
    const id = store.evaluations.insert({
      ...{ runId, datasetId, category, settings, chosenOn, createdAt },
    })
    const checkpoint = from.checkpointIds.get(evaluation.checkpoint ?? '')
    const features = from.checkpointIds.get(evaluation.features ?? '') ?? null
    if (checkpoint !== undefined) store.evaluations.setCheckpoints(id, checkpoint, features)
    if (calibration) store.evaluations.setCalibration(id, calibration)
    if (environment) store.evaluations.setEnvironment(id, environment)
    const folder = evaluationFolder(runId, id)
    evaluation.results.forEach((result, n) => {
      const imageId = from.ids[result.image]
      if (imageId === undefined) throw damaged('a result belongs to no image')
      const [maps, picture] = [from.file(n, 'npy'), from.file(n, 'png')]
      store.imageResults.putImported({
        evaluationId: id,
        imageId,
        maskVersionId: maskUsed(imageId, result.maskSha256, result.maskVersion),
        score: result.score,
        startStep: result.startStep,
        ratio: result.ratio,
        milliseconds: result.milliseconds,
        mapsFile: `${folder}/${n + 1}.npy`,
        mapsBytes: maps?.bytes ?? 0,
        mapsSha256: maps?.sha256 ?? '',
        reconstructionFile: `${folder}/${n + 1}.png`,
        reconstructionBytes: picture?.bytes ?? 0,
        reconstructionSha256: picture?.sha256 ?? '',
      })
    })
    if (finishedAt !== null) {
      const metrics = evaluation.metrics.map(({ interval, ...row }) => ({
        ...row,
        ...(interval && { interval }),
      }))
      store.evaluations.finish(id, metrics, evaluation.secondsPerImage, finishedAt)
    }
    return id
  }

  function addOperatingPoints(
    runId: RunId,
    { operatingPoints, createdAt }: ArchivedRun,
    evaluations: readonly ArchivedEvaluation[],
    ids: readonly EvaluationId[],
    images: readonly ImageId[],
  ): void {
    for (const { name, settings: archived, inUse, evaluation, decides } of operatingPoints) {
      const { chosenOn, ...own } = archived
      const settings = {
        ...own,
        ...(chosenOn && { chosenOn: chosenOn.flatMap((place) => images[place - 1] ?? []) }),
      }
      const evaluationId = evaluation === null ? null : (ids[evaluation] ?? null)
      const id = store.operatingPoints.insert({ runId, evaluationId, name, settings, createdAt })
      if (inUse) store.operatingPoints.use(runId, id)
      for (const index of decides) if (ids[index]) store.operatingPoints.decide(ids[index], id)
    }
    for (const [index, { settings: own, operatingPoints: first = [] }] of evaluations.entries()) {
      for (const { name, settings: decided } of first) {
        const { pixelWeight, ...thresholds } = decided
        const evaluation = { ...own, scoring: { ...own.scoring, pixelWeight } }
        const free = store.operatingPoints.named(runId, name)
          ? `${name} (evaluation ${index + 1})`
          : name
        store.operatingPoints.insert({
          ...{ runId, evaluationId: ids[index]!, name: free, createdAt },
          settings: { evaluation, reason: null, thresholds },
        })
      }
    }
  }

  /** The image's mask that the result was measured with, if it is here. */
  function maskUsed(imageId: ImageId, sha256: string | null, version: number | null) {
    if (version === null) return null
    const own = store.maskVersions.ofImage(imageId)
    const mask = own.find((mask) => mask.sha256 === sha256 && (sha256 || mask.version === version))
    return mask?.id ?? null
  }

  function moveFiles(folder: string, runId: RunId, evaluationIds: readonly EvaluationId[]): void {
    const target = resolve(runFolder(runId))
    const checkpoints = path.join(folder, 'checkpoints')
    if (fs.existsSync(checkpoints)) fs.renameSync(checkpoints, target)
    evaluationIds.forEach((id, index) => {
      const source = path.join(folder, 'evaluations', String(index + 1))
      const place = resolve(evaluationFolder(runId, id))
      if (!fs.existsSync(source)) return
      fs.mkdirSync(path.dirname(place), { recursive: true })
      fs.renameSync(source, place)
    })
  }

  /**
   * Imports an archive: all of it or nothing.
   * @param awaited the run that it is the result of; otherwise it becomes a new one
   * @throws {DdadError} BAD_FILE that says what is wrong with it, CONFLICT when an awaited result has come before.
   */
  async function read(file: string, awaited: AwaitedRun | null = null): Promise<ImportedRun> {
    const staging = openStaging(workspace)
    const { folder } = staging
    try {
      const read = await background.call('readRun', { file, folder }).result
      const unpacked = { ...read, folder, staging }
      const target = store.transaction(() =>
        awaited ? awaitedRun(unpacked, awaited) : newRun(unpacked),
      )
      await addCurves(target.runId, read.slices)
      store.transaction(() => complete(unpacked, target, awaited))
      facts.tell('datasets.changed', null)
      facts.tell('runs.changed', { runId: null })
      const run = store.runs.get(target.runId)
      if (!run) throw new Error('The imported run vanished.')
      const maps = read.manifest.files.some(({ path: name }) => name.endsWith('.npy'))
      return { run, dataPresent: target.ids !== null, maps }
    } finally {
      staging.close()
    }
  }

  return { read }
}

export type RunImport = ReturnType<typeof createRunImport>

const damaged = (reason: string): DdadError =>
  new DdadError('BAD_FILE', `The archive was not imported: ${reason}.`)

const hereAlready = (name: string): DdadError =>
  new DdadError('CONFLICT', `The result of ${name} is here already.`)

function categoryOf(name: string, images: readonly ArchivedImage[]): Category {
  const nominal = (split: string) =>
    images.filter((image) => image.split === split && !image.anomalous).length
  const defects: Record<string, number> = {}
  for (const { split, anomalous, defectType } of images) {
    if (split === 'test' && anomalous) defects[defectType] = (defects[defectType] ?? 0) + 1
  }
  return {
    name,
    nominalTrain: nominal('train'),
    nominalValidation: nominal('validation'),
    nominalTest: nominal('test'),
    defects,
  }
}
