import type { DatasetId, SavedFilterId } from '../../../shared/core/ids.ts'
import type { ImageView, SavedFilter } from '../../../shared/ipc/routes/images.ts'
import type { Db } from '../open.ts'

interface SavedFilterRow {
  readonly id: SavedFilterId
  readonly name: string
  readonly view: string
}

/** Ways of looking at a data set's images, by name. */
export function createSavedFiltersRepo(db: Db) {
  const list = db.prepare<[number], SavedFilterRow>(
    'SELECT id, name, view FROM saved_filter WHERE dataset_id = ? ORDER BY name',
  )
  const upsert = db.prepare<[object], SavedFilterRow>(
    `INSERT INTO saved_filter (dataset_id, name, view, created_at)
     VALUES (@datasetId, @name, @view, @createdAt)
     ON CONFLICT (dataset_id, name) DO UPDATE SET view = excluded.view
     RETURNING id, name, view`,
  )
  const remove = db.prepare('DELETE FROM saved_filter WHERE id = ?')
  const toFilter = (row: SavedFilterRow): SavedFilter => ({
    ...row,
    view: JSON.parse(row.view) as ImageView,
  })

  return {
    list: (datasetId: DatasetId): readonly SavedFilter[] => list.all(datasetId).map(toFilter),
    put: (datasetId: DatasetId, name: string, view: ImageView, createdAt: number): SavedFilter => {
      const row = upsert.get({ datasetId, name, view: JSON.stringify(view), createdAt })
      if (!row) throw new Error('SQLite returned no saved filter.')
      return toFilter(row)
    },
    remove: (id: SavedFilterId): void => void remove.run(id),
  }
}
