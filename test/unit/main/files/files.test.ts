import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sha256, writeFileAtomic } from '../../../../src/main/files/files.ts'
import { decodeNpy, encodeNpy } from '../../../../src/main/decode/npy.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'ddad-files-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('writeFileAtomic', () => {
  it('replaces a file and says what it wrote', async () => {
    const file = path.join(folder, 'a.bin')
    writeFileSync(file, 'old')
    const bytes = Buffer.from('abc')
    expect(await writeFileAtomic(file, bytes)).toEqual({
      file,
      bytes: 3,
      sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    })
    expect(readFileSync(file)).toEqual(bytes)
    expect(readdirSync(folder)).toEqual(['a.bin'])
    expect(sha256(bytes)).toMatch(/^ba7816bf/)
  })

  it('refuses what does not fit before it writes any of it', async () => {
    const file = path.join(folder, 'a.bin')
    writeFileSync(file, 'old')
    const huge = { bytes: 1e18, parts: [] }
    await expect(writeFileAtomic(file, huge)).rejects.toMatchObject({ code: 'DISK_FULL' })
    expect(readFileSync(file, 'utf8')).toBe('old')
    expect(readdirSync(folder)).toEqual(['a.bin'])
  })

  it('leaves no temporary file behind when it fails', async () => {
    const file = path.join(folder, 'taken')
    await writeFileAtomic(path.join(folder, 'other'), Buffer.from('x'))
    const { mkdirSync } = await import('node:fs')
    mkdirSync(file)
    await expect(writeFileAtomic(file, Buffer.from('x'))).rejects.toThrow()
    expect(readdirSync(folder).sort()).toEqual(['other', 'taken'])
  })
})

describe('npy', () => {
  const array = { shape: [2, 3], data: Float32Array.of(0, -1.5, 2, 3e-40, Infinity, 6) }

  it('reads back what it wrote, aligned', () => {
    const bytes = encodeNpy(array)
    expect((bytes.length - 24) % 64).toBe(0)
    expect(decodeNpy(bytes, 'a.npy')).toEqual(array)
  })

  it.each([
    ['cut data', (b: Buffer) => b.subarray(0, b.length - 1), /needs 24 bytes, 23 are there/],
    [
      'another type',
      (b: Buffer) => Buffer.from(b.toString('latin1').replace('<f4', '<f8'), 'latin1'),
      /float32/,
    ],
    ['another file', () => Buffer.from('hello, this is text'), /signature/],
  ])('refuses %s', (_, spoil, message) => {
    const bytes = spoil(Buffer.from(encodeNpy(array)))
    expect(() => decodeNpy(bytes, 'a.npy')).toThrow(message)
  })
})
