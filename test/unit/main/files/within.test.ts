import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { within } from '../../../../src/main/files/within.ts'
import { archivedImagesSchema } from '../../../../src/shared/exchange/run-archive.ts'

describe('a name below a folder', () => {
  it.each(['a.png', 'a/b/c.png', '..a/b', 'a/../b', './a', '/etc/passwd'])(
    'is a place in it: %s',
    (name) => {
      expect(within('/data/set', name)).toBe(path.join('/data/set', name))
      expect(within('/', name).startsWith('/')).toBe(true)
    },
  )

  it.each(['..', '../set2/a', '../../etc/passwd', 'a/../../x', '', '.', 'a/..', 'a\0b', '/../x'])(
    'is refused when it leads out: %s',
    (name) => {
      expect(() => within('/data/set', name)).toThrow(expect.objectContaining({ code: 'BAD_FILE' }))
    },
  )
})

it('takes SHA-256 alone for the hash of an image in an archive', () => {
  const image = {
    path: 'a.png',
    split: 'test',
    defectType: 'good',
    anomalous: false,
    width: 1,
    height: 1,
  }
  const accepts = (sha256: string) => archivedImagesSchema.safeParse([{ ...image, sha256 }]).success
  expect(accepts('0'.repeat(64))).toBe(true)
  for (const bad of [
    '',
    'abc',
    '../../../../tmp/x',
    '0'.repeat(63),
    '0'.repeat(65),
    'A'.repeat(64),
    `${'0'.repeat(63)}/`,
  ])
    expect(accepts(bad), bad).toBe(false)
})

it('is how every path is made of what is stored or received', () => {
  const source = path.join(import.meta.dirname, '../../../../src/main')
  // A folder that somebody chose, joined to what a row, an archive or a request names.
  const suspect =
    /path\.(?:join|resolve)\((?:[\w.]*\b(?:root|Root|folder|staging)\b)(?:\([^)]*\))?, (?:\.\.\.)?(?:[\w.]+\.(?:path|file|name|sha256|key|place)|file|key|place|sha256|original|relative|recorded)\b/
  const found = fs
    .readdirSync(source, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('within.ts'))
    .flatMap((name) =>
      fs
        .readFileSync(path.join(source, name), 'utf8')
        .split('\n')
        .filter((line) => suspect.test(line) && !/uriOf|entry\.name/.test(line))
        .map((line) => `${name}: ${line.trim()}`),
    )
  expect(found).toEqual([])
})
