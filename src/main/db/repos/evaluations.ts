import type { EvaluationSettings } from '../../../shared/config/run-config.ts'
import { operatingSettingsSchema } from '../../../shared/runs/operating-point.ts'
import { decisionOf } from '../../../shared/evaluation/decide.ts'
import type {
  Calibration,
  Evaluation,
  MetricRow,
  NamedEvaluation,
} from '../../../shared/evaluation/evaluation.ts'
import type {
  CheckpointId,
  DatasetId,
  EvaluationId,
  ImageId,
  RunId,
} from '../../../shared/core/ids.ts'
import type { RunEnvironment } from '../../../shared/runs/run-record.ts'
import { including } from '../../../shared/metrics/bootstrap.ts'
import type { Db } from '../open.ts'

interface EvaluationRow {
  readonly id: EvaluationId
  readonly run_id: RunId
  readonly category: string
  readonly checkpoint_id: CheckpointId | null
  readonly settings: string
  readonly calibration: string | null
  readonly seconds_per_image: number
  readonly created_at: number
  readonly finished_at: number | null
  readonly operating_point_id: number | null
  readonly chosen_on: string | null
}

interface MetricTableRow {
  readonly defect_type: string | null
  readonly name: MetricRow['name']
  readonly value: number | null
  readonly low: number | null
  readonly high: number | null
}

export interface NewEvaluation {
  readonly runId: RunId
  readonly datasetId: DatasetId
  readonly category: string
  readonly settings: EvaluationSettings
  /** Test images that its T′ was chosen on. */
  readonly chosenOn?: readonly ImageId[] | undefined
  readonly createdAt: number
}

/** Evaluations and their figures. */
export function createEvaluationsRepo(db: Db) {
  const one = db.prepare<[number], EvaluationRow>('SELECT * FROM evaluation WHERE id = ?')
  const all = db.prepare<[], EvaluationRow>('SELECT * FROM evaluation ORDER BY id DESC')
  const ofRun = db.prepare<[number], EvaluationRow>(
    'SELECT * FROM evaluation WHERE run_id = ? ORDER BY id DESC',
  )
  const ofCategory = db.prepare<[number, string], NamedEvaluation>(
    `SELECT evaluation.id, run.name AS run, evaluation.created_at AS createdAt
     FROM evaluation JOIN run ON run.id = evaluation.run_id
     WHERE evaluation.dataset_id = ? AND evaluation.category = ? AND finished_at IS NOT NULL
       AND trashed_at IS NULL ORDER BY evaluation.id DESC`,
  )
  const latest = db.prepare<[number], EvaluationRow>(
    `SELECT evaluation.* FROM category JOIN evaluation ON evaluation.id =
       (SELECT id FROM evaluation WHERE dataset_id = category.dataset_id
          AND category = category.name AND finished_at IS NOT NULL
        ORDER BY id DESC LIMIT 1)
     WHERE category.dataset_id = ? ORDER BY category.name`,
  )
  const decision = db.prepare<[number], { settings: string }>(
    'SELECT settings FROM operating_point WHERE id = ? AND deleted_at IS NULL',
  )
  const metrics = db.prepare<[number], MetricTableRow>(
    'SELECT defect_type, name, value, low, high FROM category_metric WHERE evaluation_id = ? ORDER BY id',
  )
  const insert = db.prepare(
    `INSERT INTO evaluation (run_id, dataset_id, category, settings, chosen_on, created_at)
     VALUES (@runId, @datasetId, @category, @settings, @chosenOn, @createdAt)`,
  )
  const setCheckpoints = db.prepare(
    'UPDATE evaluation SET checkpoint_id = ?, features_checkpoint_id = ? WHERE id = ?',
  )
  const features = db.prepare<[number], { id: CheckpointId | null }>(
    'SELECT features_checkpoint_id AS id FROM evaluation WHERE id = ?',
  )
  const setEnvironment = db.prepare('UPDATE evaluation SET environment = ? WHERE id = ?')
  const environment = db.prepare<[number], { environment: string | null }>(
    'SELECT environment FROM evaluation WHERE id = ?',
  )
  const setCalibration = db.prepare('UPDATE evaluation SET calibration = ? WHERE id = ?')
  const finish = db.prepare(
    'UPDATE evaluation SET finished_at = ?, seconds_per_image = ? WHERE id = ?',
  )
  const clearMetrics = db.prepare('DELETE FROM category_metric WHERE evaluation_id = ?')
  const insertMetric = db.prepare(
    `INSERT INTO category_metric (evaluation_id, defect_type, name, value, low, high)
     VALUES (?, ?, ?, ?, ?, ?)`,
  )
  const remove = db.prepare('DELETE FROM evaluation WHERE id = ?')

  function toEvaluation(row: EvaluationRow): Evaluation {
    const point = row.operating_point_id === null ? null : decision.get(row.operating_point_id)
    const decided = point && decisionOf(operatingSettingsSchema.parse(JSON.parse(point.settings)))
    return {
      ...(decided && { decision: decided }),
      ...(row.chosen_on !== null && { chosenOn: JSON.parse(row.chosen_on) as ImageId[] }),
      id: row.id,
      runId: row.run_id,
      category: row.category,
      checkpointId: row.checkpoint_id,
      settings: JSON.parse(row.settings) as EvaluationSettings,
      createdAt: row.created_at,
      finishedAt: row.finished_at,
      secondsPerImage: row.seconds_per_image,
      calibration: row.calibration === null ? null : (JSON.parse(row.calibration) as Calibration),
      metrics: metrics.all(row.id).map(({ defect_type: defectType, name, value, low, high }) => ({
        defectType,
        name,
        value,
        // Earlier versions counted resamples in bins, which could leave a figure beside its interval.
        ...(low !== null && high !== null && { interval: including({ low, high }, value ?? low) }),
      })),
    }
  }

  return {
    get: (id: EvaluationId): Evaluation | null => {
      const row = one.get(id)
      return row ? toEvaluation(row) : null
    },
    list: (runId?: RunId): readonly Evaluation[] =>
      (runId === undefined ? all.all() : ofRun.all(runId)).map(toEvaluation),
    /** The newest finished evaluation of each category. */
    latest: (datasetId: DatasetId): readonly Evaluation[] =>
      latest.all(datasetId).map(toEvaluation),
    insert: (evaluation: NewEvaluation): EvaluationId => {
      const { settings, chosenOn } = evaluation
      const row = {
        ...evaluation,
        settings: JSON.stringify(settings),
        chosenOn: chosenOn ? JSON.stringify(chosenOn) : null,
      }
      return Number(insert.run(row).lastInsertRowid) as EvaluationId
    },
    setCheckpoints: (id: EvaluationId, unet: CheckpointId, features: CheckpointId | null): void =>
      void setCheckpoints.run(unet, features, id),
    /** The adapted features that it was scored with; null: ImageNet's. */
    featuresCheckpoint: (id: EvaluationId): CheckpointId | null => features.get(id)?.id ?? null,
    /** Records what computed an evaluation. */
    setEnvironment: (id: EvaluationId, value: RunEnvironment): void =>
      void setEnvironment.run(JSON.stringify(value), id),
    environment: (id: EvaluationId): RunEnvironment | null => {
      const text = environment.get(id)?.environment ?? null
      return text === null ? null : (JSON.parse(text) as RunEnvironment)
    },
    setCalibration: (id: EvaluationId, calibration: Calibration): void =>
      void setCalibration.run(JSON.stringify(calibration), id),
    /** To be called inside a transaction. */
    finish: (
      id: EvaluationId,
      rows: readonly MetricRow[],
      secondsPerImage: number,
      finishedAt: number,
    ): void => {
      clearMetrics.run(id)
      for (const { defectType, name, value, interval } of rows) {
        const { low = null, high = null } = interval ?? {}
        insertMetric.run(id, defectType, name, value, low, high)
      }
      finish.run(finishedAt, secondsPerImage, id)
    },
    /** Finished ones of a category whose runs are not in the trash, the newest first. */
    ofCategory: (id: DatasetId, category: string): readonly NamedEvaluation[] =>
      ofCategory.all(id, category),
    remove: (id: EvaluationId): void => void remove.run(id),
  }
}
