import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { readSafetensors } from '../../../../../src/main/engine/formats/safetensors.ts'
import { readTorch } from '../../../../../src/main/engine/formats/torch.ts'
import { legacyHead, type Vector } from '../../../../support/torch-file.ts'

const folder = path.join(import.meta.dirname, '../../../../fixtures/torch')
const load = (name: string) => readFileSync(path.join(folder, name))

/** Written by PyTorch 2 beside both containers: every type, transposed, sliced and shared storages. */
const expected = readSafetensors(load('expected.safetensors')).tensors

describe('PyTorch files', () => {
  it.each(['zip.pth', 'legacy.pth'])('reads every tensor of %s as PyTorch does', (name) => {
    const tensors = readTorch(load(name), name)
    expect([...tensors.keys()].sort()).toEqual([...expected.keys()].sort())
    for (const [key, tensor] of expected) expect(tensors.get(key), key).toEqual(tensor)
  })

  it('keeps the prefix of DataParallel where it is wanted', () => {
    const tensors = readTorch(load('zip.pth'), 'zip.pth', { stripModule: false })
    expect([...tensors.keys()].every((name) => name.startsWith('module.'))).toBe(true)
  })

  it.each([2, 3, 4, 5])(
    'reads pickle protocol %i, with NumPy values beside and torch.compile’s names',
    (protocol) => {
      const name = `protocol${protocol}.pth`
      expect([...readTorch(load(name), name)]).toEqual([
        ['weight', { dtype: 'F32', shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }],
        ['bias', { dtype: 'F32', shape: [2], data: Float32Array.of(5, 6) }],
      ])
    },
  )

  it.each([
    ['<!DOCTYPE html><html><head><title>Google Drive</title>', /web page/],
    ['\n<HTML>', /web page/],
    ['version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1', /git lfs pull/],
    ['/annex/objects/SHA256E-s1--0.pth\n', /git annex get/],
  ])('names what lies in the place of weights: %j', (text, words) => {
    const bytes = new TextEncoder().encode(text)
    expect(() => readTorch(bytes, 'unet.pth')).toThrowError(words)
    expect(() => readSafetensors(bytes, 'unet.safetensors')).toThrowError(words)
  })

  it('finds a state dict that a training script has nested', () => {
    const tensors = readTorch(load('nested.pth'), 'nested.pth')
    expect([...tensors]).toEqual([
      ['weight', { dtype: 'F32', shape: [2], data: Float32Array.of(1, 1) }],
    ])
  })

  it.each(['evil-zip.pth', 'evil-legacy.pth'])('refuses the command in %s', (name) => {
    expect(() => readTorch(load(name), name)).toThrowError(
      expect.objectContaining({
        code: 'BAD_FILE',
        message: expect.stringMatching(/"posix\.system"/),
      }),
    )
    // What the pickle would have run under Python.
    expect(existsSync('/tmp/owned')).toBe(false)
  })

  it('names the remedy for the tar form of early PyTorch', () => {
    const tar = new Uint8Array(1024)
    tar.set(new TextEncoder().encode('ustar'), 257)
    expect(() => readTorch(tar, 'resnet50-19c8e357.pth')).toThrowError(
      /resnet50-19c8e357.*tar form/,
    )
  })

  it('refuses a compressed archive', () => {
    const bytes = Uint8Array.from(load('zip.pth'))
    const view = new DataView(bytes.buffer)
    const directory = view.getUint32(bytes.length - 22 + 16, true)
    view.setUint16(directory + 10, 8, true)
    expect(() => readTorch(bytes, 'zip.pth')).toThrowError(/compressed/)
  })

  it('refuses a small file that claims a huge tensor', () => {
    const bytes = tinyLegacy({ numel: 1, size: 2 ** 30, stride: 0 })
    expect(() => readTorch(bytes, 'bomb.pth')).toThrowError(/claims more elements/)
  })

  it('refuses a tensor that reaches beyond its storage', () => {
    const bytes = tinyLegacy({ numel: 1, size: 2, stride: 1 })
    expect(() => readTorch(bytes, 'beyond.pth')).toThrowError(/reaches element 1 of storage 0/)
  })

  it('reads the hand-made file that the refusals are variants of', () => {
    const tensors = readTorch(tinyLegacy({ numel: 1, size: 1, stride: 1 }), 'tiny.pth')
    expect(tensors.get('t')).toEqual({ dtype: 'F32', shape: [1], data: Float32Array.of(1) })
  })
})

/** A legacy file with one vector "t" over one storage of `numel` ones. */
function tinyLegacy(vector: Vector): Uint8Array {
  const storage = new Float32Array(vector.numel).fill(1)
  return Buffer.concat([legacyHead(vector), Buffer.from(storage.buffer)])
}
