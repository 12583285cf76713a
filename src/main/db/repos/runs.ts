import type { RunConfig } from '../../../shared/config/run-config.ts'
import type { DatasetId, EvaluationId, RunId, StudyId } from '../../../shared/core/ids.ts'
import type { RunEnvironment } from '../../../shared/runs/run-record.ts'
import type { Headline, JobState, Run, RunMetrics } from '../../../shared/runs/run.ts'
import type { Db } from '../open.ts'

interface RunRow {
  readonly id: RunId
  readonly name: string
  readonly dataset_id: DatasetId
  readonly dataset_name: string
  readonly category: string
  readonly config: string
  readonly dataset_fingerprint: string
  readonly created_at: number
  readonly state: JobState | null
  readonly step: number | null
  readonly total_steps: number | null
  readonly last_loss: number | null
  readonly adapted: 0 | 1
  readonly evaluation_id: EvaluationId | null
  readonly seconds_per_image: number | null
  readonly best_loss: number | null
  readonly training_seconds: number | null
  readonly last_metrics: string | null
  readonly best_metrics: string | null
  readonly environment: string | null
  readonly study_id: StudyId | null
  readonly note: string
  readonly tags: string
  readonly favourite: 0 | 1
  readonly archived_at: number | null
  readonly trashed_at: number | null
}

/** What people change of a run; everything else is as it was computed. */
export interface RunChange {
  readonly name?: string | undefined
  readonly note?: string | undefined
  readonly favourite?: boolean | undefined
  readonly archivedAt?: number | null | undefined
  readonly trashedAt?: number | null | undefined
}

export interface NewRun {
  /** Only of a run that is built anew from its files. */
  readonly id?: RunId
  readonly name: string
  readonly datasetId: DatasetId
  readonly category: string
  readonly config: RunConfig
  readonly datasetFingerprint: string
  readonly appVersion: string
  readonly studyId?: StudyId | null
  readonly createdAt: number
}

function toHeadline(row: RunRow): Headline | null {
  if (row.evaluation_id === null) return null
  const { imageAuroc, pixelAuroc, auPro30 } = toMetrics(row.last_metrics)
  return {
    evaluationId: row.evaluation_id,
    imageAuroc: imageAuroc ?? null,
    pixelAuroc: pixelAuroc ?? null,
    auPro: auPro30 ?? null,
    secondsPerImage: row.seconds_per_image ?? 0,
  }
}

const toMetrics = (text: string | null) =>
  (text === null ? {} : JSON.parse(text)) as RunMetrics['last']

/** @param config the row's configuration, parsed; it never changes, so that it is parsed once */
function toRun(row: RunRow, config: RunConfig): Run {
  return {
    id: row.id,
    name: row.name,
    datasetId: row.dataset_id,
    datasetName: row.dataset_name,
    category: row.category,
    config,
    state: row.state ?? 'queued',
    datasetFingerprint: row.dataset_fingerprint,
    step: row.step ?? 0,
    totalSteps: row.total_steps ?? 0,
    lastLoss: row.last_loss,
    adapted: row.adapted === 1,
    createdAt: row.created_at,
    bestLoss: row.best_loss,
    trainingSeconds: row.training_seconds,
    headline: toHeadline(row),
    metrics: { last: toMetrics(row.last_metrics), best: toMetrics(row.best_metrics) },
    studyId: row.study_id,
    note: row.note,
    tags: JSON.parse(row.tags) as string[],
    favourite: row.favourite === 1,
    archived: row.archived_at !== null,
    trashedAt: row.trashed_at,
  }
}

/** Figures of whole categories as a JSON object by name. Higher is better for each of them. */
const LAST_METRICS = `
  (SELECT json_group_object(name, value) FROM category_metric
    WHERE evaluation_id = evaluation.id AND defect_type IS NULL)`
const BEST_METRICS = `
  (SELECT json_group_object(name, best) FROM
    (SELECT name, max(value) AS best FROM evaluation AS finished
      JOIN category_metric ON category_metric.evaluation_id = finished.id AND defect_type IS NULL
      WHERE finished.run_id = run.id AND finished.finished_at IS NOT NULL GROUP BY name))`

/** A run with its newest training job, or its task at a place, and its newest finished evaluation. */
const SELECT = `
  SELECT run.*, dataset.name AS dataset_name, coalesce(job.state, task.state) AS state,
    coalesce(job.done, task.steps) AS step, coalesce(job.total, task.total_steps) AS total_steps, loss.last_value AS last_loss, loss.min_value AS best_loss,
    nullif(job.seconds_spent, 0) AS training_seconds,
    EXISTS (SELECT 1 FROM checkpoint WHERE run_id = run.id AND kind = 'features') AS adapted,
    evaluation.id AS evaluation_id, evaluation.seconds_per_image AS seconds_per_image,
    ${LAST_METRICS} AS last_metrics, ${BEST_METRICS} AS best_metrics,
    (SELECT json_group_array(tag) FROM run_tag WHERE run_id = run.id) AS tags
  FROM run JOIN dataset ON dataset.id = run.dataset_id
  LEFT JOIN metric_summary AS loss ON loss.run_id = run.id AND loss.name = 'loss'
  LEFT JOIN task ON task.run_id = run.id
  LEFT JOIN job ON job.id =
    (SELECT max(id) FROM job WHERE run_id = run.id AND kind = 'train')
  LEFT JOIN evaluation ON evaluation.id =
    (SELECT id FROM evaluation WHERE run_id = run.id AND finished_at IS NOT NULL
      ORDER BY id DESC LIMIT 1)`

/** Runs: one trained model of one category each. */
export function createRunsRepo(db: Db) {
  const configs = new Map<RunId, RunConfig>()
  const all = db.prepare<[], RunRow>(
    `${SELECT} WHERE trashed_at IS NULL AND run.id NOT IN (SELECT run_id FROM incoming_run)
     ORDER BY run.id DESC`,
  )
  const trashed = db.prepare<[], RunRow>(
    `${SELECT} WHERE trashed_at IS NOT NULL ORDER BY trashed_at DESC, run.id DESC`,
  )
  const ofStudy = db.prepare<[number], RunRow>(`${SELECT} WHERE run.study_id = ? ORDER BY run.id`)
  const one = db.prepare<[number], RunRow>(`${SELECT} WHERE run.id = ?`)
  const insert = db.prepare(
    `INSERT INTO run (id, name, dataset_id, category, config, seed, dataset_fingerprint, app_version,
       study_id, created_at, changed_at)
     VALUES (@id, @name, @datasetId, @category, @config, @seed, @datasetFingerprint, @appVersion,
       @studyId, @createdAt, @createdAt)`,
  )
  const setEnvironment = db.prepare(
    'UPDATE run SET tensorflow = ?, device = ?, environment = ? WHERE id = ?',
  )
  const environment = db.prepare<[number], { environment: string | null }>(
    'SELECT environment FROM run WHERE id = ?',
  )
  const change = db.prepare(
    `UPDATE run SET name = coalesce(@name, name), note = coalesce(@note, note),
       favourite = coalesce(@favourite, favourite),
       archived_at = iif(@archives, @archivedAt, archived_at),
       trashed_at = iif(@trashes, @trashedAt, trashed_at), changed_at = @now WHERE id = @id`,
  )
  const addTag = db.prepare('INSERT OR IGNORE INTO run_tag (run_id, tag) VALUES (?, ?)')
  const removeTag = db.prepare('DELETE FROM run_tag WHERE run_id = ? AND tag = ?')
  const touch = db.prepare('UPDATE run SET changed_at = ? WHERE id = ?')
  const stamp = db.prepare<[], { runs: number; newest: number | null; changed: number | null }>(
    'SELECT count(*) AS runs, max(id) AS newest, max(changed_at) AS changed FROM run',
  )
  const has = db.prepare<[number], unknown>('SELECT 1 FROM run WHERE id = ?')
  const named = db.prepare<[string], unknown>('SELECT 1 FROM run WHERE name = ?')
  const remove = db.prepare('DELETE FROM run WHERE id = ?')
  const ofDataset = db.prepare<[number], { kept: number; trashed: number }>(
    `SELECT count(*) FILTER (WHERE trashed_at IS NULL) AS kept, count(trashed_at) AS trashed
     FROM run WHERE dataset_id = ?`,
  )

  function toRunOnce(row: RunRow): Run {
    const known = configs.get(row.id)
    const config = known ?? (JSON.parse(row.config) as RunConfig)
    if (!known) configs.set(row.id, config)
    return toRun(row, config)
  }

  const previous = db.prepare<[number], { id: RunId }>(
    `SELECT earlier.id FROM run JOIN run AS earlier ON earlier.dataset_id = run.dataset_id
       AND earlier.category = run.category AND earlier.id < run.id AND earlier.trashed_at IS NULL
       AND earlier.id NOT IN (SELECT run_id FROM incoming_run)
     WHERE run.id = ? ORDER BY earlier.id DESC LIMIT 1`,
  )

  return {
    /** The run of the same category that was started before it. */
    previous: (id: RunId): RunId | null => previous.get(id)?.id ?? null,
    /** Newest first, without those in the trash. */
    list: (): readonly Run[] => all.all().map(toRunOnce),
    /** Those in the trash, the newest thrown away first. */
    trashed: (): readonly Run[] => trashed.all().map(toRunOnce),
    ofStudy: (id: StudyId): readonly Run[] => ofStudy.all(id).map(toRunOnce),
    /** Whether a run is called so, in the trash or not. */
    hasName: (name: string): boolean => named.get(name) !== undefined,
    get: (id: RunId): Run | null => {
      const row = one.get(id)
      return row ? toRunOnce(row) : null
    },
    /** Runs of a data set, and those of them that are in the trash. */
    countOfDataset: (id: DatasetId): { readonly kept: number; readonly trashed: number } =>
      ofDataset.get(id) ?? { kept: 0, trashed: 0 },
    insert: (run: NewRun): RunId => {
      const row = {
        ...run,
        id: run.id ?? null,
        config: JSON.stringify(run.config),
        seed: run.config.seed,
        studyId: run.studyId ?? null,
      }
      return Number(insert.run(row).lastInsertRowid) as RunId
    },
    /** Records what computed the run. */
    setEnvironment: (id: RunId, value: RunEnvironment): void =>
      void setEnvironment.run(value.tensorflow, value.device, JSON.stringify(value), id),
    environment: (id: RunId): RunEnvironment | null => {
      const text = environment.get(id)?.environment ?? null
      return text === null ? null : (JSON.parse(text) as RunEnvironment)
    },
    change: (id: RunId, changes: RunChange, now: number): void =>
      void change.run({
        id,
        now,
        name: changes.name ?? null,
        note: changes.note ?? null,
        favourite: changes.favourite === undefined ? null : Number(changes.favourite),
        archives: Number(changes.archivedAt !== undefined),
        archivedAt: changes.archivedAt ?? null,
        trashes: Number(changes.trashedAt !== undefined),
        trashedAt: changes.trashedAt ?? null,
      }),
    /** Adds and takes away tags. */
    tag: db.transaction(
      (id: RunId, add: readonly string[], drop: readonly string[], now: number): void => {
        for (const name of add) addTag.run(id, name)
        for (const name of drop) removeTag.run(id, name)
        touch.run(now, id)
      },
    ),
    /** Differs after a run was added, removed or changed by hand, in whichever process. */
    stamp: (): string => JSON.stringify(stamp.get()),
    has: (id: number): boolean => has.get(id) !== undefined,
    remove: (id: RunId): void => {
      remove.run(id)
      configs.delete(id)
    },
  }
}
