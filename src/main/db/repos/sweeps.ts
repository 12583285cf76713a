import type { ReconstructionSettings } from '../../../shared/config/run-config.ts'
import type { SweepSpec } from '../../../shared/config/sweep-spec.ts'
import type { JobId, RunId } from '../../../shared/core/ids.ts'
import type { MetricRow } from '../../../shared/evaluation/evaluation.ts'
import type { ImageMeasure } from '../../../shared/maps/sweep.ts'
import type { ComputedMap } from '../../../shared/processes/engine.ts'
import type { Db } from '../open.ts'

/** All that maps depend on besides the image. */
export interface CellKey {
  readonly unetSha256: string
  readonly features: string
  readonly reconstruction: ReconstructionSettings
  readonly blurSigma: number
  readonly batch: number
}

export interface StoredCell {
  readonly id: number
  readonly unetSha256: string
  readonly reconstruction: ReconstructionSettings
}

export interface StoredMap {
  readonly id: number
  readonly key: string
  readonly maxFeature: number
  readonly maxPixel: number
  readonly milliseconds: number
  readonly bytes: number
}

/** What a measure was taken with. */
export interface MeasureKey {
  readonly mapId: number
  readonly mask: string
  readonly weight: number
  readonly crop: boolean
}

/** Sweeps and what they computed. */
export function createSweepsRepo(db: Db) {
  const insert = db.prepare(
    'INSERT INTO sweep (run_id, job_id, spec, created_at) VALUES (?, ?, ?, ?)',
  )
  const ofJob = db.prepare<[number], { spec: string }>('SELECT spec FROM sweep WHERE job_id = ?')
  const newest = db.prepare<[number], { spec: string }>(
    'SELECT spec FROM sweep WHERE run_id = ? ORDER BY id DESC LIMIT 1',
  )
  const putCell = db.prepare(
    `INSERT OR IGNORE INTO sweep_cell (unet_sha256, features, reconstruction, blur_sigma, batch)
     VALUES (@unetSha256, @features, @reconstruction, @blurSigma, @batch)`,
  )
  const cell = db.prepare<[object], { id: number }>(
    `SELECT id FROM sweep_cell WHERE unet_sha256 = @unetSha256 AND features = @features
       AND reconstruction = @reconstruction AND blur_sigma = @blurSigma AND batch = @batch`,
  )
  const cells = db.prepare<[object], { id: number; unet_sha256: string; reconstruction: string }>(
    `SELECT id, unet_sha256, reconstruction FROM sweep_cell
     WHERE features = @features AND blur_sigma = @blurSigma AND batch = @batch
       AND unet_sha256 IN (SELECT value FROM json_each(@unets)) ORDER BY id`,
  )
  const maps = db.prepare<
    [number],
    {
      id: number
      image_key: string
      max_feature: number
      max_pixel: number
      milliseconds: number
      bytes: number
    }
  >(
    `SELECT id, image_key, max_feature, max_pixel, milliseconds, bytes FROM sweep_map
     WHERE cell_id = ?`,
  )
  const putMap = db.prepare(
    `INSERT INTO sweep_map (cell_id, image_key, max_feature, max_pixel, milliseconds, bytes, sha256)
     VALUES (@cellId, @key, @feature, @pixel, @milliseconds, @bytes, @sha256)
     ON CONFLICT (cell_id, image_key) DO UPDATE SET max_feature = excluded.max_feature,
       max_pixel = excluded.max_pixel, milliseconds = excluded.milliseconds,
       bytes = excluded.bytes, sha256 = excluded.sha256`,
  )
  const measure = db.prepare<
    [object],
    {
      score: number
      inside_max: number | null
      inside_mean: number | null
      outside_max: number | null
      outside_mean: number | null
    }
  >(
    `SELECT score, inside_max, inside_mean, outside_max, outside_mean FROM sweep_measure
     WHERE map_id = @mapId AND mask = @mask AND weight = @weight AND crop = @crop`,
  )
  const putMeasure = db.prepare(
    `INSERT OR REPLACE INTO sweep_measure (map_id, mask, weight, crop, score, inside_max,
       inside_mean, outside_max, outside_mean)
     VALUES (@mapId, @mask, @weight, @crop, @score, @insideMax, @insideMean, @outsideMax,
       @outsideMean)`,
  )
  const figure = db.prepare<[string], { metrics: string }>(
    'SELECT metrics FROM sweep_figure WHERE digest = ?',
  )
  const putFigure = db.prepare(
    'INSERT OR REPLACE INTO sweep_figure (digest, metrics) VALUES (?, ?)',
  )
  const distances = db.prepare<[string, string], { image_key: string; distance: number }>(
    'SELECT image_key, distance FROM sweep_distance WHERE features = ? AND bank = ?',
  )
  const putDistance = db.prepare(
    `INSERT OR REPLACE INTO sweep_distance (features, bank, image_key, distance)
     VALUES (?, ?, ?, ?)`,
  )
  const row = (key: CellKey) => ({ ...key, reconstruction: JSON.stringify(key.reconstruction) })

  return {
    insert: (runId: RunId, jobId: JobId, spec: SweepSpec, createdAt: number): void =>
      void insert.run(runId, jobId, JSON.stringify(spec), createdAt),
    ofJob: (jobId: JobId): SweepSpec | null => parsed<SweepSpec>(ofJob.get(jobId)?.spec),
    newest: (runId: RunId): SweepSpec | null => parsed<SweepSpec>(newest.get(runId)?.spec),
    /** The cell's id, made when it is new. */
    cell: (key: CellKey): number => {
      putCell.run(row(key))
      return cell.get(row(key))!.id
    },
    /** The cell's id; null when nothing was ever computed for it. */
    findCell: (key: CellKey): number | null => cell.get(row(key))?.id ?? null,
    /** Cells of any of the U-Nets. */
    cells: (
      unets: readonly string[],
      { features, blurSigma, batch }: Omit<CellKey, 'unetSha256' | 'reconstruction'>,
    ): readonly StoredCell[] =>
      cells
        .all({ unets: JSON.stringify(unets), features, blurSigma, batch })
        .map(({ id, unet_sha256, reconstruction }) => ({
          id,
          unetSha256: unet_sha256,
          reconstruction: JSON.parse(reconstruction) as ReconstructionSettings,
        })),
    /** Maps of a cell by image key. */
    maps: (cellId: number): ReadonlyMap<string, StoredMap> =>
      new Map(
        maps.all(cellId).map((map) => [
          map.image_key,
          {
            id: map.id,
            key: map.image_key,
            maxFeature: map.max_feature,
            maxPixel: map.max_pixel,
            milliseconds: map.milliseconds,
            bytes: map.bytes,
          },
        ]),
      ),
    putMap: ({
      setId: cellId,
      key,
      maxima,
      milliseconds,
      maps: { bytes, sha256 },
    }: ComputedMap): void =>
      void putMap.run({ cellId, key, ...maxima, milliseconds, bytes, sha256 }),
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
    figure: (digest: string): readonly MetricRow[] | null =>
      parsed<readonly MetricRow[]>(figure.get(digest)?.metrics),
    putFigure: (digest: string, metrics: readonly MetricRow[]): void =>
      void putFigure.run(digest, JSON.stringify(metrics)),
    distances: (features: string, bank: string): ReadonlyMap<string, number> =>
      new Map(distances.all(features, bank).map((found) => [found.image_key, found.distance])),
    putDistance: (features: string, bank: string, key: string, distance: number): void =>
      void putDistance.run(features, bank, key, distance),
  }
}

function parsed<Value>(text: string | undefined): Value | null {
  return text === undefined ? null : (JSON.parse(text) as Value)
}
