import type { ImageEntry, MaskStatus, Split } from '../../../shared/domain/dataset.ts'
import type { DatasetId, ImageId, MaskVersionId } from '../../../shared/domain/ids.ts'
import type { Verdict } from '../../../shared/domain/review.ts'
import type { ImageFilter } from '../../../shared/ipc/routes/datasets.ts'
import type { ScannedImage } from '../../../shared/processes/background.ts'
import type { Db } from '../open.ts'

interface ImageRow {
  readonly id: ImageId
  readonly dataset_id: DatasetId
  readonly category: string
  readonly split: Split
  readonly defect_type: string
  readonly anomalous: 0 | 1
  readonly path: string
  readonly width: number
  readonly height: number
  readonly sha256: string
  readonly verdict: Verdict
  readonly mask_version_id: MaskVersionId | null
  readonly mask_version: number | null
}

function maskStatus(row: ImageRow): MaskStatus {
  if (row.mask_version !== null) return row.mask_version === 0 ? 'original' : 'corrected'
  return row.anomalous ? 'missing' : 'none'
}

function toImage(row: ImageRow): ImageEntry {
  return {
    id: row.id,
    datasetId: row.dataset_id,
    category: row.category,
    split: row.split,
    defectType: row.defect_type,
    anomalous: row.anomalous === 1,
    path: row.path,
    width: row.width,
    height: row.height,
    sha256: row.sha256,
    verdict: row.verdict,
    maskStatus: maskStatus(row),
    maskVersionId: row.mask_version_id,
  }
}

/** Each image with the mask version in force. */
const SELECT = `
  SELECT image.*, mask_version.id AS mask_version_id, mask_version.version AS mask_version
  FROM image LEFT JOIN mask_version ON mask_version.image_id = image.id AND mask_version.version =
    (SELECT max(version) FROM mask_version WHERE image_id = image.id)`

const ORDER = 'ORDER BY image.category, image.split, image.defect_type, image.path'

/** A filter as a condition; lists are bound as JSON so that the statement's text stays the same. */
function condition(filter: ImageFilter): { where: string; values: Record<string, unknown> } {
  const parts = ['image.dataset_id = @datasetId']
  const values: Record<string, unknown> = {}
  const add = (part: string, name: string, value: unknown) => {
    parts.push(part)
    values[name] = value
  }
  if (filter.category !== undefined) add('image.category = @category', 'category', filter.category)
  if (filter.splits) {
    const list = JSON.stringify(filter.splits)
    add('image.split IN (SELECT value FROM json_each(@splits))', 'splits', list)
  }
  if (filter.defectTypes) {
    const list = JSON.stringify(filter.defectTypes)
    add('image.defect_type IN (SELECT value FROM json_each(@defectTypes))', 'defectTypes', list)
  }
  if (filter.anomalous !== undefined) {
    add('image.anomalous = @anomalous', 'anomalous', Number(filter.anomalous))
  }
  if (filter.text) add('instr(lower(image.path), lower(@text)) > 0', 'text', filter.text)
  return { where: parts.join(' AND '), values }
}

/** Images of data sets. */
export function createImagesRepo(db: Db) {
  const one = db.prepare<[number], ImageRow>(`${SELECT} WHERE image.id = ?`)
  const byPath = db.prepare<[number, string], ImageRow>(
    `${SELECT} WHERE image.dataset_id = ? AND image.path = ?`,
  )
  const insert = db.prepare(
    `INSERT INTO image (dataset_id, category, split, defect_type, anomalous, path, bytes,
       modified_at, sha256, width, height)
     VALUES (@datasetId, @category, @split, @defectType, @anomalous, @path, @bytes, @modifiedAt,
       @sha256, @width, @height)`,
  )
  const insertMaskFile = db.prepare(
    'INSERT INTO image_mask_file (image_id, position, path, sha256) VALUES (?, ?, ?, ?)',
  )
  const maskFiles = db.prepare<[number], { path: string; sha256: string }>(
    'SELECT path, sha256 FROM image_mask_file WHERE image_id = ? ORDER BY position',
  )

  return {
    get: (id: ImageId): ImageEntry | null => {
      const row = one.get(id)
      return row ? toImage(row) : null
    },
    byPath: (datasetId: DatasetId, path: string): ImageEntry | null => {
      const row = byPath.get(datasetId, path)
      return row ? toImage(row) : null
    },
    count: (datasetId: DatasetId, filter: ImageFilter): number => {
      const { where, values } = condition(filter)
      const sql = `SELECT count(*) AS total FROM image WHERE ${where}`
      const row = db.prepare<[object], { total: number }>(sql).get({ datasetId, ...values })
      return row?.total ?? 0
    },
    page: (
      datasetId: DatasetId,
      filter: ImageFilter,
      offset: number,
      limit: number,
    ): readonly ImageEntry[] => {
      const { where, values } = condition(filter)
      const sql = `${SELECT} WHERE ${where} ${ORDER} LIMIT @limit OFFSET @offset`
      const rows = db.prepare<[object], ImageRow>(sql)
      return rows.all({ datasetId, ...values, offset, limit }).map(toImage)
    },
    /** Every image of a category, in a fixed order. */
    ofCategory: (datasetId: DatasetId, category: string): readonly ImageEntry[] => {
      const sql = `${SELECT} WHERE image.dataset_id = ? AND image.category = ? ${ORDER}`
      return db.prepare<[number, string], ImageRow>(sql).all(datasetId, category).map(toImage)
    },
    maskFiles: (id: ImageId) => maskFiles.all(id),
    /** To be called inside a transaction. */
    insert: (datasetId: DatasetId, image: ScannedImage): ImageId => {
      const { masks, ...rest } = image
      const row = { ...rest, datasetId, anomalous: Number(image.anomalous) }
      const id = Number(insert.run(row).lastInsertRowid) as ImageId
      masks.forEach((mask, position) => insertMaskFile.run(id, position, mask.path, mask.sha256))
      return id
    },
  }
}
