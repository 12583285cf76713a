import { mkdirSync, mkdtempSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it } from 'vitest'
import { pruneFolder } from '../../../../src/main/files/prune.ts'

it('removes the files that were used longest ago, wherever they are, and no more of them than needed', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'ddad-prune-'))
  for (const [name, usedAt] of [
    ['a/1', 30],
    ['a/2', 10],
    ['b/3', 20],
    ['b/4', 40],
  ] as const) {
    const file = path.join(folder, name)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, Buffer.alloc(100))
    utimesSync(file, usedAt, usedAt)
  }
  const left = () =>
    ['a', 'b'].flatMap((part) =>
      readdirSync(path.join(folder, part)).map((name) => `${part}/${name}`),
    )
  await pruneFolder(folder, 400)
  expect(left()).toEqual(['a/1', 'a/2', 'b/3', 'b/4'])
  await pruneFolder(folder, 299)
  expect(left()).toEqual(['a/1', 'b/4'])
  await pruneFolder(path.join(folder, 'none'), 0)
})
