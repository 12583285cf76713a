/** Takes in a run that another workspace has exported. */
import { randomUUID } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { z } from 'zod'
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
import type { ImportedRun } from '../../../shared/ipc/routes/exchange.ts'
import type { EndState } from '../../db/repos/jobs.ts'
import { unpackArchive, type Manifest } from './archive/archive-reader.ts'
import {
  archivedCurvesSchema,
  archivedEvaluationsSchema,
  archivedImagesSchema,
  archivedRunSchema,
  type ArchivedEvaluation,
  type ArchivedImage,
  type ArchivedRun,
} from './archive/run-archive.ts'
import type { Facts } from '../core/facts.ts'
import { openStaging, type ImportStaging } from '../datasets/import-staging.ts'
import { evaluationFolder, runFolder, type Workspace } from '../core/workspace.ts'

/** A run of this workspace that was worked on elsewhere and takes in its result. */
export interface AwaitedRun {
  readonly runId: RunId
  /** Called in the transaction; false when the result has come in before. */
  readonly claim: () => boolean
}

interface Unpacked {
  readonly folder: string
  readonly staging: ImportStaging
  readonly manifest: Manifest
  readonly run: ArchivedRun
  readonly curves: z.infer<typeof archivedCurvesSchema>
  readonly images: readonly ArchivedImage[]
  readonly evaluations: readonly ArchivedEvaluation[]
}

export function createRunImport(workspace: Workspace, facts: Facts) {
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
  function addAbsent({ run, images, folder, staging }: Unpacked): {
    datasetId: DatasetId
    ids: ImageId[]
  } {
    const wanted = `${run.dataset.name} (imported)`
    let name = wanted
    for (let number = 2; store.datasets.findByName(name); number++) name = `${wanted} ${number}`
    const datasetId = store.datasets.insert({
      name,
      layout: run.dataset.layout,
      root: resolve(path.join('absent', randomUUID())),
      fingerprint: run.dataset.fingerprint,
      createdAt: Date.now(),
      categories: [categoryOf(run.category, images)],
      samples: null,
    })
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
    return { datasetId, ids }
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

  /** A new run for what was exported elsewhere. */
  function newRun(unpacked: Unpacked) {
    const { run, manifest } = unpacked
    const present = findImages(unpacked, null)
    const { datasetId, ids } = present ?? addAbsent(unpacked)
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
    return { runId, datasetId, ids, dataPresent: present !== null }
  }

  /** The run that awaits this result. @throws {DdadError} BAD_FILE for the result of something else. */
  function awaitedRun(unpacked: Unpacked, { runId, claim }: AwaitedRun) {
    const run = store.runs.get(runId)
    if (!run) throw new DdadError('NOT_FOUND', `There is no run ${runId} in this workspace.`)
    const { category, config } = unpacked.run
    if (category !== run.category || !isDeepStrictEqual(config, runConfigSchema.parse(run.config)))
      throw damaged(`it is not of ${run.name}: its category or settings are others`)
    const present = findImages(unpacked, run.datasetId)
    if (!present) throw damaged(`${run.datasetName} does not have all of its images`)
    if (!claim()) throw new DdadError('CONFLICT', `The result of ${run.name} is here already.`)
    // The points that were told on the way come again, whole.
    store.metricPoints.clear(runId)
    return { runId, ...present, dataPresent: true }
  }

  function addRun(unpacked: Unpacked, awaited: AwaitedRun | null) {
    const { run, curves, evaluations, manifest, folder, staging } = unpacked
    const { runId, datasetId, ids, dataPresent } = awaited
      ? awaitedRun(unpacked, awaited)
      : newRun(unpacked)
    staging.making(`runs/${runId}`)
    if (run.environment) store.runs.setEnvironment(runId, run.environment)
    addTraining(runId, run)
    store.runImageLists.put(runId, unpacked.images)
    for (const [name, { steps, values }] of Object.entries(curves)) {
      const points = steps.map((step, index) => ({ step, name, value: values[index] ?? NaN }))
      store.metricPoints.put(runId, points)
    }
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
    return { runId, dataPresent }
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
      const manifest = await unpackArchive(file, folder)
      const unpacked = { ...readDocuments(folder, manifest), staging }
      const added = store.transaction(() => addRun(unpacked, awaited))
      facts.tell('datasets.changed', null)
      facts.tell('runs.changed', { runId: null })
      const run = store.runs.get(added.runId)
      if (!run) throw new Error('The imported run vanished.')
      const maps = manifest.files.some(({ path: name }) => name.endsWith('.npy'))
      return { run, dataPresent: added.dataPresent, maps }
    } finally {
      staging.close()
    }
  }

  return { read }
}

export type RunImport = ReturnType<typeof createRunImport>

const damaged = (reason: string): DdadError =>
  new DdadError('BAD_FILE', `The archive was not imported: ${reason}.`)

function readDocuments(folder: string, manifest: Manifest): Omit<Unpacked, 'staging'> {
  const read = <Schema extends z.ZodType>(name: string, schema: Schema): z.infer<Schema> => {
    let value: unknown
    try {
      value = JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8'))
    } catch {
      throw damaged(`its ${name} is missing or cannot be read`)
    }
    const parsed = schema.safeParse(value)
    if (parsed.success) return parsed.data
    const [issue] = parsed.error.issues
    throw damaged(
      `its ${name} is wrong at ${issue?.path.join('.') ?? '?'}: ${issue?.message ?? ''}`,
    )
  }
  const run = read('run.json', archivedRunSchema)
  const present = new Set(manifest.files.map(({ path: name }) => name))
  for (const { file } of run.checkpoints) {
    if (!present.has(`checkpoints/${file}`)) throw damaged(`the checkpoint ${file} is missing`)
  }
  const images = read('images.json', archivedImagesSchema)
  if (new Set(images.map(({ path: place }) => place)).size < images.length) {
    throw damaged('its images.json names an image twice')
  }
  const hashes = new Map(manifest.files.map(({ path: file, sha256 }) => [file, sha256]))
  images.forEach(({ masks }, at) => {
    for (const { version, sha256 } of masks) {
      const name = `masks/${at}-${version}.png`
      if (sha256 !== null && hashes.get(name) !== sha256)
        throw damaged(`the mask ${name} is missing`)
    }
  })
  const curves = read('curves.json', archivedCurvesSchema)
  const evaluations = read('evaluations.json', archivedEvaluationsSchema)
  return { folder, manifest, run, curves, images, evaluations }
}

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
