import type { ImageResult } from '../../../shared/evaluation/evaluation.ts'
import type {
  EvaluationId,
  ImageId,
  ImageResultId,
  MaskVersionId,
} from '../../../shared/core/ids.ts'
import type { MaskUsed } from '../../../shared/runs/run-record.ts'
import type { Db } from '../open.ts'
import type { createMapsRepo } from './maps.ts'

interface ResultRow {
  readonly id: ImageResultId
  readonly evaluation_id: EvaluationId
  readonly image_id: ImageId
  readonly mask_version_id: MaskVersionId | null
  readonly path: string
  readonly defect_type: string
  readonly anomalous: 0 | 1
  readonly score: number
  readonly start_step: number
  readonly ratio: number
  readonly milliseconds: number
  readonly maps_file: string
  /** The mask version in force now. */
  readonly mask_id: MaskVersionId | null
}

export interface NewImageResult {
  readonly evaluationId: EvaluationId
  readonly imageId: ImageId
  readonly maskVersionId: MaskVersionId | null
  /** In the store of maps. */
  readonly mapId: number
  readonly score: number
  readonly startStep: number
  readonly ratio: number
  /** Hashes of the image and of its own mask files where they are not those of the import. */
  readonly imageSha256?: string | null
  readonly maskSha256?: string | null
}

/** A result whose maps were not made by the store, but imported with it. */
export interface ImportedResult extends Omit<NewImageResult, 'mapId'> {
  readonly milliseconds: number
  /** Relative to the workspace. */
  readonly mapsFile: string
  readonly mapsBytes: number
  readonly mapsSha256: string
  readonly reconstructionFile: string
  readonly reconstructionBytes: number
  readonly reconstructionSha256: string
}

function toResult(row: ResultRow): ImageResult {
  return {
    id: row.id,
    evaluationId: row.evaluation_id,
    imageId: row.image_id,
    maskVersionId: row.mask_version_id,
    path: row.path,
    defectType: row.defect_type,
    anomalous: row.anomalous === 1,
    score: row.score,
    startStep: row.start_step,
    ratio: row.ratio,
    milliseconds: row.milliseconds,
  }
}

const SELECT = `
  SELECT image_result.*, image.path, image.defect_type, image.anomalous, image.mask_id,
    map.milliseconds, map.file AS maps_file
  FROM image_result JOIN image ON image.id = image_result.image_id JOIN map ON map.id = map_id`

/** Scores of single images, with their maps. */
export function createImageResultsRepo(db: Db, maps: ReturnType<typeof createMapsRepo>) {
  const one = db.prepare<[number], ResultRow>(`${SELECT} WHERE image_result.id = ?`)
  const ofEvaluation = db.prepare<[number], ResultRow>(
    `${SELECT} WHERE evaluation_id = ? ORDER BY score DESC, image_result.id`,
  )
  const files = db.prepare<[number], { maps: string; reconstruction: string | null }>(
    `SELECT file AS maps, picture_file AS reconstruction FROM image_result JOIN map ON map.id = map_id
     WHERE image_result.id = ?`,
  )
  const masks = db.prepare<[number], MaskUsed>(
    `SELECT image.path AS image, image.id AS imageId, mask_version_id AS maskVersionId,
       mask_version.version AS version, coalesce(mask_version.sha256, mask_sha256) AS content
     FROM image_result JOIN image ON image.id = image_result.image_id
     LEFT JOIN mask_version ON mask_version.id = image_result.mask_version_id
     WHERE evaluation_id = ? ORDER BY image_result.image_id`,
  )
  const mean = db.prepare<[number], { milliseconds: number | null }>(
    `SELECT avg(milliseconds) AS milliseconds FROM image_result JOIN map ON map.id = map_id
     WHERE evaluation_id = ?`,
  )
  const clear = db.prepare('DELETE FROM image_result WHERE evaluation_id = ?')
  const upsert = db.prepare<[NewImageResult], { id: ImageResultId }>(
    `INSERT INTO image_result (evaluation_id, image_id, mask_version_id, map_id, score, start_step,
       ratio, image_sha256, mask_sha256)
     VALUES (@evaluationId, @imageId, @maskVersionId, @mapId, @score, @startStep, @ratio,
       coalesce(@imageSha256, (SELECT sha256 FROM image WHERE id = @imageId)),
       coalesce(@maskSha256, (SELECT group_concat(sha256, ' ' ORDER BY position)
         FROM image_mask_file WHERE image_id = @imageId)))
     ON CONFLICT (evaluation_id, image_id) DO UPDATE SET
       mask_version_id = excluded.mask_version_id, map_id = excluded.map_id,
       score = excluded.score, start_step = excluded.start_step, ratio = excluded.ratio,
       image_sha256 = excluded.image_sha256, mask_sha256 = excluded.mask_sha256
     RETURNING id`,
  )
  function put(result: NewImageResult): ImageResultId {
    const row = upsert.get({ imageSha256: null, maskSha256: null, ...result })
    if (!row) throw new Error('SQLite returned no id for an image result.')
    return row.id
  }

  return {
    get: (id: ImageResultId): ImageResult | null => {
      const row = one.get(id)
      return row ? toResult(row) : null
    },
    /** Highest score first. */
    list: (id: EvaluationId): readonly ImageResult[] => ofEvaluation.all(id).map(toResult),
    /** Highest score first, each with its maps, relative to the workspace, and the mask in force now. */
    stored: (id: EvaluationId) =>
      ofEvaluation.all(id).map((row) => ({
        result: toResult(row),
        maps: row.maps_file,
        maskInForce: row.mask_id,
      })),
    /** Files of a result, relative to the workspace. */
    files: (id: ImageResultId) => files.get(id) ?? null,
    /** The masks that an evaluation measured with. */
    masks: (id: EvaluationId): readonly MaskUsed[] => masks.all(id),
    meanMilliseconds: (id: EvaluationId): number => mean.get(id)?.milliseconds ?? 0,
    put,
    /** Records a result together with its maps, which only its evaluation has. */
    putImported: (result: ImportedResult): ImageResultId => {
      const { milliseconds, mapsFile, mapsBytes, mapsSha256, ...rest } = result
      const { reconstructionFile, reconstructionBytes, reconstructionSha256, ...own } = rest
      const mapId = maps.put({
        setId: maps.ownSet(own.evaluationId),
        key: `image ${own.imageId}`,
        maxima: null,
        milliseconds,
        maps: { file: mapsFile, bytes: mapsBytes, sha256: mapsSha256 },
        reconstruction: {
          ...{ file: reconstructionFile, bytes: reconstructionBytes },
          sha256: reconstructionSha256,
        },
      })
      return put({ ...own, mapId })
    },
    clear: (id: EvaluationId): void => void clear.run(id),
  }
}
