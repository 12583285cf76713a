import type { ChangedState } from '../../../shared/datasets/dataset.ts'
import type { DatasetId, EvaluationId, ImageId } from '../../../shared/core/ids.ts'
import type { FoundFile, RecordedFile } from '../../../shared/processes/background.ts'
import type { Db } from '../open.ts'
import { OWN_MASKS } from './mask-versions.ts'

/** A file of a data set: part 0 is the image, part n the mask file at position n − 1. */
export interface FilePart {
  readonly imageId: ImageId
  readonly part: number
}

export type StoredFile = RecordedFile & FilePart

/** What was last found of a file that is not as it was imported. */
export interface FileChange extends FilePart {
  readonly kind: 'missing' | 'unreadable' | 'changed'
  readonly message: string
  readonly bytes: number | null
  readonly modifiedAt: number | null
  readonly sha256: string | null
  readonly width: number | null
  readonly height: number | null
  readonly ignored: boolean
  /** Whether the content that was found can take the place of the imported one: a mask must keep fitting its image. */
  readonly acceptable: boolean
  /** Paths of the image and of the file. */
  readonly image: string
  readonly file: string
  readonly state: ChangedState
}

type ChangeRow = Omit<FileChange, 'ignored' | 'acceptable'> &
  Readonly<Record<'ignored' | 'acceptable', 0 | 1>>

const STATE = `CASE WHEN part = 0 THEN kind WHEN kind = 'missing' THEN 'mask-missing' ELSE 'mask-changed' END`

/** Images with their mask files, by id. */
const FILES = `
  SELECT id AS imageId, 0 AS part, path, bytes, modified_at AS modifiedAt, sha256, width, height,
    orientation
  FROM image WHERE %
  UNION ALL
  SELECT image.id, position + 1, file.path, file.bytes, file.modified_at, file.sha256, width, height,
    file.orientation
  FROM image JOIN image_mask_file AS file ON file.image_id = image.id WHERE %
  ORDER BY 1, 2`

/** Files of data sets as they were imported, and those that are no longer so. */
export function createFileChangesRepo(db: Db) {
  const filesOf = (condition: string) =>
    db.prepare<[object], StoredFile>(FILES.replaceAll('%', condition))
  const ofImages = filesOf('image.id IN (SELECT value FROM json_each(@images))')
  const ids = db
    .prepare<[number], ImageId>('SELECT id FROM image WHERE dataset_id = ? ORDER BY id')
    .pluck()
  const count = db
    .prepare<[number, number], number>(
      `SELECT (SELECT count(*) FROM image WHERE dataset_id = ?) +
         (SELECT count(*) FROM image JOIN image_mask_file ON image_id = image.id
           WHERE dataset_id = ?)`,
    )
    .pluck()
  const select = (condition: string) => `
    SELECT image_id AS imageId, part, kind, message, change.bytes, change.modified_at AS modifiedAt,
      change.sha256, ignored, image.path AS image,
      kind = 'changed' AND ((change.width = image.width AND change.height = image.height)
        OR (part = 0 AND mask_id IS NULL)) AS acceptable, change.width, change.height,
      iif(part = 0, image.path, (SELECT path FROM image_mask_file AS mask
        WHERE mask.image_id = image.id AND position = part - 1)) AS file, ${STATE} AS state
    FROM file_change AS change JOIN image ON image.id = change.image_id WHERE ${condition}`
  const ofDataset = db.prepare<[number, number], ChangeRow>(
    `${select('dataset_id = ?')} ORDER BY image.id, part LIMIT ?`,
  )
  const chosen = db.prepare<[object], ChangeRow>(
    `${select('image.id IN (SELECT value FROM json_each(@images))')} ORDER BY image.id, part`,
  )
  const counts = db.prepare<[number], { state: ChangedState; ignored: 0 | 1; total: number }>(
    `SELECT ${STATE} AS state, ignored, count(*) AS total
     FROM file_change JOIN image ON image.id = image_id WHERE dataset_id = ? GROUP BY 1, 2`,
  )
  // What a user ignores stays ignored until something else is found.
  const put = db.prepare(
    `INSERT INTO file_change (image_id, part, kind, message, bytes, modified_at, sha256, width, height)
     VALUES (@imageId, @part, @kind, @message, @bytes, @modifiedAt, @sha256, @width, @height)
     ON CONFLICT DO UPDATE SET kind = excluded.kind, message = excluded.message,
       bytes = excluded.bytes, modified_at = excluded.modified_at, sha256 = excluded.sha256,
       width = excluded.width, height = excluded.height,
       ignored = ignored AND kind = excluded.kind AND sha256 IS excluded.sha256`,
  )
  const clear = db.prepare('DELETE FROM file_change WHERE image_id = ? AND part = ?')
  const ignore = db.prepare(
    `UPDATE file_change SET ignored = @ignored
     WHERE image_id IN (SELECT value FROM json_each(@images))`,
  )
  const setImage = db.prepare(
    `UPDATE image SET path = @path, bytes = @bytes, modified_at = @modifiedAt, sha256 = @sha256,
       width = @width, height = @height WHERE id = @imageId`,
  )
  const setMask = db.prepare(
    `UPDATE image_mask_file SET path = @path, bytes = @bytes, modified_at = @modifiedAt,
       sha256 = @sha256 WHERE image_id = @imageId AND position = @part - 1`,
  )
  // The image's worst file that is not ignored; its own before its masks.
  const refresh = db.prepare(
    `UPDATE image SET file_state = coalesce((SELECT ${STATE} FROM file_change
       WHERE image_id = image.id AND NOT ignored ORDER BY part, kind DESC LIMIT 1), 'ok')
     WHERE id IN (SELECT value FROM json_each(@images))`,
  )
  // A mask version of the workspace does not depend on the data set's own files.
  const outdated = db
    .prepare<[object], number>(
      `SELECT count(*) FROM image_result AS result JOIN image ON image.id = result.image_id
       WHERE image.id IN (SELECT value FROM json_each(@images)) AND (image_sha256 <> image.sha256
         OR (mask_sha256 <> ${OWN_MASKS} AND mask_version_id =
           (SELECT id FROM mask_version WHERE image_id = image.id AND version = 0)))`,
    )
    .pluck()
  const contentChanged = db.prepare<[number], { imageId: ImageId; path: string }>(
    `SELECT image.id AS imageId, image.path FROM image_result JOIN image ON image.id = image_id
     JOIN dataset ON dataset.id = image.dataset_id
     LEFT JOIN map ON map.id = map_id LEFT JOIN map_set ON map_set.id = map.set_id
     WHERE image_result.evaluation_id = ? AND (image_sha256 <> image.sha256
       OR json_extract(map_set.settings, '$.samples') IS NOT json_extract(dataset.reading, '$.samples'))
     ORDER BY image.path`,
  )
  const forgetOverlaps = db.prepare(
    `DELETE FROM image_overlap WHERE image_result_id IN (SELECT id FROM image_result
       WHERE image_id IN (SELECT value FROM json_each(@images)))`,
  )
  const toChange = (row: ChangeRow): FileChange => ({
    ...row,
    ignored: row.ignored === 1,
    acceptable: row.acceptable === 1,
  })
  const asList = (images: readonly ImageId[]) => ({ images: JSON.stringify(images) })

  return {
    /** Images of a data set by id, the order in which files are checked. */
    images: (id: DatasetId): readonly ImageId[] => ids.all(id),
    /** Files of images, each with its masks. */
    files: (images: readonly ImageId[]): readonly StoredFile[] => ofImages.all(asList(images)),
    /** Images and mask files of a data set. */
    count: (id: DatasetId): number => count.get(id, id) ?? 0,
    ofDataset: (id: DatasetId, limit: number): readonly FileChange[] =>
      ofDataset.all(id, limit).map(toChange),
    ofImages: (images: readonly ImageId[]): readonly FileChange[] =>
      chosen.all(asList(images)).map(toChange),
    counts: (id: DatasetId) => counts.all(id),
    /** Records that a file is not as it was imported. */
    put: (file: FilePart, found: FoundFile): void =>
      void put.run({ ...found, imageId: file.imageId, part: file.part }),
    clear: ({ imageId, part }: FilePart): void => void clear.run(imageId, part),
    setIgnored: (images: readonly ImageId[], ignored: boolean): void =>
      void ignore.run({ ...asList(images), ignored: Number(ignored) }),
    /** Records where a file is and what it holds from now on. */
    setFile: (file: StoredFile): void => void (file.part === 0 ? setImage : setMask).run(file),
    /** Brings the images' own state up to date. */
    refresh: (images: readonly ImageId[]): void => void refresh.run(asList(images)),
    /** Results that were computed from other content than the images have now. */
    outdatedResults: (images: readonly ImageId[]): number => outdated.get(asList(images)) ?? 0,
    /** Images that an evaluation has seen with another content than they have on record now. */
    contentChanged: (id: EvaluationId): readonly { imageId: ImageId; path: string }[] =>
      contentChanged.all(id),
    /** Comparisons of maps with the masks of images are computed again. */
    forgetOverlaps: (images: readonly ImageId[]): void => void forgetOverlaps.run(asList(images)),
  }
}
