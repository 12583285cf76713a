import type { Place, PlaceSettings } from '../../../shared/jobs/place.ts'
import { placeSettingsSchema } from '../../../shared/jobs/place-schemas.ts'
import type { PlaceId } from '../../../shared/core/ids.ts'
import type { Db } from '../open.ts'

interface PlaceRow {
  readonly id: PlaceId
  readonly name: string
  readonly settings: string
}

export const toPlace = ({ id, name, settings }: PlaceRow): Place => ({
  id,
  name,
  settings: placeSettingsSchema.parse(JSON.parse(settings)),
})

/** Places where studies run besides this machine. */
export function createPlacesRepo(db: Db) {
  const all = db.prepare<[], PlaceRow>('SELECT id, name, settings FROM place ORDER BY name')
  const one = db.prepare<[number], PlaceRow>('SELECT id, name, settings FROM place WHERE id = ?')
  const insert = db.prepare('INSERT INTO place (name, settings, created_at) VALUES (?, ?, ?)')
  const update = db.prepare('UPDATE place SET name = ?, settings = ? WHERE id = ?')
  const remove = db.prepare('DELETE FROM place WHERE id = ?')
  return {
    list: (): readonly Place[] => all.all().map(toPlace),
    get: (id: PlaceId): Place | null => {
      const row = one.get(id)
      return row ? toPlace(row) : null
    },
    insert: (name: string, settings: PlaceSettings, now: number): PlaceId =>
      Number(insert.run(name, JSON.stringify(settings), now).lastInsertRowid) as PlaceId,
    update: (id: PlaceId, name: string, settings: PlaceSettings): void =>
      void update.run(name, JSON.stringify(settings), id),
    remove: (id: PlaceId): void => void remove.run(id),
  }
}
