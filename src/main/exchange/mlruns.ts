/**
 * Runs in the file layout of MLflow's local store (`mlruns/`), so that teams can take them along: an
 * experiment per data set, a run per run, with params, metrics, tags and artifacts.
 * See https://mlflow.org/docs/latest/tracking/backend-stores, "File store".
 */
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { stringify } from 'yaml'

export interface MlflowRun {
  readonly id: number
  readonly name: string
  readonly state: 'finished' | 'running' | 'failed' | 'killed'
  readonly startedAt: number
  readonly endedAt: number | null
  readonly params: Readonly<Record<string, string>>
  readonly tags: Readonly<Record<string, string>>
  readonly metrics: readonly {
    readonly name: string
    readonly points: readonly {
      readonly at: number
      readonly step: number
      readonly value: number
    }[]
  }[]
  /** Files to copy, by name in the artifact folder. */
  readonly artifacts: readonly { readonly name: string; readonly file: string }[]
}

export interface MlflowExperiment {
  readonly name: string
  readonly createdAt: number
  readonly runs: readonly MlflowRun[]
}

/** RunStatus of MLflow's protocol. */
const states = { running: 1, finished: 3, failed: 4, killed: 5 } as const
const SOURCE_LOCAL = 4

/**
 * Writes experiments below a folder. What is there of the same runs is written again; nothing else changes.
 * @returns Number of files written.
 */
export function writeMlruns(folder: string, experiments: readonly MlflowExperiment[]): number {
  let files = 0
  const root = path.resolve(folder)
  const put = (file: string, text: string) => {
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(file, text)
    files += 1
  }
  for (const experiment of experiments) {
    const id = experimentId(experiment.name)
    const place = path.join(root, id)
    const location = (name: string) => new URL(`file://${encodeURI(path.join(place, name))}`).href
    put(
      path.join(place, 'meta.yaml'),
      stringify({
        artifact_location: location(''),
        creation_time: experiment.createdAt,
        experiment_id: id,
        last_update_time: experiment.createdAt,
        lifecycle_stage: 'active',
        name: experiment.name,
      }),
    )
    for (const run of experiment.runs) {
      const uuid = runId(experiment.name, run)
      const own = path.join(place, uuid)
      fs.rmSync(own, { recursive: true, force: true })
      put(
        path.join(own, 'meta.yaml'),
        stringify({
          artifact_uri: location(`${uuid}/artifacts`),
          end_time: run.endedAt,
          entry_point_name: '',
          experiment_id: id,
          lifecycle_stage: 'active',
          run_id: uuid,
          run_name: run.name,
          run_uuid: uuid,
          source_name: 'DDAD Studio',
          source_type: SOURCE_LOCAL,
          source_version: '',
          start_time: run.startedAt,
          status: states[run.state],
          tags: [],
          user_id: '',
        }),
      )
      for (const folderName of ['artifacts', 'metrics', 'params', 'tags']) {
        fs.mkdirSync(path.join(own, folderName), { recursive: true })
      }
      for (const [name, value] of Object.entries(run.params)) {
        put(path.join(own, 'params', key(name)), value)
      }
      const tags = { ...run.tags, 'mlflow.runName': run.name, 'mlflow.source.type': 'LOCAL' }
      for (const [name, value] of Object.entries(tags))
        put(path.join(own, 'tags', key(name)), value)
      for (const { name, points } of run.metrics) {
        const lines = points.map(({ at, value, step }) => `${at} ${number(value)} ${step}\n`)
        if (lines.length > 0) put(path.join(own, 'metrics', key(name)), lines.join(''))
      }
      for (const { name, file } of run.artifacts) {
        const target = path.join(own, 'artifacts', ...name.split('/').map(key))
        fs.mkdirSync(path.dirname(target), { recursive: true })
        fs.copyFileSync(file, target)
        files += 1
      }
    }
  }
  return files
}

/** MLflow's own form of an id: 18 digits for an experiment, 32 hexadecimal digits for a run. */
function experimentId(name: string): string {
  const hash = createHash('sha256').update(`experiment ${name}`).digest()
  return String(100_000_000_000_000_000n + (hash.readBigUInt64BE() % 800_000_000_000_000_000n))
}

/** The same for the same run, so that a second export replaces the first. */
function runId(experiment: string, { id, startedAt, name }: MlflowRun): string {
  const text = `run ${experiment} ${id} ${startedAt} ${name}`
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}

/** Names may have letters, digits, `_ - . / :` and spaces; a `/` would make a folder. */
function key(name: string): string {
  const safe = name.replace(/[^\w\-. ]/g, '_')
  return safe === '' || /^\.+$/.test(safe) ? '_' : safe
}

/** As Python's float() reads it. */
function number(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  return String(value)
}
