import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from './support.ts'

const child = path.join(import.meta.dirname, 'children/full-disk.ts')
const LIMIT = 64 * 512

/** What a child says that may make files of 32 KiB at most: the last write is taken in part. */
function underLimit(...args: readonly string[]): string {
  const command = `ulimit -f 64; exec "$0" "$@"`
  return execFileSync('dash', ['-c', command, process.execPath, child, ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
}

const filesIn = (folder: string) =>
  fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)

// One byte less than there is room for, the last byte that does not fit, and a third of it.
describe.runIf(process.platform === 'linux')('a disk that is full', () => {
  for (const way of ['file', 'export', 'archive', 'together', 'copy'])
    for (const over of [1, 100, 2 * LIMIT])
      it(`is no success for ${way} at ${over} bytes too many, and leaves nothing`, () => {
        const folder = temporaryFolder()
        const place = path.join(folder, 'place')
        const size = LIMIT + over
        if (way === 'copy') fs.writeFileSync(`${place}.source`, Buffer.alloc(size, 'x'))
        expect(underLimit(way, place, String(size))).toMatch(
          new RegExp(
            `^DISK_FULL The disk is full: ${place}(/\\.ddad[^ ]*/deep/a)? could not be written`,
          ),
        )
        expect(filesIn(folder)).toEqual(way === 'copy' ? ['place.source'] : [])
      })

  it('is success for what just fits', () => {
    const place = path.join(temporaryFolder(), 'place')
    expect(underLimit('export', place, String(LIMIT))).toBe('done')
    expect(fs.statSync(place).size).toBe(LIMIT)
  })

  it('takes back the part of a stroke that it took, and the strokes before stay', () => {
    const folder = temporaryFolder()
    const journal = path.join(folder, 'masks/journals/7-0.journal')
    fs.mkdirSync(path.dirname(journal), { recursive: true })
    const before = Buffer.alloc(LIMIT - 100, 'b')
    fs.writeFileSync(journal, before)
    expect(underLimit('journal', folder, '300')).toMatch(/^DISK_FULL .*7-0\.journal/)
    expect(fs.readFileSync(journal).equals(before)).toBe(true)
    expect(underLimit('journal', folder, '100')).toBe('done')
    expect(fs.statSync(journal).size).toBe(LIMIT)
  })
})

it('writes files through the one function that checks what was written', () => {
  const source = path.join(import.meta.dirname, '../../src/main')
  // Caches that may be torn, notes of this process, what is handed to a program and removed, and copies between the
  // nodes of a cluster, whose sources stay and whose results are taken by their hash.
  const others = new Set([
    'background/datasets/scan/scan-journal.ts',
    'engine/graph/session.ts',
    'services/core/openings.ts',
    'services/core/writings.ts',
    'services/core/workspace.ts',
    'services/datasets/import-staging.ts',
    'services/exchange/print-pdf.ts',
    'services/jobs/node-task.ts',
    'services/jobs/place-shell.ts',
    'services/jobs/send-study.ts',
    'services/jobs/task-folder.ts',
    'shell/print.ts',
  ])
  const writes =
    /\b(?:writeFile|writeFileSync|appendFile\w*|createWriteStream|writeSync|copyFile\w*|cpSync)\(|handle\.write\(/
  const found = fs
    .readdirSync(source, { recursive: true })
    .map((name) => String(name).split(path.sep).join('/'))
    .filter((name) => name.endsWith('.ts') && !name.startsWith('files/') && !others.has(name))
    .filter((name) => writes.test(fs.readFileSync(path.join(source, name), 'utf8')))
  expect(found).toEqual([])
})

it('says what is wrong with a place, in words', () => {
  const folder = temporaryFolder()
  const missing = path.join(folder, 'none/place')
  expect(underLimit('export', missing, '1')).toBe(
    `NOT_FOUND The folder ${path.dirname(missing)} is not there. Nothing was written; choose another place.`,
  )
  fs.writeFileSync(path.join(folder, 'file'), '')
  expect(underLimit('together', path.join(folder, 'file/below'), '1')).toMatch(
    /^BAD_FILE .*is not a folder/,
  )
  fs.mkdirSync(path.join(folder, 'taken'))
  expect(underLimit('export', path.join(folder, 'taken'), '1')).toMatch(
    /^BAD_FILE .*is a folder\. Nothing/,
  )
})
