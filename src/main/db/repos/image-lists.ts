import type { EvaluationId, ImageId } from '../../../shared/core/ids.ts'
import type {
  ImageFilter,
  ImageQuery,
  ImageSort,
  ListedImage,
} from '../../../shared/ipc/routes/images.ts'
import type { Db } from '../open.ts'
import { toImage, type ImageRow } from './images.ts'

interface ListedRow extends ImageRow {
  readonly score: number | null
  readonly baseline_score: number | null
  readonly area: number | null
  readonly disagreement: number | null
}

const inList = (column: string, name: string) =>
  `${column} IN (SELECT value FROM json_each(@${name}))`

/** Conditions by the filter's keys. The plus signs keep the index that gives the order. */
const conditions: Readonly<Record<keyof ImageFilter, string>> = {
  category: 'image.category = @category',
  splits: inList('+image.split', 'splits'),
  defectTypes: inList('+image.defect_type', 'defectTypes'),
  anomalous: 'image.anomalous = @anomalous',
  verdicts: inList('+image.verdict', 'verdicts'),
  labels: inList('+image.label', 'labels'),
  causes: `EXISTS (SELECT 1 FROM review, json_each(review.causes) AS cause
    WHERE review.id = (SELECT max(id) FROM review WHERE image_id = image.id)
      AND ${inList('cause.value', 'causes')})`,
  maskStatuses: inList(
    `CASE WHEN image.mask_number = 0 THEN 'original' WHEN image.mask_number > 0 THEN 'corrected'
     WHEN image.anomalous THEN 'missing' ELSE 'none' END`,
    'maskStatuses',
  ),
  fileStates: inList('+image.file_state', 'fileStates'),
  minScore: 'result.score >= @minScore',
  maxScore: 'result.score <= @maxScore',
  text: 'instr(lower(image.path), lower(@text)) > 0',
}

const orders: Readonly<Record<ImageSort, readonly string[]>> = {
  name: ['image.category', 'image.split', 'image.defect_type', 'image.path'],
  score: ['result.score', 'result.id'],
  'score-change': ['result.score - baseline.score', 'result.id'],
  'anomaly-area': ['overlap.area', 'result.id'],
  surprise: ['overlap.disagreement', 'overlap.difference', 'result.id'],
}

const BASELINE = `JOIN image_result AS baseline
  ON baseline.evaluation_id = @baselineId AND baseline.image_id = image.id`
const OVERLAP = 'JOIN image_overlap AS overlap ON overlap.image_result_id = result.id'

/** Text of the statement for a query, and what is bound to it. Lists are bound as JSON. */
function statement(query: ImageQuery): { sql: string; values: Record<string, unknown> } {
  const { datasetId, filter, sort, descending, evaluationId, baselineId } = query
  const values: Record<string, unknown> = { datasetId }
  const where = ['image.dataset_id = @datasetId']
  for (const [key, value] of Object.entries(filter)) {
    if (value === undefined) continue
    where.push(conditions[key as keyof ImageFilter])
    values[key] = Array.isArray(value)
      ? JSON.stringify(value)
      : typeof value === 'boolean'
        ? Number(value)
        : value
  }
  let from = 'FROM image'
  if (sort !== 'name' || filter.minScore !== undefined || filter.maxScore !== undefined) {
    from = 'FROM image_result AS result CROSS JOIN image ON image.id = result.image_id'
    where.push('result.evaluation_id = @evaluationId')
    values['evaluationId'] = evaluationId ?? null
  }
  if (sort === 'score-change') {
    from += ` ${BASELINE}`
    values['baselineId'] = baselineId ?? null
  }
  if (sort === 'anomaly-area' || sort === 'surprise') from += ` ${OVERLAP}`
  const order = orders[sort].map((column) => `${column} ${descending ? 'DESC' : 'ASC'}`)
  return {
    sql: `SELECT image.id ${from} WHERE ${where.join(' AND ')} ORDER BY ${order.join(', ')}`,
    values,
  }
}

/** Ordered lists of images by filter and sort. */
export function createImageListsRepo(db: Db) {
  const page = db.prepare<[object], ListedRow>(
    `SELECT image.*, result.score, baseline.score AS baseline_score, overlap.area,
       overlap.disagreement
     FROM json_each(@images) AS wanted CROSS JOIN image ON image.id = wanted.value
       LEFT JOIN image_result AS result
         ON result.evaluation_id = @evaluationId AND result.image_id = image.id
       LEFT ${BASELINE} LEFT ${OVERLAP}
     ORDER BY wanted.key`,
  )
  return {
    /** Every image of a list, in its order. */
    ids: (query: ImageQuery): ImageId[] => {
      const { sql, values } = statement(query)
      return db.prepare<[object], ImageId>(sql).pluck().all(values)
    },
    /** What a list shows of images, in the order given; images that are gone are left out. */
    page: (
      images: readonly ImageId[],
      evaluationId: EvaluationId | undefined,
      baselineId: EvaluationId | undefined,
    ): readonly ListedImage[] =>
      page
        .all({
          images: JSON.stringify(images),
          evaluationId: evaluationId ?? null,
          baselineId: baselineId ?? null,
        })
        .map((row) => ({
          ...toImage(row),
          score: row.score,
          baselineScore: row.baseline_score,
          anomalyArea: row.area,
          disagreement: row.disagreement,
        })),
  }
}
