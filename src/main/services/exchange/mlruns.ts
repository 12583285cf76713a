/**
 * Runs in the file layout of MLflow's local store (`mlruns/`), so that teams can take them along: an
 * experiment per data set, a run per run, with params, metrics, tags and artifacts.
 * As `FileStore` writes and reads it (MLflow's `mlflow/store/tracking/file_store.py`), with the names that
 * `mlflow/utils/validation.py` allows.
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { stringify } from 'yaml'
import { writeTogether, type Staging } from '../../files/staging.ts'
import { within } from '../../files/within.ts'

export interface MlflowRun {
  readonly id: number
  readonly name: string
  readonly state: 'scheduled' | 'running' | 'finished' | 'failed' | 'killed'
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
const states = { running: 1, scheduled: 2, finished: 3, failed: 4, killed: 5 } as const
const SOURCE_LOCAL = 4
const DEFAULT_EXPERIMENT = '0'
const DEFAULT_NAME = 'Default'
/** In characters; a file's name is no longer on most systems, with room for a number. */
const LONGEST_NAME = 240
const LONGEST_PARAM = 6000

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
    // What is logged without naming an experiment goes into this one, which MLflow makes with a new store only.
    const named = experiments.some(({ name }) => name === DEFAULT_NAME)
    if (experiments.length > 0 && !named && !existsSync(path.join(root, DEFAULT_EXPERIMENT))) {
      const createdAt = Math.min(...experiments.map((experiment) => experiment.createdAt))
      await writeExperiment(staging, root, DEFAULT_EXPERIMENT, { name: DEFAULT_NAME, createdAt })
      files += 1
    }
    for (const { name, createdAt, runs } of experiments) {
      const id = experimentId(name)
      await writeExperiment(staging, root, id, { name, createdAt })
      files += 1
      for (const run of runs) {
        const place = `${id}/${runId(name, run)}`
        files += await writeRun(staging, place, run, id, uriOf(root, place))
        written.push(place)
        onRun()
      }
    }
    for (const place of written) await rm(within(root, place), { recursive: true, force: true })
    return files
  })
}

const uriOf = (root: string, place: string): string => pathToFileURL(path.join(root, place)).href

function writeExperiment(
  staging: Staging,
  root: string,
  id: string,
  { name, createdAt }: Pick<MlflowExperiment, 'name' | 'createdAt'>,
): Promise<void> {
  const meta = {
    artifact_location: uriOf(root, id),
    creation_time: createdAt,
    experiment_id: id,
    last_update_time: createdAt,
    lifecycle_stage: 'active',
    name,
  }
  return put(staging, `${id}/meta.yaml`, stringify(meta, forPython))
}

async function put(staging: Staging, name: string, text: string): Promise<void> {
  await staging.write(name, Buffer.from(text))
}

/** @returns Number of files written. */
async function writeRun(
  staging: Staging,
  own: string,
  run: MlflowRun,
  experiment: string,
  uri: string,
): Promise<number> {
  const uuid = path.basename(own)
  const meta = {
    artifact_uri: `${uri}/artifacts`,
    deleted_time: null,
    end_time: run.endedAt,
    entry_point_name: '',
    experiment_id: experiment,
    lifecycle_stage: 'active',
    run_id: uuid,
    run_name: run.name,
    run_uuid: uuid,
    source_name: '',
    source_type: SOURCE_LOCAL,
    source_version: '',
    start_time: run.startedAt,
    status: states[run.state],
    tags: [],
    user_id: '',
  }
  const tags = {
    ...run.tags,
    'mlflow.runName': run.name,
    'mlflow.source.name': 'DDAD Studio',
    'mlflow.source.type': 'LOCAL',
  }
  const metrics = run.metrics.map(({ name, points }) => {
    const lines = points.map(({ at, value, step }) => `${at} ${number(value)} ${step}\n`)
    return [name, lines.join('')] as const
  })
  // A parameter is one line, and a metric without a line is refused.
  const params = Object.entries(run.params).map(
    ([name, value]) =>
      [name, value.replace(/\s*[\r\n]+\s*/g, ' ').slice(0, LONGEST_PARAM)] as const,
  )
  const texts = [
    ['meta.yaml', stringify(meta, forPython)] as const,
    ...placed('params', params),
    ...placed('tags', Object.entries(tags)),
    ...placed(
      'metrics',
      metrics.filter(([, text]) => text !== ''),
    ),
  ]
  for (const name of ['artifacts', 'metrics', 'params', 'tags']) {
    await mkdir(within(staging.folder, own, name), { recursive: true })
  }
  for (const [name, text] of texts) await put(staging, `${own}/${name}`, text)
  for (const { name, file } of run.artifacts) {
    await staging.copy(file, [own, 'artifacts', ...name.split('/').map(key)].join('/'))
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

/** Files of a folder by the names of what they hold; those that would be one file get a number. */
function placed(
  folder: string,
  entries: readonly (readonly [name: string, text: string])[],
): (readonly [file: string, text: string])[] {
  const taken = new Set<string>()
  return entries.map(([name, text]) => {
    const wanted = key(name)
    let file = wanted
    // Names that differ in capitals only are one file on some systems.
    for (let n = 2; taken.has(file.toLowerCase()); n++) file = `${wanted}_${n}`
    taken.add(file.toLowerCase())
    return [`${folder}/${file}`, text]
  })
}

/** Names may have letters, digits, `_ - .` and spaces, and `/`, which would make a folder. MLflow takes 250 of them. */
function key(name: string): string {
  const safe = name.normalize('NFC').replace(/[^\p{L}\p{N}_\-. ]/gu, '_')
  let short = [...safe].slice(0, LONGEST_NAME).join('')
  while (Buffer.byteLength(short) > LONGEST_NAME) short = [...short].slice(0, -1).join('')
  return short === '' || /^\.+$/.test(short) ? '_' : short
}

/** As Python's float() reads it. */
function number(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  return String(value)
}
