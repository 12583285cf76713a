/**
 * Runs in the file layout of MLflow's local store (`mlruns/`), so that teams can take them along: an
 * experiment per data set, a run per run, with params, metrics, tags and artifacts.
 * See https://mlflow.org/docs/latest/tracking/backend-stores, "File store".
 */
import { createHash } from 'node:crypto'
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { stringify } from 'yaml'
import { writeTogether } from '../media/staging.ts'

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
  /** Asked for one after the other, as the curves of all of them may be large. */
  readonly runs: Iterable<MlflowRun>
}

/** RunStatus of MLflow's protocol. */
const states = { running: 1, finished: 3, failed: 4, killed: 5 } as const
const SOURCE_LOCAL = 4

/** MLflow reads YAML 1.1, in which a run called `on` or `12:30` is no text unless it is quoted. */
const forPython = { version: '1.1' } as const

/**
 * Writes experiments below a folder: all of them or nothing. What is there of the same runs is replaced; nothing
 * else changes.
 *
 * @param onRun Called after each run; what it throws ends the export.
 * @returns Number of files written.
 */
export async function writeMlruns(
  folder: string,
  experiments: readonly MlflowExperiment[],
  onRun: () => void,
): Promise<number> {
  const root = path.resolve(folder)
  return writeTogether(root, async (staging) => {
    const written: string[] = []
    let files = 0
    for (const { name, createdAt, runs } of experiments) {
      const id = experimentId(name)
      const artifacts = (place: string) => pathToFileURL(path.join(root, id, place)).href
      const meta = {
        artifact_location: artifacts(''),
        creation_time: createdAt,
        experiment_id: id,
        last_update_time: createdAt,
        lifecycle_stage: 'active',
        name,
      }
      await put(path.join(staging, id, 'meta.yaml'), stringify(meta, forPython))
      files += 1
      for (const run of runs) {
        const place = `${id}/${runId(name, run)}`
        files += await writeRun(path.join(staging, place), run, id, artifacts)
        written.push(place)
        onRun()
      }
    }
    for (const place of written) await rm(path.join(root, place), { recursive: true, force: true })
    return files
  })
}

async function put(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, text)
}

/** @returns Number of files written. */
async function writeRun(
  own: string,
  run: MlflowRun,
  experiment: string,
  artifacts: (place: string) => string,
): Promise<number> {
  const uuid = path.basename(own)
  const meta = {
    artifact_uri: artifacts(`${uuid}/artifacts`),
    end_time: run.endedAt,
    entry_point_name: '',
    experiment_id: experiment,
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
  }
  const tags = { ...run.tags, 'mlflow.runName': run.name, 'mlflow.source.type': 'LOCAL' }
  const lines = run.metrics.map(({ name, points }) => {
    const text = points.map(({ at, value, step }) => `${at} ${number(value)} ${step}\n`).join('')
    return [`metrics/${key(name)}`, text] as const
  })
  const texts = [
    ['meta.yaml', stringify(meta, forPython)] as const,
    ...Object.entries(run.params).map(([name, value]) => [`params/${key(name)}`, value] as const),
    ...Object.entries(tags).map(([name, value]) => [`tags/${key(name)}`, value] as const),
    ...lines.filter(([, text]) => text !== ''),
  ]
  for (const name of ['artifacts', 'metrics', 'params', 'tags']) {
    await mkdir(path.join(own, name), { recursive: true })
  }
  for (const [name, text] of texts) await put(path.join(own, name), text)
  for (const { name, file } of run.artifacts) {
    const target = path.join(own, 'artifacts', ...name.split('/').map(key))
    await mkdir(path.dirname(target), { recursive: true })
    await copyFile(file, target)
  }
  return texts.length + run.artifacts.length
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
