import fs from 'node:fs'
import path from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { DdadError } from '../../src/shared/errors.ts'
import { Random } from '../../src/shared/random.ts'
import { decodeImage } from '../../src/main/decode/decode.ts'
import { decodeMask } from '../../src/main/decode/mask.ts'
import { readRun } from '../../src/main/background/exchange/read-run.ts'
import { ArchiveWriter } from '../../src/main/services/exchange/archive/archive-writer.ts'
import { ARCHIVE_VERSION, MANIFEST } from '../../src/shared/exchange/run-archive.ts'
import { readSafetensors } from '../../src/main/engine/formats/safetensors.ts'
import { readTorch } from '../../src/main/engine/formats/torch.ts'
import { unpackArchive } from '../../src/main/background/exchange/archive-reader.ts'
import { besieged, scaled, seed, Tally, type Besieged } from './besieged.ts'

const fixtures = path.join(import.meta.dirname, '../fixtures')
const tally = new Tally()
afterAll(() => tally.print('Hostile files'))

/** Bytes cut off, flipped, overwritten, repeated or taken out. */
function spoiled(whole: Buffer, random: Random): Buffer {
  const bytes = Buffer.from(whole)
  const at = random.integer(bytes.length)
  const length = 1 + random.integer(64)
  switch (random.integer(5)) {
    case 0:
      return bytes.subarray(0, at)
    case 1:
      bytes[at] = bytes[at]! ^ (1 << random.integer(8))
      return bytes
    case 2:
      return bytes.fill(
        [0, 0xff, random.integer(256)][random.integer(3)]!,
        at,
        Math.min(bytes.length, at + length),
      )
    case 3:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.max(0, at - length))])
    default:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)])
  }
}

/** Reads or refuses, in words and within ten seconds of the processor. */
async function survive(kind: string, read: () => unknown, what = ''): Promise<void> {
  const began = process.cpuUsage()
  const lost: string[] = []
  try {
    await read()
  } catch (error) {
    if (!(error instanceof DdadError)) lost.push(`${kind} ${what}: ${String(error)}`)
  }
  const { user, system } = process.cpuUsage(began)
  const seconds = (user + system) / 1e6
  if (seconds > 10) lost.push(`${kind} ${what} took ${seconds.toFixed(1)} s of the processor`)
  tally.add(kind, lost)
}

/** Documents with bytes changed in an archive that is whole otherwise, so that they are read. */
async function spoilDocuments(under: Besieged, whole: Buffer, random: Random): Promise<void> {
  const unpacked = path.join(under.folder, 'documents')
  const file = path.join(under.folder, 'changed.ddadrun')
  fs.mkdirSync(unpacked)
  fs.writeFileSync(file, whole)
  const { files } = await unpackArchive(file, unpacked)
  const documents = ['run.json', 'images.json', 'curves.json', 'evaluations.json']
  for (let n = 0; n < scaled(400); n++) {
    fs.rmSync(file)
    const archive = await ArchiveWriter.create(file)
    for (const { path: name } of files) {
      const content = fs.readFileSync(path.join(unpacked, name))
      await archive.add(name, name === documents[n % 4] ? spoiled(content, random) : content)
    }
    const manifest = { format: 'ddadrun', version: ARCHIVE_VERSION, application: '1' }
    const text = JSON.stringify({ ...manifest, createdAt: '', files: archive.files })
    await archive.add(MANIFEST, Buffer.from(text))
    await archive.finish()
    const folder = path.join(under.folder, 'read')
    fs.mkdirSync(folder)
    await survive('document', () => readRun({ file, folder }))
    fs.rmSync(folder, { recursive: true })
  }
}

it('reads or refuses weights, images and archives whatever was done to their bytes', async () => {
  const random = new Random(seed)
  const weights = [
    'torch/zip.pth',
    'torch/legacy.pth',
    'torch/nested.pth',
    'torch/expected.safetensors',
  ]
  for (let n = 0; n < scaled(4000); n++) {
    const name = weights[n % weights.length]!
    const bytes = spoiled(fs.readFileSync(path.join(fixtures, name)), random)
    await survive(path.extname(name), () => {
      const tensors = name.endsWith('.pth')
        ? readTorch(bytes, name)
        : readSafetensors(bytes, name).tensors
      for (const tensor of tensors.values()) void tensor.data
    })
  }
  const images = fs.readdirSync(path.join(fixtures, 'images')).filter((name) => /\.\w+$/.test(name))
  for (let n = 0; n < scaled(3000); n++) {
    const name = images[n % images.length]!
    const bytes = spoiled(fs.readFileSync(path.join(fixtures, 'images', name)), random)
    await survive('image', () => decodeImage(bytes, name), name)
    await survive('mask', () => decodeMask(bytes, name), name)
  }
  const under = await besieged(10)
  const whole = fs.readFileSync(path.join(under.folder, 'whole.ddadrun'))
  for (let n = 0; n < scaled(400); n++) {
    const file = path.join(under.folder, 'spoiled.ddadrun')
    const target = path.join(under.folder, 'unpacked')
    fs.writeFileSync(file, spoiled(whole, random))
    fs.mkdirSync(target)
    const before = fs.readdirSync(under.folder).sort()
    await survive('archive', () => unpackArchive(file, target))
    expect(fs.readdirSync(under.folder).sort()).toEqual(before)
    fs.rmSync(target, { recursive: true })
  }
  await spoilDocuments(under, whole, random)
  expect(tally.lost).toEqual([])
  fs.rmSync(under.folder, { recursive: true, force: true })
})
