import fs from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { APPLICATION_ID, openDatabase, SCHEMA_VERSION } from '../../src/main/db/open.ts'
import { temporaryFolder } from './support.ts'

const fresh = () => path.join(temporaryFolder(), 'studio.db')

describe('opening a database', () => {
  it('creates the current schema with its identity and safe settings', () => {
    const db = openDatabase(fresh())
    const pragma = (name: string) => db.pragma(name, { simple: true })
    expect(pragma('application_id')).toBe(APPLICATION_ID)
    expect(pragma('user_version')).toBe(SCHEMA_VERSION)
    expect(pragma('journal_mode')).toBe('wal')
    expect(pragma('foreign_keys')).toBe(1)
    expect(pragma('trusted_schema')).toBe(0)
    expect(pragma('busy_timeout')).toBeGreaterThanOrEqual(5000)
    expect(pragma('integrity_check')).toBe('ok')
    const loose = db
      .prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict = 0")
      .pluck()
      .all()
    expect(loose.toSorted()).toEqual(['sqlite_schema', 'sqlite_sequence'])
    db.close()
  })

  it('opens again without changing anything', () => {
    const file = fresh()
    openDatabase(file).close()
    const before = fs.readFileSync(file)
    openDatabase(file).close()
    expect(fs.readFileSync(file).equals(before)).toBe(true)
  })

  it('refuses a database of a later version, naming the file and both versions', () => {
    const file = fresh()
    const db = openDatabase(file)
    db.pragma(`user_version = ${SCHEMA_VERSION + 7}`)
    db.close()
    const before = fs.readFileSync(file)
    expect(() => openDatabase(file)).toThrow(
      expect.objectContaining({
        code: 'WORKSPACE_NEWER',
        message: expect.stringMatching(
          new RegExp(`${file}.*${SCHEMA_VERSION + 7}.*${SCHEMA_VERSION}`),
        ) as string,
      }),
    )
    expect(fs.readFileSync(file).equals(before)).toBe(true)
  })

  it("refuses another program's database and leaves it as it is", () => {
    const file = fresh()
    const foreign = new Database(file)
    foreign.exec('CREATE TABLE bookmark (url TEXT)')
    foreign.close()
    const before = fs.readFileSync(file)
    expect(() => openDatabase(file)).toThrow(expect.objectContaining({ code: 'BAD_FILE' }))
    expect(fs.readFileSync(file).equals(before)).toBe(true)
  })

  it('refuses a file that is no database', () => {
    const file = fresh()
    fs.writeFileSync(file, 'These are notes, not a database. '.repeat(200))
    expect(() => openDatabase(file)).toThrow(expect.objectContaining({ code: 'BAD_FILE' }))
  })

  it('keeps rows that refer to nothing out', () => {
    const db = openDatabase(fresh())
    const orphan = () =>
      db.exec("INSERT INTO checkpoint VALUES (1, 99, 'unet', 1, 'f', 1, 'h', 1, NULL)")
    expect(orphan).toThrow('FOREIGN KEY constraint failed')
    expect(db.pragma('foreign_key_check')).toEqual([])
    db.close()
  })
})
