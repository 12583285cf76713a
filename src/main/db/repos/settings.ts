import type { Db } from '../open.ts'

/** Values that the window remembers, as JSON by key. */
export function createSettingsRepo(db: Db) {
  const one = db.prepare<[string], { value: string }>('SELECT value FROM setting WHERE key = ?')
  const put = db.prepare('INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)')
  return {
    get: (key: string): unknown => {
      const row = one.get(key)
      return row ? (JSON.parse(row.value) as unknown) : null
    },
    put: (key: string, value: unknown): void => void put.run(key, JSON.stringify(value)),
  }
}
