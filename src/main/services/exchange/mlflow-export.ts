/** Runs for MLflow. */
import { formatSetting, readSetting } from '../../../shared/config/setting-values.ts'
import { settings, type SettingKey } from '../../../shared/config/settings.ts'
import type { RunId } from '../../../shared/core/ids.ts'
import type { JobState, Run } from '../../../shared/runs/run.ts'
import { writeMlruns, type MlflowExperiment, type MlflowRun } from './mlruns.ts'
import { throwIfCancelled, type ExportContext } from './exports.ts'
import type { Workspace } from '../core/workspace.ts'
import { writingTo } from '../core/writings.ts'
import { found } from '../core/found.ts'

interface MlflowOptions extends ExportContext {
  /** Whether weights go along. */
  readonly checkpoints: boolean
}

const states: Readonly<Record<JobState, MlflowRun['state']>> = {
  queued: 'scheduled',
  running: 'running',
  paused: 'scheduled',
  finished: 'finished',
  stopped: 'killed',
  cancelled: 'killed',
  failed: 'failed',
}

const ALL_POINTS = 100_000_000

export function createMlflowExport(workspace: Workspace) {
  const { store, resolve } = workspace

  function paramsOf({ config }: Run): Record<string, string> {
    const entries = (Object.keys(settings) as SettingKey[]).map((key) => [
      key,
      formatSetting(key, readSetting(config, key)),
    ])
    return { ...(Object.fromEntries(entries) as Record<string, string>), preset: config.preset }
  }

  function mlflowRun(run: Run, checkpoints: boolean): MlflowRun {
    const environment = store.runs.environment(run.id)
    const evaluation = run.headline && store.evaluations.get(run.headline.evaluationId)
    const at = evaluation?.finishedAt ?? run.createdAt
    const curves = store.metricPoints.names(run.id).map((name) => ({
      name,
      points: store.metricPoints
        .list(run.id, name, ALL_POINTS)
        .map(({ step, value }) => ({ at: run.createdAt, step, value })),
    }))
    const figures = (evaluation?.metrics ?? []).flatMap(({ defectType, name, value }) =>
      value === null
        ? []
        : [
            {
              name: defectType === null ? name : `${name}.${defectType}`,
              points: [{ at, step: run.step, value }],
            },
          ],
    )
    return {
      id: run.id,
      name: run.name,
      state: states[run.state],
      startedAt: run.createdAt,
      endedAt: ['queued', 'running', 'paused'].includes(run.state) ? null : at,
      params: paramsOf(run),
      tags: {
        ...(run.note && { 'mlflow.note.content': run.note }),
        category: run.category,
        dataset: run.datasetName,
        dataset_fingerprint: run.datasetFingerprint,
        ...(environment && {
          tensorflow: environment.tensorflow,
          device: environment.device,
          os: environment.os,
          application: environment.application,
          ...(environment.commit && { 'mlflow.source.git.commit': environment.commit }),
        }),
        ...Object.fromEntries(run.tags.map((tag) => [`tag.${tag}`, tag])),
      },
      metrics: [...curves, ...figures],
      artifacts: checkpoints
        ? store.checkpoints
            .list(run.id)
            .filter(({ onDisk }) => onDisk)
            .map(({ file }) => ({
              name: `checkpoints/${file.split('/').at(-1) ?? file}`,
              file: resolve(file),
            }))
        : [],
    }
  }

  /**
   * Writes runs below a folder in MLflow's file layout: one experiment per data set.
   * @param ids All runs of the workspace when empty.
   * @throws {DdadError} NOT_FOUND naming the run, CANCELLED when given up; nothing is written then.
   */
  async function write(
    folder: string,
    ids: readonly RunId[],
    { checkpoints, signal, onProgress }: MlflowOptions,
  ) {
    const runs =
      ids.length === 0 ? store.runs.list() : ids.map((id) => found(store.runs.get(id), `run ${id}`))
    const experiments = [...Map.groupBy(runs, ({ datasetName }) => datasetName)].map(
      ([name, own]): MlflowExperiment => ({
        name,
        createdAt: Math.min(...own.map(({ createdAt }) => createdAt)),
        runs: lazily(own, (run) => mlflowRun(run, checkpoints)),
      }),
    )
    let done = 0
    const files = await writingTo(workspace, folder, () =>
      writeMlruns(folder, experiments, () => {
        onProgress(++done, runs.length)
        throwIfCancelled(signal)
      }),
    )
    return { folder, runs: runs.length, files }
  }

  return { write }
}

function* lazily<From, To>(values: readonly From[], map: (value: From) => To): Generator<To> {
  for (const value of values) yield map(value)
}
