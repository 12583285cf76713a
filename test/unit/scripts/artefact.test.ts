import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { once } from 'node:events'
import { beforeEach, describe, expect, test } from 'vitest'
import { buildArtefact, findDamage, isComplete } from '../../../src/provision/artefact.mjs'

const module = path.resolve(import.meta.dirname, '../../../src/provision/artefact.mjs')
let parent = ''
let folder = ''
const weights = () => path.join(folder, 'shard')

beforeEach(async () => {
  parent = fs.mkdtempSync(path.join(os.tmpdir(), 'artefact-'))
  folder = path.join(parent, 'weights')
  await buildArtefact(folder, 'pin', (staging: string) => {
    fs.writeFileSync(path.join(staging, 'shard'), Buffer.alloc(4096, 7))
    fs.mkdirSync(path.join(staging, 'more'))
    fs.writeFileSync(path.join(staging, 'more/model.json'), '{}')
  })
})

describe('what was fetched', () => {
  test('is whole after it was made', async () => {
    expect(await findDamage(folder, 'pin')).toBeNull()
    expect(await findDamage(folder, 'pin', { contents: true })).toBeNull()
  })

  test('a flipped bit is found, also where size and time were kept and contents are asked for', async () => {
    const { atime, mtime } = fs.statSync(weights())
    const bytes = fs.readFileSync(weights())
    bytes[100]! ^= 1
    fs.writeFileSync(weights(), bytes)
    // Written within the millisecond in which it was recorded, it would look untouched.
    fs.utimesSync(weights(), atime, new Date(mtime.getTime() + 1000))
    expect(await findDamage(folder, 'pin')).toBe('shard has other content')
    fs.utimesSync(weights(), atime, mtime)
    const recorded = JSON.parse(fs.readFileSync(path.join(folder, 'manifest.json'), 'utf8')) as {
      files: Record<string, { modifiedAt: number }>
    }
    recorded.files['shard']!.modifiedAt = Math.trunc(fs.statSync(weights()).mtimeMs)
    fs.writeFileSync(path.join(folder, 'manifest.json'), JSON.stringify(recorded))
    expect(await findDamage(folder, 'pin')).toBeNull()
    expect(await findDamage(folder, 'pin', { contents: true })).toBe('shard has other content')
  })

  test('a cut, a missing and a differently pinned file are named', async () => {
    expect(await findDamage(folder, 'another')).toBe('it was made from another source')
    fs.truncateSync(weights(), 1000)
    expect(await findDamage(folder, 'pin')).toBe('shard has 1000 bytes instead of 4096')
    fs.rmSync(path.join(folder, 'more/model.json'))
    fs.writeFileSync(weights(), Buffer.alloc(4096, 7))
    expect(await findDamage(folder, 'pin')).toBe('more/model.json is missing')
    fs.rmSync(path.join(folder, 'manifest.json'))
    expect(await findDamage(folder, 'pin')).toBe('it has no manifest')
    expect(isComplete(folder)).toBe(false)
  })

  test('a copy with other times is read once and then known', async () => {
    fs.utimesSync(weights(), new Date(0), new Date(0))
    expect(await findDamage(folder, 'pin')).toBeNull()
    const bytes = Buffer.alloc(4096, 8)
    fs.writeFileSync(weights(), bytes)
    fs.utimesSync(weights(), new Date(0), new Date(0))
    // The times of the copy are on record now, so that nothing is read again.
    expect(await findDamage(folder, 'pin')).toBeNull()
  })
})

describe('an interrupted download', () => {
  test('that fails leaves what was there before, and no part', async () => {
    const failing = buildArtefact(folder, 'new', (staging: string) => {
      fs.writeFileSync(path.join(staging, 'half'), 'x')
      throw new Error('connection lost')
    })
    await expect(failing).rejects.toThrow('connection lost')
    expect(fs.readdirSync(parent)).toEqual(['weights'])
    expect(await findDamage(folder, 'pin')).toBeNull()
  })

  test.each(['SIGTERM', 'SIGINT', 'SIGKILL'] as const)('by %s leaves no part', async (signal) => {
    const script = `
      import { buildArtefact } from ${JSON.stringify(module)}
      await buildArtefact(${JSON.stringify(folder)}, 'new', () => {
        console.log('begun')
        return new Promise((resolve) => setTimeout(resolve, 60_000))
      })`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script])
    await once(child.stdout, 'data')
    expect(fs.readdirSync(parent)).toHaveLength(2)
    child.kill(signal)
    await once(child, 'close')
    // Nobody can tidy up after SIGKILL: the next download does.
    if (signal === 'SIGKILL') await buildArtefact(folder, 'pin', () => {})
    expect(fs.readdirSync(parent)).toEqual(['weights'])
  })
})
