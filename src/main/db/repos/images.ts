import type { FileState, ImageEntry, MaskStatus, Split } from '../../../shared/datasets/dataset.ts'
import type { DatasetId, ImageId, MaskVersionId } from '../../../shared/core/ids.ts'
import type { Label, Verdict } from '../../../shared/datasets/review.ts'
import type { ScannedImage, ScannedMask } from '../../../shared/processes/background.ts'
import type { Db } from '../open.ts'

export interface ImageRow {
  readonly id: ImageId
  readonly dataset_id: DatasetId
  readonly category: string
  readonly split: Split
  readonly defect_type: string
  readonly anomalous: 0 | 1
  readonly path: string
  readonly width: number
  readonly height: number
  readonly orientation: number
  readonly sha256: string
  readonly verdict: Verdict
  readonly label: Label | null
  readonly file_state: FileState
  /** Version in force and its number, kept by a trigger. */
  readonly mask_id: MaskVersionId | null
  readonly mask_number: number | null
}

function maskStatus(row: ImageRow): MaskStatus {
  if (row.mask_number !== null) return row.mask_number === 0 ? 'original' : 'corrected'
  return row.anomalous ? 'missing' : 'none'
}

export function toImage(row: ImageRow): ImageEntry {
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
    orientation: row.orientation,
    sha256: row.sha256,
    verdict: row.verdict,
    label: row.label,
    fileState: row.file_state,
    maskStatus: maskStatus(row),
    maskVersionId: row.mask_id,
  }
}

/** Images of data sets. */
export function createImagesRepo(db: Db) {
  const one = db.prepare<[number], ImageRow>('SELECT * FROM image WHERE id = ?')
  const byPath = db.prepare<[number, string], ImageRow>(
    'SELECT * FROM image WHERE dataset_id = ? AND path = ?',
  )
  const ofCategory = db.prepare<[number, string], ImageRow>(
    `SELECT * FROM image WHERE dataset_id = ? AND category = ?
     ORDER BY category, split, defect_type, path`,
  )
  const ofDataset = db.prepare<[number], ImageRow>(
    `SELECT * FROM image WHERE dataset_id = ? ORDER BY category, split, defect_type, path`,
  )
  const insert = db.prepare(
    `INSERT INTO image (dataset_id, category, split, defect_type, anomalous, path, bytes,
       modified_at, sha256, width, height, orientation)
     VALUES (@datasetId, @category, @split, @defectType, @anomalous, @path, @bytes, @modifiedAt,
       @sha256, @width, @height, @orientation)`,
  )
  const setSplit = db.prepare('UPDATE image SET split = ? WHERE id = ?')
  const insertMaskFile = db.prepare(
    `INSERT INTO image_mask_file (image_id, position, path, sha256, bytes, modified_at, orientation)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  )
  const maskFiles = db.prepare<[number], { path: string; sha256: string }>(
    'SELECT path, sha256 FROM image_mask_file WHERE image_id = ? ORDER BY position',
  )
  const read = (row: ImageRow | undefined): ImageEntry | null => (row ? toImage(row) : null)
  const insertMasks = (id: ImageId, masks: readonly ScannedMask[]): void =>
    masks.forEach(({ path, sha256, bytes, modifiedAt, orientation = 1 }, position) =>
      insertMaskFile.run(id, position, path, sha256, bytes, modifiedAt, orientation),
    )

  return {
    get: (id: ImageId): ImageEntry | null => read(one.get(id)),
    has: (id: number): boolean => one.get(id) !== undefined,
    byPath: (datasetId: DatasetId, path: string): ImageEntry | null =>
      read(byPath.get(datasetId, path)),
    /** Every image of a category, in a fixed order. */
    ofCategory: (datasetId: DatasetId, category: string): readonly ImageEntry[] =>
      ofCategory.all(datasetId, category).map(toImage),
    /** Every image of a data set, in the same order. */
    ofDataset: (datasetId: DatasetId): readonly ImageEntry[] =>
      ofDataset.all(datasetId).map(toImage),
    maskFiles: (id: ImageId) => maskFiles.all(id),
    /** To be called inside a transaction. */
    insert: (datasetId: DatasetId, image: ScannedImage): ImageId => {
      const { masks, ...rest } = image
      const { orientation = 1 } = image
      const row = { ...rest, orientation, datasetId, anomalous: Number(image.anomalous) }
      const id = Number(insert.run(row).lastInsertRowid) as ImageId
      insertMasks(id, masks)
      return id
    },
    setSplit: (id: ImageId, split: Split): void => void setSplit.run(split, id),
    /** Records the mask files of an image that had none. */
    insertMasks,
  }
}
