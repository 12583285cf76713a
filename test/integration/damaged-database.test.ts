import fs from 'node:fs'
import path from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { describeError } from '../../src/shared/errors.ts'
import { openStore } from '../../src/main/db/store.ts'
import { openWorkspace } from '../../src/main/services/core/workspace.ts'
import { ddad } from '../support/ddad.ts'
import { temporaryFolder, temporaryStore } from './support.ts'

/** What belongs into a log, not into a message. */
const raw =
  /no such|near "|SQLITE_ERROR|\bat .*\.ts:|\berrno\b|E(NOENT|ACCES|XIST|ROFS|NOTDIR|ISDIR):|syscall|user_version|undefined/

const change = (sql: string) => (folder: string) => {
  const db = new Database(path.join(folder, 'studio.db'))
  db.unsafeMode()
  db.pragma('writable_schema = ON')
  db.exec(sql)
  db.close()
}
const scribble = (from: number, to: number) => (folder: string) => {
  const file = path.join(folder, 'studio.db')
  const bytes = fs.readFileSync(file)
  bytes.fill(0xa5, Math.floor(bytes.length * from), Math.floor(bytes.length * to))
  fs.writeFileSync(file, bytes)
}
const instead = (name: string) => (folder: string) => {
  fs.rmSync(path.join(folder, name), { recursive: true })
  fs.writeFileSync(path.join(folder, name), 'a file')
}

const damages: Record<string, (folder: string) => void> = {
  'a negative version': change('PRAGMA user_version = -1'),
  'version 0 with tables': change('PRAGMA user_version = 0'),
  'another application': change('PRAGMA application_id = 7'),
  'a missing table': change('PRAGMA foreign_keys = OFF; DROP TABLE review'),
  'a missing column': change('ALTER TABLE run DROP COLUMN note'),
  'an older version than its tables': change('PRAGMA user_version = 3'),
  'a version of the future': change('PRAGMA user_version = 900'),
  'a scribbled header': scribble(0, 0.002),
  'a scribbled schema': scribble(0.0005, 0.02),
  'a text': (folder) => fs.writeFileSync(path.join(folder, 'studio.db'), 'notes '.repeat(999)),
  'a folder in its place': (folder) => {
    fs.rmSync(path.join(folder, 'studio.db'))
    fs.mkdirSync(path.join(folder, 'studio.db/x'), { recursive: true })
  },
  'runs as a file': instead('runs'),
  'masks as a file': instead('masks'),
  'cache as a file': instead('cache'),
}

describe('a database that cannot be used', () => {
  for (const [name, damage] of Object.entries(damages)) {
    it(`is refused in words for ${name}, and left as it is`, async () => {
      const folder = temporaryFolder()
      openWorkspace(folder).store.close()
      damage(folder)
      const file = path.join(folder, 'studio.db')
      const before = fs.statSync(file).isFile() ? fs.readFileSync(file) : null
      const { code, stdout, stderr } = await ddad(['runs', 'list', '--workspace', folder])
      expect([code, stdout]).toEqual([1, ''])
      expect(stderr).toMatch(/^\/tmp\/|^The folder \/tmp\//)
      expect(stderr).toMatch(/Nothing was changed/)
      expect(stderr).not.toMatch(raw)
      if (before) expect(fs.readFileSync(file).equals(before)).toBe(true)
    })
  }

  it('is described in words when it breaks while it is open', () => {
    const file = path.join(temporaryFolder(), 'studio.db')
    const store = openStore(file)
    onTestFinished(() => store.close())
    const other = new Database(file)
    other.exec('PRAGMA foreign_keys = OFF; DROP TABLE saved_filter')
    other.close()
    let thrown: unknown
    try {
      store.savedFilters.list(1 as never)
    } catch (error) {
      thrown = error
    }
    const { code, message } = describeError(thrown)
    expect(code).toBe('BAD_FILE')
    expect(message).toMatch(/^The workspace's studio\.db is damaged/)
  })

  it('tells what is not there any more from damage', () => {
    const store = temporaryStore()
    let thrown: unknown
    try {
      store.transaction(() =>
        store.metricPoints.put(99 as never, [{ step: 1, name: 'a', value: 1 }]),
      )
    } catch (error) {
      thrown = error
    }
    expect(describeError(thrown)).toMatchObject({ code: 'CONFLICT' })
  })
})
