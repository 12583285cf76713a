import type { EvaluationId, ImageResultId, MaskVersionId } from '../../../shared/core/ids.ts'
import type { Overlap } from '../../../shared/metrics/overlap.ts'
import type { Db } from '../open.ts'

/** A result whose overlap has not been computed for its maps, its mask in force and the threshold. */
export interface StaleOverlap {
  readonly id: ImageResultId
  readonly anomalous: 0 | 1
  readonly defectType: string
  readonly maskVersionId: MaskVersionId | null
  readonly maps: string
  readonly mapsSha256: string
  readonly ratio: number
}

/** How far maps over the threshold and masks agree, result by result. */
export function createImageOverlapsRepo(db: Db) {
  const stale = db.prepare<[object], StaleOverlap>(
    `SELECT result.id, image.anomalous, image.defect_type AS defectType,
       image.mask_id AS maskVersionId, map.file AS maps,
       map.sha256 AS mapsSha256, result.ratio
     FROM image_result AS result CROSS JOIN image ON image.id = result.image_id
       JOIN map ON map.id = result.map_id
       LEFT JOIN image_overlap AS overlap ON overlap.image_result_id = result.id
     WHERE result.evaluation_id = @evaluationId AND (overlap.image_result_id IS NULL
       OR overlap.threshold <> @threshold OR overlap.maps_sha256 <> map.sha256
       OR overlap.mask_version_id IS NOT image.mask_id)`,
  )
  const put = db.prepare(
    `INSERT OR REPLACE INTO image_overlap (image_result_id, maps_sha256, mask_version_id, threshold,
       area, disagreement, difference)
     VALUES (@id, @mapsSha256, @maskVersionId, @threshold, @area, @disagreement, @difference)`,
  )
  return {
    stale: (evaluationId: EvaluationId, threshold: number): readonly StaleOverlap[] =>
      stale.all({ evaluationId, threshold }),
    put: (
      { id, mapsSha256, maskVersionId }: StaleOverlap,
      threshold: number,
      overlap: Overlap,
    ): void => void put.run({ id, mapsSha256, maskVersionId, threshold, ...overlap }),
  }
}
