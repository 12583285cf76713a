import type { ImageId, MaskVersionId } from '../../../shared/domain/ids.ts'
import type { Db } from '../open.ts'

export interface MaskVersion {
  readonly id: MaskVersionId
  readonly imageId: ImageId
  readonly version: number
  readonly parentId: MaskVersionId | null
  readonly author: string
  readonly reason: string
  readonly createdAt: number
  /** Relative to the workspace's `masks/`; null for version 0, the data set's own files. */
  readonly file: string | null
  readonly sha256: string | null
}

interface MaskVersionRow {
  readonly id: MaskVersionId
  readonly image_id: ImageId
  readonly version: number
  readonly parent_id: MaskVersionId | null
  readonly author: string
  readonly reason: string
  readonly created_at: number
  readonly file: string | null
  readonly sha256: string | null
}

function toVersion(row: MaskVersionRow): MaskVersion {
  return {
    id: row.id,
    imageId: row.image_id,
    version: row.version,
    parentId: row.parent_id,
    author: row.author,
    reason: row.reason,
    createdAt: row.created_at,
    file: row.file,
    sha256: row.sha256,
  }
}

/** Versions of ground truth masks. */
export function createMaskVersionsRepo(db: Db) {
  const one = db.prepare<[number], MaskVersionRow>('SELECT * FROM mask_version WHERE id = ?')
  const insert = db.prepare(
    `INSERT INTO mask_version (image_id, version, parent_id, author, reason, created_at, file, sha256)
     VALUES (@imageId, @version, @parentId, @author, @reason, @createdAt, @file, @sha256)`,
  )
  return {
    get: (id: MaskVersionId): MaskVersion | null => {
      const row = one.get(id)
      return row ? toVersion(row) : null
    },
    insert: (version: Omit<MaskVersion, 'id'>): MaskVersionId =>
      Number(insert.run(version).lastInsertRowid) as MaskVersionId,
  }
}
