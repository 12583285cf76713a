import type { RunConfig } from '../../../shared/config/run-config.ts'
import type { DatasetId, EvaluationId, RunId } from '../../../shared/domain/ids.ts'
import type { Headline, JobState, Run } from '../../../shared/domain/run.ts'
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
  readonly image_auroc: number | null
  readonly pixel_auroc: number | null
  readonly au_pro: number | null
}

export interface NewRun {
  readonly name: string
  readonly datasetId: DatasetId
  readonly category: string
  readonly config: RunConfig
  readonly datasetFingerprint: string
  readonly appVersion: string
  readonly createdAt: number
}

function toHeadline(row: RunRow): Headline | null {
  if (row.evaluation_id === null) return null
  return {
    evaluationId: row.evaluation_id,
    imageAuroc: row.image_auroc,
    pixelAuroc: row.pixel_auroc,
    auPro: row.au_pro,
    secondsPerImage: row.seconds_per_image ?? 0,
  }
}

function toRun(row: RunRow): Run {
  return {
    id: row.id,
    name: row.name,
    datasetId: row.dataset_id,
    datasetName: row.dataset_name,
    category: row.category,
    config: JSON.parse(row.config) as RunConfig,
    state: row.state ?? 'queued',
    datasetFingerprint: row.dataset_fingerprint,
    step: row.step ?? 0,
    totalSteps: row.total_steps ?? 0,
    lastLoss: row.last_loss,
    adapted: row.adapted === 1,
    createdAt: row.created_at,
    headline: toHeadline(row),
  }
}

const metric = (name: string) =>
  `(SELECT value FROM category_metric WHERE evaluation_id = evaluation.id
     AND name = '${name}' AND defect_type IS NULL)`

/** A run with its newest training job and its newest finished evaluation. */
const SELECT = `
  SELECT run.*, dataset.name AS dataset_name, job.state AS state, job.done AS step,
    job.total AS total_steps,
    (SELECT value FROM metric_point WHERE run_id = run.id AND name = 'loss'
      ORDER BY step DESC LIMIT 1) AS last_loss,
    EXISTS (SELECT 1 FROM checkpoint WHERE run_id = run.id AND kind = 'features') AS adapted,
    evaluation.id AS evaluation_id, evaluation.seconds_per_image AS seconds_per_image,
    ${metric('imageAuroc')} AS image_auroc, ${metric('pixelAuroc')} AS pixel_auroc,
    ${metric('auPro30')} AS au_pro
  FROM run JOIN dataset ON dataset.id = run.dataset_id
  LEFT JOIN job ON job.id =
    (SELECT max(id) FROM job WHERE run_id = run.id AND kind = 'train')
  LEFT JOIN evaluation ON evaluation.id =
    (SELECT id FROM evaluation WHERE run_id = run.id AND finished_at IS NOT NULL
      ORDER BY finished_at DESC, id DESC LIMIT 1)`

/** Runs: one trained model of one category each. */
export function createRunsRepo(db: Db) {
  const all = db.prepare<[], RunRow>(`${SELECT} ORDER BY run.id DESC`)
  const one = db.prepare<[number], RunRow>(`${SELECT} WHERE run.id = ?`)
  const insert = db.prepare(
    `INSERT INTO run (name, dataset_id, category, config, seed, dataset_fingerprint, app_version,
       created_at)
     VALUES (@name, @datasetId, @category, @config, @seed, @datasetFingerprint, @appVersion,
       @createdAt)`,
  )
  const setEngine = db.prepare('UPDATE run SET tensorflow = ?, device = ? WHERE id = ?')
  const remove = db.prepare('DELETE FROM run WHERE id = ?')
  const ofDataset = db.prepare<[number], { total: number }>(
    'SELECT count(*) AS total FROM run WHERE dataset_id = ?',
  )
  return {
    list: (): readonly Run[] => all.all().map(toRun),
    get: (id: RunId): Run | null => {
      const row = one.get(id)
      return row ? toRun(row) : null
    },
    countOfDataset: (id: DatasetId): number => ofDataset.get(id)?.total ?? 0,
    insert: (run: NewRun): RunId => {
      const row = { ...run, config: JSON.stringify(run.config), seed: run.config.seed }
      return Number(insert.run(row).lastInsertRowid) as RunId
    },
    /** Records what computed the run. */
    setEngine: (id: RunId, tensorflow: string, device: string): void =>
      void setEngine.run(tensorflow, device, id),
    remove: (id: RunId): void => void remove.run(id),
  }
}
