/** A run as one file that another workspace can take in. */
import path from 'node:path'
import type { CheckpointId, ImageId, RunId } from '../../../shared/core/ids.ts'
import type { ImageEntry } from '../../../shared/datasets/dataset.ts'
import type { Run } from '../../../shared/runs/run.ts'
import { DdadError } from '../../../shared/errors.ts'
import { ArchiveWriter } from './archive/archive-writer.ts'
import {
  ARCHIVE_VERSION,
  MANIFEST,
  type ArchivedCurves,
  type ArchivedEvaluation,
  type ArchivedRun,
  type Manifest,
} from '../../../shared/exchange/run-archive.ts'
import { throwIfCancelled, type ExportContext } from './exports.ts'
import { appVersion } from '../core/installation.ts'
import type { Workspace } from '../core/workspace.ts'
import { writingTo } from '../core/writings.ts'
import { found } from '../core/found.ts'

export interface RunExportOptions extends ExportContext {
  /** Whether anomaly maps and reconstructions go along. */
  readonly maps: boolean
}

const ALL_POINTS = 100_000_000

export function createRunExport(workspace: Workspace) {
  const { store, resolve } = workspace

  /** Those that can go along: older ones are on record without a file. */
  const checkpointsOf = (id: RunId) => store.checkpoints.list(id).filter(({ onDisk }) => onDisk)

  function archivedRun(run: Run): ArchivedRun {
    const dataset = store.datasets.get(run.datasetId)
    return {
      name: run.name,
      category: run.category,
      config: run.config,
      dataset: {
        name: run.datasetName,
        layout: dataset?.layout ?? 'plain',
        fingerprint: run.datasetFingerprint,
      },
      state: run.state,
      step: run.step,
      totalSteps: run.totalSteps,
      createdAt: run.createdAt,
      environment: store.runs.environment(run.id),
      note: run.note,
      tags: [...run.tags],
      checkpoints: checkpointsOf(run.id).map(({ file, kind, step, createdAt }) => ({
        file: path.posix.basename(file),
        kind,
        step,
        createdAt,
      })),
      operatingPoints: archivedPoints(run),
    }
  }

  function archivedPoints({ id, datasetId, category }: Run): ArchivedRun['operatingPoints'] {
    const images = store.images.ofCategory(datasetId, category)
    const places = new Map(images.map((image, index) => [image.id, (index + 1) as ImageId]))
    // In the order of `evaluations.json`.
    const order = store.evaluations
      .list(id)
      .toReversed()
      .map((evaluation) => evaluation.id)
    return store.operatingPoints
      .list(id)
      .map(({ name, settings: { chosenOn, ...settings }, inUse, evaluationId, decides }) => ({
        name,
        // Images are named by their place in `images.json`, from 1.
        settings: {
          ...settings,
          ...(chosenOn && { chosenOn: chosenOn.flatMap((image) => places.get(image) ?? []) }),
        },
        inUse,
        evaluation: evaluationId === null ? null : order.indexOf(evaluationId),
        decides: decides.map((decided) => order.indexOf(decided)),
      }))
  }

  function curves(id: RunId): ArchivedCurves {
    return Object.fromEntries(
      store.metricPoints.names(id).map((name) => {
        const points = store.metricPoints.list(id, name, ALL_POINTS)
        const steps = points.map(({ step }) => step)
        const values = points.map(({ value }) => (Number.isFinite(value) ? value : null))
        return [name, { steps, values }]
      }),
    )
  }

  function evaluations(run: Run, images: readonly ImageEntry[]) {
    const places = new Map(images.map(({ id }, index) => [id, index]))
    const names = new Map(
      checkpointsOf(run.id).map(({ id, file }) => [id, path.posix.basename(file)]),
    )
    return store.evaluations
      .list(run.id)
      .toReversed()
      .map((evaluation) => {
        const results = store.imageResults.list(evaluation.id).flatMap((result) => {
          const image = places.get(result.imageId)
          return image === undefined ? [] : [{ image, result }]
        })
        const file = (checkpoint: CheckpointId | null) =>
          checkpoint === null ? null : (names.get(checkpoint) ?? null)
        const archived: ArchivedEvaluation = {
          settings: evaluation.settings,
          calibration: evaluation.calibration && {
            ...evaluation.calibration,
            nominalScores: [...evaluation.calibration.nominalScores],
          },
          checkpoint: file(evaluation.checkpointId),
          features: file(store.evaluations.featuresCheckpoint(evaluation.id)),
          secondsPerImage: evaluation.secondsPerImage,
          createdAt: evaluation.createdAt,
          finishedAt: evaluation.finishedAt,
          environment: store.evaluations.environment(evaluation.id),
          metrics: evaluation.metrics.map((row) => ({ ...row })),
          ...(evaluation.chosenOn && {
            chosenOn: evaluation.chosenOn.flatMap((id) => places.get(id) ?? []),
          }),
          results: results.map(({ image, result }) => {
            const mask =
              result.maskVersionId === null ? null : store.maskVersions.get(result.maskVersionId)
            return {
              image,
              score: result.score,
              startStep: result.startStep,
              ratio: result.ratio,
              milliseconds: result.milliseconds,
              maskVersion: mask?.version ?? null,
              maskSha256: mask?.sha256 ?? null,
            }
          }),
        }
        return { archived, ids: results.map(({ result }) => result.id) }
      })
  }

  /**
   * Writes a run with its checkpoints, curves, evaluations and environment.
   * @throws {DdadError} CONFLICT while it is being worked on, BAD_FILE when one of its files is missing, CANCELLED
   * when given up; there is no file then.
   */
  async function write(id: RunId, file: string, { maps, signal, onProgress }: RunExportOptions) {
    const run = found(store.runs.get(id), `run ${id}`)
    if (store.jobs.ofRun(id).some(({ state }) => state === 'running')) {
      throw new DdadError('CONFLICT', `${run.name} is being worked on. Stop it first.`)
    }
    const images = store.images.ofCategory(run.datasetId, run.category)
    const withResults = evaluations(run, images)
    const versions = images.map(({ id: imageId }) =>
      store.maskVersions.ofImage(imageId).toReversed(),
    )
    const files = [
      ...checkpointsOf(id).map((checkpoint) => ({
        name: `checkpoints/${path.posix.basename(checkpoint.file)}`,
        source: checkpoint.file,
      })),
      ...versions.flatMap((own, at) =>
        own.flatMap(({ version, file: mask }) =>
          mask === null ? [] : [{ name: `masks/${at}-${version}.png`, source: `masks/${mask}` }],
        ),
      ),
      ...(maps
        ? withResults.flatMap(({ ids }, at) =>
            ids.flatMap((id, n) => {
              const stored = store.imageResults.files(id)
              if (!stored) return []
              const base = `evaluations/${at + 1}/${n + 1}`
              return [
                { name: `${base}.npy`, source: stored.maps },
                ...(stored.reconstruction === null
                  ? []
                  : [{ name: `${base}.png`, source: stored.reconstruction }]),
              ]
            }),
          )
        : []),
    ]
    const archive = await ArchiveWriter.create(file)
    try {
      const json = (name: string, value: unknown) =>
        archive.add(name, Buffer.from(JSON.stringify(value)))
      await json('run.json', archivedRun(run))
      await json('curves.json', curves(id))
      await json(
        'images.json',
        images.map(({ path: place, sha256, split, defectType, anomalous, width, height }, at) => {
          const masks = versions[at]?.map((mask) => ({
            version: mask.version,
            author: mask.author,
            reason: mask.reason,
            note: mask.note,
            createdAt: mask.createdAt,
            sha256: mask.file === null ? null : mask.sha256,
            stats: mask.stats,
          }))
          return {
            path: place,
            sha256,
            split,
            defectType,
            anomalous,
            width,
            height,
            masks: masks ?? [],
          }
        }),
      )
      await json(
        'evaluations.json',
        withResults.map(({ archived }) => archived),
      )
      let done = 0
      for (const { name, source } of files) {
        throwIfCancelled(signal)
        await archive.add(name, { file: resolve(source) }).catch((error: unknown) => {
          if (!(error instanceof DdadError) || error.code !== 'NOT_FOUND') throw error
          throw new DdadError(
            'BAD_FILE',
            `${resolve(source)} of ${run.name} is missing, so nothing was exported. Without maps (--no-maps) only the checkpoints are needed.`,
            { cause: error },
          )
        })
        onProgress(++done, files.length)
      }
      const manifest: Manifest = {
        format: 'ddadrun',
        version: ARCHIVE_VERSION,
        application: appVersion(),
        createdAt: new Date().toISOString(),
        files: [...archive.files],
      }
      await json(MANIFEST, manifest)
      const bytes = await archive.finish()
      return { file, bytes, files: archive.files.length }
    } catch (error) {
      await archive.abandon()
      throw error
    }
  }

  return {
    write: (id: RunId, file: string, options: RunExportOptions) =>
      writingTo(workspace, file, () => write(id, file, options)),
  }
}

export type RunExport = ReturnType<typeof createRunExport>
