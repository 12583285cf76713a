/** What each kind of job asks of the engine, and what is left of it when it is cancelled. */
import fs from 'node:fs'
import type { ImageEntry } from '../../../shared/datasets/dataset.ts'
import type { MetricRow } from '../../../shared/evaluation/evaluation.ts'
import type { ImageId, MaskVersionId } from '../../../shared/core/ids.ts'
import type { Job, Run } from '../../../shared/runs/run.ts'
import { originText } from '../../../shared/core/origin.ts'
import { DdadError } from '../../../shared/errors.ts'
import type { BackgroundContract } from '../../../shared/processes/background.ts'
import type { EngineContract, EngineEvent, EngineImage } from '../../../shared/processes/engine.ts'
import type { Supervisor } from '../../processes/supervisor.ts'
import type { Call } from '../../processes/client.ts'
import type { Datasets } from '../datasets/datasets.ts'
import type { FileChecks } from '../datasets/file-checks.ts'
import type { Files } from '../datasets/files.ts'
import { importOf } from '../datasets/import-job.ts'
import { runOrigin } from '../core/origins.ts'
import { weightsOf } from '../runs/run-weights.ts'
import type { PreferencesService } from '../core/preferences.ts'
import { startEvaluation } from '../maps/evaluate-job.ts'
import { removeFiles } from '../maps/map-store.ts'
import { startSweep } from '../maps/sweep-job.ts'
import { imagesOf, stillHere } from '../runs/run-images.ts'
import type { Recorder } from './recorder.ts'
import { findExtractor } from '../core/weights.ts'
import { runFolder, type Workspace } from '../core/workspace.ts'

export interface JobContext {
  readonly workspace: Workspace
  readonly datasets: Datasets
  readonly files: Files
  readonly fileChecks: FileChecks
  readonly preferences: PreferencesService
  /** Of the card that the job runs on. */
  readonly engine: Supervisor<EngineContract>
  /** Engines of all cards. */
  readonly cards: readonly Supervisor<EngineContract>[]
  readonly background: Supervisor<BackgroundContract>
}

/** What the engine answers; an evaluation also has metrics. */
export interface JobOutput {
  readonly state: 'finished' | 'stopped'
  readonly metrics?: readonly MetricRow[]
}

/** The run that a job belongs to. */
export function runOf({ workspace: { store } }: JobContext, job: Job): Run {
  const run = job.runId === null ? null : store.runs.get(job.runId)
  if (run) return run
  throw new DdadError('NOT_FOUND', `The run of job ${job.id} is no longer in this workspace.`)
}

/** The images that a job is about: those that were recorded with it, else those of its run. */
export function imagesOfJob({ workspace: { store } }: JobContext, job: Job, run: Run) {
  const list =
    job.evaluationId !== null
      ? store.runImageLists.evaluation.get(job.evaluationId)
      : job.kind === 'sweep'
        ? store.runImageLists.sweep.get(store.sweeps.ofJob(job.id)?.id ?? 0)
        : null
  if (!list) return imagesOf(store, run)
  return stillHere(list, store.images.ofCategory(run.datasetId, run.category))
}

/** Records the images that a job is about with what their files hold, once it begins. */
export function recordImages(
  { workspace: { store } }: JobContext,
  job: Job,
  run: Run,
  images: readonly ImageEntry[],
): void {
  if (job.kind === 'train') store.runImageLists.put(run.id, images)
  if (job.evaluationId !== null) store.runImageLists.evaluation.put(job.evaluationId, images)
  const sweep = job.kind === 'sweep' ? store.sweeps.ofJob(job.id) : null
  if (sweep) store.runImageLists.sweep.put(sweep.id, images)
}

/** The mask versions in force when an evaluation begins. */
export function masksInForce(
  images: readonly ImageEntry[],
): ReadonlyMap<ImageId, MaskVersionId | null> {
  return new Map(images.map(({ id, maskVersionId }) => [id, maskVersionId]))
}

/**
 * Starts a job in the engine.
 * @throws {DdadError} when something that it needs is missing.
 */
export async function startJob(
  context: JobContext,
  job: Job,
  images: readonly ImageEntry[],
  recorder: Pick<Recorder, 'receive' | 'result'>,
): Promise<Call<JobOutput>> {
  const run = runOf(context, job)
  const onEvent = recorder.receive
  switch (job.kind) {
    case 'train':
      return startTraining(context, run, images, onEvent)
    case 'adapt':
      return startAdaptation(context, run, images, onEvent)
    case 'evaluate':
      return evaluationOf(context, run, job, images, recorder)
    case 'sweep':
      return startSweep(context, run, job, images, onEvent)
    case 'import':
      throw new Error('An import has no run and needs no engine.')
  }
}

function nominal({ files }: JobContext, run: Run, images: readonly ImageEntry[]): EngineImage[] {
  const chosen = images.filter(({ split, anomalous }) => split === 'train' && !anomalous)
  if (chosen.length === 0) {
    throw new DdadError('CONFLICT', `${run.category} has no nominal training images.`)
  }
  return chosen.map(({ id }) => ({ imageId: id, file: files.original(id) }))
}

/** Folder for a job's files, created. */
function folderFor({ workspace }: JobContext, relative: string): string {
  const folder = workspace.resolve(relative)
  fs.mkdirSync(folder, { recursive: true })
  return folder
}

function startTraining(
  context: JobContext,
  run: Run,
  images: readonly ImageEntry[],
  onEvent: (event: EngineEvent) => void,
) {
  const { store, resolve } = context.workspace
  const checkpoints = store.checkpoints.ofKind(run.id, 'unet').map(({ file }) => resolve(file))
  return context.engine.call(
    'train',
    {
      config: run.config,
      extractor:
        run.config.method === 'ddad'
          ? null
          : findExtractor(run.config.extractor, context.workspace.folder),
      nominal: nominal(context, run, images),
      folder: folderFor(context, runFolder(run.id)),
      checkpoints: checkpoints.filter((file) => fs.existsSync(file)),
      origin: originText(runOrigin(store, run)),
    },
    onEvent,
  )
}

function startAdaptation(
  context: JobContext,
  run: Run,
  images: readonly ImageEntry[],
  onEvent: (event: EngineEvent) => void,
) {
  return context.engine.call(
    'adapt',
    {
      config: run.config,
      nominal: nominal(context, run, images),
      folder: folderFor(context, runFolder(run.id)),
      unet: context.workspace.resolve(weightsOf(context.workspace, run).unet.file),
      extractor: findExtractor(run.config.extractor, context.workspace.folder),
      origin: originText(runOrigin(context.workspace.store, run)),
    },
    onEvent,
  )
}

function evaluationOf(
  context: JobContext,
  run: Run,
  job: Job,
  images: readonly ImageEntry[],
  recorder: Pick<Recorder, 'receive' | 'result'>,
) {
  const { store } = context.workspace
  const evaluation = job.evaluationId === null ? null : store.evaluations.get(job.evaluationId)
  if (!evaluation) throw new DdadError('NOT_FOUND', `The evaluation of job ${job.id} is gone.`)
  const weights = weightsOf(context.workspace, run)
  store.evaluations.setCheckpoints(evaluation.id, weights.unet.id, weights.features?.id ?? null)
  return startEvaluation(context, run, evaluation, weights, images, recorder)
}

/** Removes what a cancelled job has made: rows first, then files. */
export function discardWork(context: JobContext, job: Job): void {
  const { store, resolve } = context.workspace
  if (job.kind === 'import') return context.datasets.forgetScan(importOf(context, job).root)
  const { runId, evaluationId, startedAt } = job
  if (runId === null || startedAt === null) return
  if (job.kind === 'evaluate' && evaluationId !== null) {
    removeFiles(
      context.workspace,
      store.transaction(() => {
        store.imageResults.clear(evaluationId)
        return store.maps.removeOwn(evaluationId)
      }),
    )
    return
  }
  // What a sweep has computed is in the store of maps, for whoever asks for it next.
  if (job.kind === 'sweep') return
  const kind = job.kind === 'train' ? 'unet' : 'features'
  // Features of an earlier adaptation are not this job’s work.
  const since = kind === 'unet' ? 0 : startedAt
  const checkpoints = store.checkpoints
    .list(runId)
    .filter((checkpoint) => checkpoint.kind === kind && checkpoint.createdAt >= since)
  store.transaction(() => {
    for (const { id } of checkpoints) store.checkpoints.remove(id)
    if (kind === 'unet') store.metricPoints.clear(runId)
  })
  for (const { file } of checkpoints) fs.rmSync(resolve(file), { force: true })
}
