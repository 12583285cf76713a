/** Opening a workspace's database: settings, identity, version and migration. */
import fs from 'node:fs'
import Database from 'better-sqlite3'
import { DdadError, diskFull, isDiskFull } from '../../shared/errors.ts'
import { migrations } from './migrations/index.ts'

export type Db = Database.Database

/** `DDAD` in ASCII, in the file's header. */
export const APPLICATION_ID = 0x44444144

/** The schema version that this build writes. */
export const SCHEMA_VERSION = migrations.length

/**
 * Opens or creates a database file and brings it to the current schema. Before an older one is changed,
 * a copy named `<file>.v<version>.backup` is made; a migration happens completely or not at all.
 * @throws {DdadError} WORKSPACE_NEWER for a database of a later version, BAD_FILE for something else,
 *   DISK_FULL when there is no room even to read it.
 */
export function openDatabase(file: string): Db {
  const db = connect(file)
  try {
    const version = identify(db, file)
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = FULL')
    db.pragma('foreign_keys = ON')
    db.pragma('trusted_schema = OFF')
    db.pragma('cell_size_check = ON')
    migrate(db, file, version)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

function connect(file: string): Db {
  const db = new Database(file, { timeout: 10_000 })
  try {
    db.pragma('schema_version')
    return db
  } catch (error) {
    db.close()
    if (isDiskFull(error)) throw diskFull(file, error)
    throw new DdadError(
      'BAD_FILE',
      `${file} is not a readable SQLite database. Nothing was changed. Restore it from a copy, or choose another workspace with --workspace.`,
      { cause: error },
    )
  }
}

function identify(db: Db, file: string): number {
  const version = db.pragma('user_version', { simple: true }) as number
  const application = db.pragma('application_id', { simple: true }) as number
  const empty = db.pragma('schema_version', { simple: true }) === 0
  if (application !== APPLICATION_ID && !empty) {
    throw new DdadError(
      'BAD_FILE',
      `${file} belongs to another program. Nothing was changed. Choose another workspace with --workspace.`,
    )
  }
  if (version > SCHEMA_VERSION) {
    throw new DdadError(
      'WORKSPACE_NEWER',
      `${file} has schema version ${version}, this build knows ${SCHEMA_VERSION}. Nothing was changed. ` +
        'Update DDAD Studio, or choose another workspace with --workspace.',
    )
  }
  return version
}

function migrate(db: Db, file: string, from: number): void {
  if (from === SCHEMA_VERSION) return
  if (from > 0) backUp(db, `${file}.v${from}.backup`)
  db.transaction(() => {
    // Another process may have migrated while this one waited for the lock.
    const now = db.pragma('user_version', { simple: true }) as number
    for (const migration of migrations.slice(now)) db.exec(migration)
    db.pragma(`application_id = ${APPLICATION_ID}`)
    db.pragma(`user_version = ${SCHEMA_VERSION}`)
  }).immediate()
}

function backUp(db: Db, destination: string): void {
  if (fs.existsSync(destination)) return
  db.prepare('VACUUM INTO ?').run(`${destination}.tmp`)
  fs.renameSync(`${destination}.tmp`, destination)
}
