import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { beforeEach, expect, it, onTestFinished } from 'vitest'
import { expectRoom, missingInput } from '../../../../src/main/files/files.ts'
import { writeTogether } from '../../../../src/main/files/staging.ts'
import { ArchiveWriter } from '../../../../src/main/services/exchange/archive/archive-writer.ts'
import { describeError, reasonOf } from '../../../../src/shared/errors.ts'

let folder = ''
beforeEach(() => {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), 'ddad-advice-'))
  onTestFinished(() => fs.rmSync(made, { recursive: true, force: true }))
  folder = made
})

/** What is said of work that fails. */
async function saidOf(work: Promise<unknown>): Promise<string> {
  const { code, message } = await work.then(() => ({ code: 'DONE', message: '' }), describeError)
  expect(message).not.toMatch(/\bE[A-Z]{4,}\b|statfs|syscall/)
  return `${code} ${message}`
}

it('names the folder of a bad place, not what the system was asked', async () => {
  const place = path.join(folder, 'nowhere/file')
  expect(await saidOf(expectRoom(place, 1))).toBe(
    `NOT_FOUND The folder ${path.dirname(place)} is not there. Nothing was written; choose another place.`,
  )
  fs.writeFileSync(path.join(folder, 'plain'), '')
  expect(await saidOf(writeTogether(path.join(folder, 'plain/below'), async () => null))).toContain(
    'is not a folder. Nothing was written',
  )
})

it('names the source of a copy where that is what is missing', async () => {
  const source = path.join(folder, 'gone.png')
  const out = path.join(folder, 'out')
  const copying = writeTogether(out, (staging) => staging.copy(source, 'copy.png'))
  expect(await saidOf(copying)).toMatch(
    new RegExp(`^NOT_FOUND ${source} is missing\\. Put it back`),
  )
  expect(fs.existsSync(out)).toBe(false)

  const archive = await ArchiveWriter.create(path.join(folder, 'run.ddadrun'))
  onTestFinished(() => archive.abandon())
  expect(await saidOf(archive.add('weights', { file: source }))).toMatch(
    new RegExp(`^NOT_FOUND ${source} is missing`),
  )
})

it('advises to relink only what a data set can have', () => {
  expect(missingInput('/w/masks/1/a.png').message).toContain(
    "if it is a data set's and its folder was moved, relink",
  )
})

it('says why in words where they are known', () => {
  const refused = Object.assign(new Error("EACCES: permission denied, scandir '/x'"), {
    code: 'EACCES',
  })
  expect(reasonOf(refused)).toBe('this user may not do that')
  expect(reasonOf(Object.assign(new Error('x'), { code: 'ENOSPC' }))).toBe('the disk is full')
  expect(reasonOf(new Error('anything else'))).toBe('anything else')
})
