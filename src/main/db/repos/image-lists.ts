import type { EvaluationId, ImageId } from '../../../shared/core/ids.ts'
import type {
  FilterSet,
  ImageFilter,
  ImageQuery,
  ListedImage,
} from '../../../shared/ipc/routes/images.ts'
import type { ImageSort } from '../../../shared/datasets/image-sorts.ts'
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

/** What a set of a filter looks at. The plus signs keep the index that gives the order. */
const looked: Readonly<Record<FilterSet, string>> = {
  splits: '+image.split',
  defectTypes: '+image.defect_type',
  verdicts: '+image.verdict',
  labels: '+image.label',
  causes: 'cause.value',
  maskStatuses: `CASE WHEN image.mask_number = 0 THEN 'original' WHEN image.mask_number > 0 THEN 'corrected'
    WHEN image.anomalous THEN 'missing' ELSE 'none' END`,
  fileStates: '+image.file_state',
}
const CAUSES = `review, json_each(review.causes) AS cause
  WHERE review.id = (SELECT max(id) FROM review WHERE image_id = image.id)`

/** Conditions by the filter's keys. */
const conditions: Readonly<Record<keyof ImageFilter, string>> = {
  category: 'image.category = @category',
  splits: inList(looked.splits, 'splits'),
  defectTypes: inList(looked.defectTypes, 'defectTypes'),
  anomalous: 'image.anomalous = @anomalous',
  verdicts: inList(looked.verdicts, 'verdicts'),
  labels: inList(looked.labels, 'labels'),
  causes: `EXISTS (SELECT 1 FROM ${CAUSES} AND ${inList(looked.causes, 'causes')})`,
  maskStatuses: inList(looked.maskStatuses, 'maskStatuses'),
  fileStates: inList(looked.fileStates, 'fileStates'),
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

/** The images of a query as `FROM … WHERE …`, and what is bound to it. Lists are bound as JSON. */
function imagesOf(query: ImageQuery): { images: string; values: Record<string, unknown> } {
  const { datasetId, filter, sort, evaluationId, baselineId } = query
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
  return { images: `${from} WHERE ${where.join(' AND ')}`, values }
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
      const { images, values } = imagesOf(query)
      const order = orders[query.sort].map(
        (column) => `${column} ${query.descending ? 'DESC' : 'ASC'}`,
      )
      const sql = `SELECT image.id ${images} ORDER BY ${order.join(', ')}`
      return db.prepare<[object], ImageId>(sql).pluck().all(values)
    },
    /** Images by each value of a set, whatever the query's filter asks of that set. */
    counts: (query: ImageQuery, key: FilterSet): Readonly<Record<string, number>> => {
      const { images, values } = imagesOf({
        ...query,
        filter: { ...query.filter, [key]: undefined },
      })
      const counted =
        key === 'causes'
          ? `FROM (SELECT image.id ${images}) AS image, ${CAUSES}`
          : `${images} AND ${looked[key]} IS NOT NULL`
      const sql = `SELECT ${looked[key]} AS value, count(*) AS count ${counted} GROUP BY value`
      const rows = db.prepare<[object], { value: string; count: number }>(sql).all(values)
      return Object.fromEntries(rows.map(({ value, count }) => [value, count]))
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
