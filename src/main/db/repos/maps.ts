import type { ReconstructionSettings } from '../../../shared/config/run-config.ts'
import type { SampleRange } from '../../../shared/datasets/sample-range.ts'
import type { EvaluationId, RunId } from '../../../shared/core/ids.ts'
import type { ImageMeasure } from '../../../shared/maps/sweep.ts'
import type { WrittenFile } from '../../../shared/processes/engine.ts'
import type { Db } from '../open.ts'

/** All that maps depend on besides the image. */
export interface MapKey {
  readonly method: string
  /** SHA-256 of the network's weights. */
  readonly weights: string
  /** SHA-256 of the adapted features, or the name of the frozen ones. */
  readonly features: string
  readonly settings: ReconstructionSettings
  readonly blurSigma: number
  readonly batch: number
  /** How images are read, where a user chose it after the import; see Reading. */
  readonly samples?: SampleRange | undefined
}

export interface MapSet {
  readonly id: number
  readonly weights: string
  readonly settings: ReconstructionSettings
  readonly samples?: SampleRange | undefined
}

/** Files are relative to the workspace. */
export interface NewMap {
  readonly setId: number
  readonly key: string
  /** Before the blur; null where unknown. */
  readonly maxima: { readonly feature: number; readonly pixel: number } | null
  readonly milliseconds: number
  readonly maps: WrittenFile
  readonly reconstruction: WrittenFile | null
}

export interface StoredMap extends NewMap {
  readonly id: number
}

/** What maps that no evaluation needs take, by set. */
export interface CachedSet {
  readonly id: number
  /** A run that has its weights; null when none has them any more. */
  readonly runId: RunId | null
  readonly maps: number
  readonly bytes: number
  readonly usedAt: number
}

/** What a measure was taken with. */
export interface MeasureKey {
  readonly mapId: number
  readonly mask: string
  readonly weight: number
  readonly crop: boolean
}

interface MapRow {
  readonly id: number
  readonly set_id: number
  readonly image_key: string
  readonly max_feature: number | null
  readonly max_pixel: number | null
  readonly milliseconds: number
  readonly file: string
  readonly bytes: number
  readonly sha256: string
  readonly picture_file: string | null
  readonly picture_bytes: number
  readonly picture_sha256: string
}

interface SetRow {
  readonly id: number
  readonly weights: string
  readonly settings: string
}

interface MeasureRow {
  readonly score: number
  readonly inside_max: number | null
  readonly inside_mean: number | null
  readonly outside_max: number | null
  readonly outside_mean: number | null
}

/** Maps that no evaluation has. */
const FREE = 'NOT EXISTS (SELECT 1 FROM image_result WHERE map_id = map.id)'
const KEY = `method = @method AND weights = @weights AND features = @features AND settings = @settings
  AND blur_sigma = @blurSigma AND batch = @batch`

/** The one store of maps, and what was measured on them. */
export function createMapsRepo(db: Db) {
  const insertSet = db.prepare<[object], { id: number }>(
    `INSERT INTO map_set (method, weights, features, settings, blur_sigma, batch)
     VALUES (@method, @weights, @features, @settings, @blurSigma, @batch) RETURNING id`,
  )
  const findSet = db.prepare<[object], { id: number }>(
    `SELECT id FROM map_set WHERE ${KEY} AND evaluation_id IS NULL`,
  )
  const ownSet = db.prepare<[number], { id: number }>(
    'SELECT id FROM map_set WHERE evaluation_id = ?',
  )
  const insertOwn = db.prepare<[number], { id: number }>(
    `INSERT INTO map_set (method, weights, features, settings, blur_sigma, batch, evaluation_id)
     SELECT json_extract(run.config, '$.method'), coalesce(unet.sha256, ''),
       coalesce(features.sha256, 'frozen ' || json_extract(run.config, '$.extractor')),
       json_extract(evaluation.settings, '$.reconstruction'),
       json_extract(evaluation.settings, '$.scoring.blurSigma'),
       json_extract(run.config, '$.evaluationBatch'), evaluation.id
     FROM evaluation JOIN run ON run.id = evaluation.run_id
       LEFT JOIN checkpoint AS unet ON unet.id = evaluation.checkpoint_id
       LEFT JOIN checkpoint AS features ON features.id = evaluation.features_checkpoint_id
     WHERE evaluation.id = ? RETURNING id`,
  )
  const removeOwn = db.prepare('DELETE FROM map_set WHERE evaluation_id = ?')
  const sets = db.prepare<[object], SetRow>(
    `SELECT id, weights, settings FROM map_set
     WHERE evaluation_id IS NULL AND features = @features AND blur_sigma = @blurSigma AND batch = @batch
       AND weights IN (SELECT value FROM json_each(@weights)) ORDER BY id`,
  )
  const ofSet = db.prepare<[number], MapRow>('SELECT * FROM map WHERE set_id = ?')
  const put = db.prepare<[object], { id: number }>(
    `INSERT INTO map (set_id, image_key, max_feature, max_pixel, milliseconds, file, bytes, sha256,
       picture_file, picture_bytes, picture_sha256)
     VALUES (@setId, @key, @feature, @pixel, @milliseconds, @file, @bytes, @sha256, @pictureFile,
       @pictureBytes, @pictureSha256)
     ON CONFLICT (set_id, image_key) DO UPDATE SET max_feature = excluded.max_feature,
       max_pixel = excluded.max_pixel, milliseconds = excluded.milliseconds, file = excluded.file,
       bytes = excluded.bytes, sha256 = excluded.sha256, picture_file = excluded.picture_file,
       picture_bytes = excluded.picture_bytes, picture_sha256 = excluded.picture_sha256
     RETURNING id`,
  )
  const forgetMeasures = db.prepare('DELETE FROM map_measure WHERE map_id = ?')
  const touch = db.prepare(
    'UPDATE map_set SET used_at = ? WHERE id IN (SELECT value FROM json_each(?))',
  )
  const cached = db.prepare<
    [],
    { id: number; run_id: RunId | null; maps: number; bytes: number; used_at: number }
  >(
    `SELECT map_set.id, used_at, count(*) AS maps, sum(bytes + coalesce(picture_bytes, 0)) AS bytes,
       (SELECT run_id FROM checkpoint WHERE kind = 'unet' AND sha256 = weights
        ORDER BY id DESC LIMIT 1) AS run_id
     FROM map_set JOIN map ON map.set_id = map_set.id
     WHERE ${FREE} GROUP BY map_set.id ORDER BY used_at, map_set.id`,
  )
  const busy = db.prepare<[], { run_id: RunId }>(
    `SELECT DISTINCT run_id FROM job WHERE kind IN ('sweep', 'evaluate') AND run_id IS NOT NULL
       AND state IN ('queued', 'running', 'paused')`,
  )
  const removeFree = db.prepare<[string], { file: string; picture_file: string | null }>(
    `DELETE FROM map WHERE set_id IN (SELECT value FROM json_each(?)) AND ${FREE}
     RETURNING file, picture_file`,
  )
  const removeEmpty = db.prepare(
    `DELETE FROM map_set WHERE id IN (SELECT value FROM json_each(?))
       AND NOT EXISTS (SELECT 1 FROM map WHERE set_id = map_set.id)`,
  )
  const known = db.prepare<[], number>('SELECT id FROM map_set').pluck()
  const measure = db.prepare<[object], MeasureRow>(
    `SELECT score, inside_max, inside_mean, outside_max, outside_mean FROM map_measure
     WHERE map_id = @mapId AND mask = @mask AND weight = @weight AND crop = @crop`,
  )
  const putMeasure = db.prepare(
    `INSERT OR REPLACE INTO map_measure (map_id, mask, weight, crop, score, inside_max,
       inside_mean, outside_max, outside_mean)
     VALUES (@mapId, @mask, @weight, @crop, @score, @insideMax, @insideMean, @outsideMax,
       @outsideMean)`,
  )

  const row = ({ samples, ...key }: MapKey) => ({
    ...key,
    settings: JSON.stringify({ ...key.settings, samples }),
  })
  const find = (key: MapKey): number | null => findSet.get(row(key))?.id ?? null
  return {
    /** The set's id; null when nothing was ever computed for it. */
    find,
    /** The set's id, made when it is new. */
    set: (key: MapKey): number => find(key) ?? insertSet.get(row(key))!.id,
    /** The set of maps that only an evaluation has, made when it is new. */
    ownSet: (evaluationId: EvaluationId): number =>
      (ownSet.get(evaluationId) ?? insertOwn.get(evaluationId)!).id,
    /** Files of the maps that only an evaluation has, which are forgotten; its results are to be cleared before. */
    removeOwn: (evaluationId: EvaluationId): readonly string[] => {
      const id = ownSet.get(evaluationId)?.id
      const files = id === undefined ? [] : removeFree.all(JSON.stringify([id])).flatMap(filesOf)
      removeOwn.run(evaluationId)
      return files
    },
    /** The sets of any of the weights. */
    sets: (
      weights: readonly string[],
      { features, blurSigma, batch }: Pick<MapKey, 'features' | 'blurSigma' | 'batch'>,
    ): readonly MapSet[] =>
      sets
        .all({ weights: JSON.stringify(weights), features, blurSigma, batch })
        .map(({ settings: text, ...own }) => {
          const { samples, ...settings } = JSON.parse(text) as MapKey['settings'] &
            Pick<MapKey, 'samples'>
          return { ...own, settings, samples }
        }),
    /** Maps of a set by image key. */
    ofSet: (setId: number): ReadonlyMap<string, StoredMap> =>
      new Map(
        ofSet.all(setId).map((map) => [
          map.image_key,
          {
            id: map.id,
            setId: map.set_id,
            key: map.image_key,
            maxima:
              map.max_feature === null || map.max_pixel === null
                ? null
                : { feature: map.max_feature, pixel: map.max_pixel },
            milliseconds: map.milliseconds,
            maps: { file: map.file, bytes: map.bytes, sha256: map.sha256 },
            reconstruction:
              map.picture_file === null
                ? null
                : { file: map.picture_file, bytes: map.picture_bytes, sha256: map.picture_sha256 },
          },
        ]),
      ),
    put: ({ setId, key, maxima, milliseconds, maps, reconstruction }: NewMap): number => {
      const { id } = put.get({
        ...{ setId, key, milliseconds, ...maps },
        feature: maxima?.feature ?? null,
        pixel: maxima?.pixel ?? null,
        pictureFile: reconstruction?.file ?? null,
        pictureBytes: reconstruction?.bytes ?? null,
        pictureSha256: reconstruction?.sha256 ?? null,
      })!
      forgetMeasures.run(id)
      return id
    },
    touch: (ids: readonly number[], usedAt: number): void =>
      void touch.run(usedAt, JSON.stringify(ids)),
    /** Sets with maps that no evaluation has, used longest ago first. */
    cached: (): readonly CachedSet[] =>
      cached.all().map(({ run_id: runId, used_at: usedAt, ...set }) => ({ ...set, runId, usedAt })),
    /** Runs with a job that runs or waits and may need stored maps. */
    busyRuns: (): ReadonlySet<RunId> => new Set(busy.all().map(({ run_id }) => run_id)),
    /** Forgets the maps of sets that no evaluation has, with what was measured on them; the files are to be removed. */
    removeFree: (ids: readonly number[]): readonly string[] => {
      const text = JSON.stringify(ids)
      const files = removeFree.all(text).flatMap(filesOf)
      removeEmpty.run(text)
      return files
    },
    setIds: (): readonly number[] => known.all(),
    measure: (key: MeasureKey): ImageMeasure | null => {
      const found = measure.get({ ...key, crop: Number(key.crop) })
      return found
        ? {
            score: found.score,
            insideMax: found.inside_max,
            insideMean: found.inside_mean,
            outsideMax: found.outside_max,
            outsideMean: found.outside_mean,
          }
        : null
    },
    putMeasure: (key: MeasureKey, value: ImageMeasure): void =>
      void putMeasure.run({ ...key, crop: Number(key.crop), ...value }),
  }
}

const filesOf = ({ file, picture_file }: { file: string; picture_file: string | null }) =>
  picture_file === null ? [file] : [file, picture_file]
