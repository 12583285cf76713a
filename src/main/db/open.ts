/** Opening a workspace's database: settings, identity, version and migration. */
import fs from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { DdadError, describeError, diskFull, isDamage, isDiskFull } from '../../shared/errors.ts'
import { isRunning } from '../files/leftovers.ts'
import { migrations } from './migrations/index.ts'

export type Db = Database.Database

/** `DDAD` in ASCII, in the file's header. */
export const APPLICATION_ID = 0x44444144

/** How long a lock is waited for, standing still; see `setPatience` for processes that must not. */
const PATIENCE_MS = 10_000

/** The schema version that this build writes. */
export const SCHEMA_VERSION = migrations.length

/**
 * Opens or creates a database file and brings it to the current schema. Before an older one is changed,
 * a copy named `<file>.v<version>.backup` is made; a migration happens completely or not at all.
 * @param beforeCreating called before a database is begun where there is none, or an empty one; may refuse by throwing
 * @throws {DdadError} WORKSPACE_NEWER for a database of a later version, BAD_FILE for something else,
 *   DISK_FULL when there is no room even to read it.
 */
export function openDatabase(file: string, beforeCreating: () => void = () => {}): Db {
  // SQLite would make the file, and throw away the journal of one that was lost.
  if (!fs.existsSync(file) || fs.statSync(file).size === 0) beforeCreating()
  const db = connect(file)
  try {
    const version = identify(db, file, beforeCreating)
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = FULL')
    db.pragma('foreign_keys = ON')
    db.pragma('trusted_schema = OFF')
    db.pragma('cell_size_check = ON')
    migrate(db, file, version)
    return db
  } catch (error) {
    db.close()
    throw error instanceof DdadError ? error : unusable(file, error)
  }
}

/** A database of this size is checked whole in well under the time that a window may stand still. */
const CHECKED_WHOLE = 8 * 2 ** 20

/**
 * Whether the file of an open database is not what SQLite wrote, by a connection of its own that has nothing cached. Of
 * a large one only the beginning and the schema are read; its other pages are noticed when they are.
 */
export function isDamagedFile(file: string): boolean {
  let db: Db | null = null
  try {
    db = new Database(file, { readonly: true, timeout: 0 })
    db.pragma('cell_size_check = ON')
    if (fs.statSync(file).size > CHECKED_WHOLE) {
      db.prepare('SELECT count(*) FROM sqlite_schema').get()
      return false
    }
    return db.pragma('quick_check(1)', { simple: true }) !== 'ok'
  } catch (error) {
    return isDamage(error)
  } finally {
    db?.close()
  }
}

/** What is said of a file that SQLite refuses to work on. */
function unusable(file: string, error: unknown): DdadError {
  if (isDiskFull(error)) return diskFull(file, error)
  const { code, message } = describeError(error)
  if (code === 'WORKSPACE_BUSY' || code === 'WORKSPACE_READ_ONLY')
    return new DdadError(code, message, { cause: error })
  return new DdadError(
    'BAD_FILE',
    `${file} is damaged or cannot be read. Nothing was changed. Restore it from a copy, choose another workspace with --workspace, ` +
      'or run `ddad workspace rescue`, which moves it aside and builds a new one from checkpoints and masks.',
    { cause: error },
  )
}

function connect(file: string): Db {
  let db: Db
  try {
    db = new Database(file, { timeout: PATIENCE_MS })
  } catch (error) {
    throw unusable(file, error)
  }
  try {
    db.pragma('schema_version')
    return db
  } catch (error) {
    db.close()
    throw unusable(file, error)
  }
}

function identify(db: Db, file: string, beforeCreating: () => void): number {
  const version = db.pragma('user_version', { simple: true }) as number
  const application = db.pragma('application_id', { simple: true }) as number
  const empty = db.prepare('SELECT 1 FROM sqlite_schema').get() === undefined
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
  if (empty) beforeCreating()
  else if (version < 1) {
    throw new DdadError(
      'BAD_FILE',
      `${file} is damaged: it says that its schema version is ${version}. Nothing was changed. Restore it from a copy, or choose another workspace with --workspace.`,
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

/** Written aside and renamed: what a kill leaves is no backup, and is cleared by the next one. */
function backUp(db: Db, destination: string): void {
  const folder = path.dirname(destination)
  const aside = `${path.basename(destination)}.`
  for (const name of fs.readdirSync(folder)) {
    const [, pid] = /^(\d*)\.?tmp$/.exec(name.slice(aside.length)) ?? []
    if (name.startsWith(aside) && pid !== undefined && !isRunning(Number(pid)))
      fs.rmSync(path.join(folder, name), { force: true })
  }
  if (fs.existsSync(destination)) return
  const temporary = `${destination}.${process.pid}.tmp`
  try {
    db.prepare('VACUUM INTO ?').run(temporary)
    const copy = fs.openSync(temporary, 'r+')
    fs.fsyncSync(copy)
    fs.closeSync(copy)
    fs.renameSync(temporary, destination)
  } catch (error) {
    fs.rmSync(temporary, { force: true })
    if (isDiskFull(error)) throw diskFull(destination, error)
    throw error
  }
}
