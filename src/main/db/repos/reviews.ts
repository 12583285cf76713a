import type { DatasetId, ImageId } from '../../../shared/core/ids.ts'
import type {
  Cause,
  Label,
  Review,
  ReviewCount,
  ReviewCounts,
  Verdict,
} from '../../../shared/datasets/review.ts'
import type { ReviewPatch } from '../../../shared/ipc/routes/reviews.ts'
import type { Db } from '../open.ts'

interface ReviewRow {
  readonly image_id: ImageId
  readonly verdict: Verdict
  readonly label: Label | null
  readonly causes: string
  readonly note: string
  readonly created_at: number
}

function toReview(row: ReviewRow): Review {
  return {
    imageId: row.image_id,
    verdict: row.verdict,
    label: row.label,
    causes: JSON.parse(row.causes) as Cause[],
    note: row.note,
    createdAt: row.created_at,
  }
}

export interface ReviewedImage {
  readonly category: string
  readonly path: string
  readonly review: Review
}

/** The newest review of each image. */
const IN_FORCE = 'review.id = (SELECT max(id) FROM review WHERE image_id = image.id)'

/** Verdicts, labels and causes; rows are only ever added. */
export function createReviewsRepo(db: Db) {
  const add = db.prepare(
    `INSERT INTO review (image_id, change, verdict, label, causes, note, created_at)
     SELECT image.id, @change, coalesce(@verdict, review.verdict, 'not-reviewed'),
       iif(@setsLabel, @label, review.label), coalesce(@causes, review.causes, '[]'),
       coalesce(@note, review.note, ''), @createdAt
     FROM json_each(@images) AS wanted CROSS JOIN image ON image.id = wanted.value
       LEFT JOIN review ON ${IN_FORCE}`,
  )
  // Where the change is still in force, what was in force before it; where nothing was, the first state.
  const revert = db.prepare(
    `INSERT INTO review (image_id, change, verdict, label, causes, note, created_at)
     SELECT changed.image_id, @change, coalesce(earlier.verdict, 'not-reviewed'), earlier.label,
       coalesce(earlier.causes, '[]'), coalesce(earlier.note, ''), @createdAt
     FROM review AS changed LEFT JOIN review AS earlier ON earlier.id =
       (SELECT max(id) FROM review WHERE image_id = changed.image_id AND id < changed.id)
     WHERE changed.change = @undone AND changed.id =
       (SELECT max(id) FROM review WHERE image_id = changed.image_id)`,
  )
  const imagesOf = db.prepare<[string], { image_id: ImageId }>(
    'SELECT image_id FROM review WHERE change = ?',
  )
  const current = db.prepare<[string], ReviewRow>(
    `SELECT review.* FROM json_each(?) AS wanted CROSS JOIN image ON image.id = wanted.value
       JOIN review ON ${IN_FORCE}`,
  )
  const history = db.prepare<[number], ReviewRow>(
    'SELECT * FROM review WHERE image_id = ? ORDER BY id DESC',
  )
  const ofDataset = db.prepare<[number], ReviewRow & { category: string; path: string }>(
    `SELECT review.*, image.category, image.path FROM image JOIN review ON ${IN_FORCE}
     WHERE dataset_id = ? ORDER BY category, split, defect_type, path`,
  )
  const verdictCounts = db.prepare<[object], ReviewCount<Verdict>>(
    `SELECT category, defect_type AS defectType, verdict AS value, count(*) AS count FROM image
     WHERE dataset_id = @datasetId AND (@category IS NULL OR category = @category)
     GROUP BY verdict, category, defect_type ORDER BY category, defect_type, verdict`,
  )
  const causeCounts = db.prepare<[object], ReviewCount<Cause>>(
    `SELECT category, defect_type AS defectType, cause.value AS value, count(*) AS count
     FROM image JOIN review ON ${IN_FORCE}, json_each(review.causes) AS cause
     WHERE dataset_id = @datasetId AND (@category IS NULL OR category = @category)
     GROUP BY category, defect_type, cause.value ORDER BY category, defect_type, cause.value`,
  )

  return {
    /** Adds a review to each image; what the patch leaves out is taken from the one in force. */
    add: (change: string, images: readonly ImageId[], patch: ReviewPatch, createdAt: number) =>
      add.run({
        change,
        createdAt,
        images: JSON.stringify(images),
        verdict: patch.verdict ?? null,
        setsLabel: Number(patch.label !== undefined),
        label: patch.label ?? null,
        causes: patch.causes ? JSON.stringify(patch.causes) : null,
        note: patch.note ?? null,
      }).changes,
    /** Adds what was in force before a change, where nothing has been set since. */
    revert: (undone: string, change: string, createdAt: number): number =>
      revert.run({ undone, change, createdAt }).changes,
    imagesOf: (change: string): readonly ImageId[] =>
      imagesOf.all(change).map((row) => row.image_id),
    current: (images: readonly ImageId[]): readonly Review[] =>
      current.all(JSON.stringify(images)).map(toReview),
    /** The newest first. */
    history: (image: ImageId): readonly Review[] => history.all(image).map(toReview),
    /** Reviews in force of a data set's images, in the order of its images. */
    ofDataset: (id: DatasetId): readonly ReviewedImage[] =>
      ofDataset.all(id).map((row) => {
        const { category, path } = row
        return { category, path, review: toReview(row) }
      }),
    counts: (datasetId: DatasetId, category?: string): ReviewCounts => {
      const of = { datasetId, category: category ?? null }
      return { verdicts: verdictCounts.all(of), causes: causeCounts.all(of) }
    },
  }
}
