import type { DatasetLayout } from '../../../shared/datasets/dataset.ts'
import type { EvaluationId, ImageId, MaskVersionId } from '../../../shared/core/ids.ts'
import type { MaskStats, MaskVersion } from '../../../shared/masks/mask-version.ts'
import type { Db } from '../open.ts'

/** A version with where its file is. */
export interface StoredMaskVersion extends MaskVersion {
  /** Relative to the workspace's `masks/`; null for version 0, the data set's own files. */
  readonly file: string | null
  /** The first version with the same pixels; null: they are its own. */
  readonly sameAs: MaskVersionId | null
}

/** Where the pixels of a version are. */
export interface MaskVersionSource {
  readonly id: MaskVersionId
  readonly imageId: ImageId
  /** Relative to the workspace's `masks/`; null for the data set's own files, which are the parts. */
  readonly file: string | null
  readonly sha256: string | null
  readonly layout: DatasetLayout
  /** What was chosen for the value 255 beside class indices. */
  readonly voidIs: 'left-out' | 'defect' | null
  /** The data set's folder. */
  readonly root: string
  readonly parts: readonly {
    readonly path: string
    /** Hash of what was imported. */
    readonly imported: string
    /** Hash of what was found last. */
    readonly current: string
    /** How its pixels are turned, see ImageEntry. */
    readonly orientation: number
  }[]
}

/** A version to be stored; without a note and statistics it is the data set's own. */
export type NewMaskVersion = Omit<StoredMaskVersion, 'id' | 'note' | 'stats' | 'sameAs'> &
  Partial<Pick<StoredMaskVersion, 'note' | 'stats' | 'sameAs'>>

interface MaskVersionRow {
  readonly id: MaskVersionId
  readonly image_id: ImageId
  readonly version: number
  readonly parent_id: MaskVersionId | null
  readonly author: string
  readonly reason: string
  readonly note: string
  readonly created_at: number
  readonly file: string | null
  readonly sha256: string | null
  readonly defect_pixels: number | null
  readonly added: number | null
  readonly removed: number | null
  readonly changed: number | null
  readonly same_as: MaskVersionId | null
}

function toVersion(row: MaskVersionRow): StoredMaskVersion {
  const { defect_pixels: defectPixels, added, removed, changed } = row
  const counted =
    defectPixels !== null && added !== null && removed !== null && changed !== null
      ? { defectPixels, added, removed, changed }
      : null
  return {
    id: row.id,
    imageId: row.image_id,
    version: row.version,
    parentId: row.parent_id,
    author: row.author,
    reason: row.reason,
    note: row.note,
    createdAt: row.created_at,
    file: row.file,
    sha256: row.sha256,
    stats: counted,
    sameAs: row.same_as,
  }
}

const noStats: Readonly<Record<keyof MaskStats, null>> = {
  defectPixels: null,
  added: null,
  removed: null,
  changed: null,
}

/** Hashes of an image's own mask files, as results record them. */
export const OWN_MASKS = `(SELECT group_concat(sha256, ' ' ORDER BY position)
  FROM image_mask_file AS file WHERE file.image_id = image.id)`

/** Versions of ground truth masks. */
export function createMaskVersionsRepo(db: Db) {
  const one = db.prepare<[number], MaskVersionRow>('SELECT * FROM mask_version WHERE id = ?')
  const ofImage = db.prepare<[number], MaskVersionRow>(
    'SELECT * FROM mask_version WHERE image_id = ? ORDER BY version DESC',
  )
  const insert = db.prepare(
    `INSERT INTO mask_version (image_id, version, parent_id, author, reason, note, created_at,
       file, sha256, same_as, defect_pixels, added, removed, changed)
     VALUES (@imageId, @version, @parentId, @author, @reason, @note, @createdAt, @file, @sha256,
       @sameAs, @defectPixels, @added, @removed, @changed)`,
  )
  const outdated = db.prepare<[number], { image_id: ImageId; path: string }>(
    `SELECT image.id AS image_id, image.path FROM image_result
     JOIN image ON image.id = image_result.image_id
     LEFT JOIN mask_version AS measured ON measured.id = mask_version_id
     LEFT JOIN mask_version AS present ON present.id = mask_id
     WHERE evaluation_id = ?
       AND (coalesce(measured.same_as, measured.id) IS NOT coalesce(present.same_as, present.id)
         OR (measured.version = 0 AND mask_sha256 <> ${OWN_MASKS}))
     ORDER BY image.path`,
  )
  const sources = db.prepare<[string], Omit<MaskVersionSource, 'parts'> & { parts: string }>(
    `SELECT version.id, version.file, version.sha256, image.id AS imageId, layout, root,
       json_extract(dataset.reading, '$.void') AS voidIs,
       (SELECT json_group_array(json_object('path', part.path, 'imported', part.sha256,
          'current', coalesce(change.sha256, part.sha256), 'orientation', part.orientation) ORDER BY position)
        FROM image_mask_file AS part LEFT JOIN file_change AS change
          ON change.image_id = part.image_id AND change.part = position + 1
        WHERE part.image_id = image.id) AS parts
     FROM mask_version AS version JOIN image ON image.id = version.image_id
     JOIN dataset ON dataset.id = image.dataset_id
     WHERE version.id IN (SELECT value FROM json_each(?))`,
  )
  return {
    get: (id: MaskVersionId): StoredMaskVersion | null => {
      const row = one.get(id)
      return row ? toVersion(row) : null
    },
    /** Where the pixels of versions are, in no particular order; those that do not exist are left out. */
    sources: (ids: readonly MaskVersionId[]): readonly MaskVersionSource[] =>
      sources
        .all(JSON.stringify(ids))
        .map((row) => ({ ...row, parts: JSON.parse(row.parts) as MaskVersionSource['parts'] })),
    /** Newest first. */
    ofImage: (id: ImageId): readonly StoredMaskVersion[] => ofImage.all(id).map(toVersion),
    insert: ({
      note = '',
      stats = null,
      sameAs = null,
      ...version
    }: NewMaskVersion): MaskVersionId =>
      Number(
        insert.run({ ...version, note, sameAs, ...(stats ?? noStats) }).lastInsertRowid,
      ) as MaskVersionId,
    /** Images whose mask in force, or its content, is not the one that an evaluation was measured with. */
    changedSince: (id: EvaluationId): readonly { imageId: ImageId; path: string }[] =>
      outdated.all(id).map(({ image_id, path }) => ({ imageId: image_id, path })),
  }
}
