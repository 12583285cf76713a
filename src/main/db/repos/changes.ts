import type { EvaluationId, ImageId, ImageResultId, RunId } from '../../../shared/core/ids.ts'
import type { Db } from '../open.ts'

/** How far the tables were that rows are only added to. */
export interface Marks {
  readonly review: number
  readonly maskVersion: number
}

/**
 * What tells a process what another one has written: texts that differ after a change, and rows that were added.
 * All of it is read within a millisecond or two, also in large workspaces.
 */
export function createChangesRepo(db: Db) {
  const marks = db.prepare<[], Marks>(
    `SELECT coalesce((SELECT max(id) FROM review), 0) AS review,
       coalesce((SELECT max(id) FROM mask_version), 0) AS maskVersion`,
  )
  const reviewed = db
    .prepare<[number], ImageId>('SELECT DISTINCT image_id FROM review NOT INDEXED WHERE id > ?')
    .pluck()
  const corrected = db
    .prepare<[number], ImageId>(
      'SELECT DISTINCT image_id FROM mask_version NOT INDEXED WHERE id > ? AND version > 0',
    )
    .pluck()
  const results = db
    .prepare<[number, number], ImageResultId>(
      'SELECT id FROM image_result WHERE evaluation_id = ? AND id > ? ORDER BY id',
    )
    .pluck()
  const datasets = db
    .prepare<[], string>(
      `SELECT json_group_array(json_array(id, name, root, fingerprint, checked_at,
         (SELECT json_group_array(json_array(image.id, file_state)) FROM image
          WHERE dataset_id = dataset.id AND file_state <> 'ok'),
         (SELECT total(ignored) FROM file_change))) FROM dataset`,
    )
    .pluck()
  const evaluations = db.prepare<[], { id: EvaluationId; stamp: string }>(
    `SELECT evaluation.id, json_array(finished_at, operating_point_id, deleted_at) AS stamp
     FROM evaluation LEFT JOIN operating_point ON operating_point.id = operating_point_id`,
  )
  const operatingPoints = db.prepare<[], { id: RunId; stamp: string }>(
    `SELECT run_id AS id, json_group_array(json_array(operating_point.id, deleted_at,
       operating_point.id IS operating_point_id)) AS stamp
     FROM operating_point JOIN run ON run.id = run_id GROUP BY run_id`,
  )
  const maps = db.prepare<[], string>('SELECT json_array(count(*), max(id)) FROM map_set').pluck()

  return {
    marks: (): Marks => marks.get() ?? { review: 0, maskVersion: 0 },
    /** Images with a review that was added after a mark. */
    reviewedSince: ({ review }: Marks): readonly ImageId[] => reviewed.all(review),
    /** Images with a mask version that was added after a mark. */
    correctedSince: ({ maskVersion }: Marks): readonly ImageId[] => corrected.all(maskVersion),
    /** Results of an evaluation that were added after another one. */
    resultsSince: (id: EvaluationId, last: ImageResultId | 0): readonly ImageResultId[] =>
      results.all(id, last),
    /** Differs after data sets were added, removed, moved or checked, or their files found changed. */
    datasets: (): string => datasets.get() ?? '',
    /** Differs for an evaluation once it has ended or is decided by another operating point. */
    evaluations: (): ReadonlyMap<EvaluationId, string> =>
      new Map(evaluations.all().map(({ id, stamp }) => [id, stamp])),
    /** Differs for a run whose operating points, or the one in use, are others. */
    operatingPoints: (): ReadonlyMap<RunId, string> =>
      new Map(operatingPoints.all().map(({ id, stamp }) => [id, stamp])),
    /** Differs after maps at other settings were made, or removed. */
    maps: (): string => maps.get() ?? '',
  }
}
