import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { crc32, deflateRawSync } from 'node:zlib'
import { expect, it, onTestFinished } from 'vitest'
import { unpackArchive } from '../../../../../src/main/background/exchange/archive-reader.ts'
import { ARCHIVE_VERSION } from '../../../../../src/shared/exchange/run-archive.ts'
import { ArchiveWriter } from '../../../../../src/main/services/exchange/archive/archive-writer.ts'

interface RawEntry {
  readonly name: string
  readonly content: Buffer
  /** What the headers claim, where that is not the truth. */
  readonly method?: number
  readonly stored?: Buffer
  readonly claimedSize?: number
  /** Byte offset of the entry whose data this one uses too. */
  readonly sharesOffset?: number
  readonly crc?: number
}

/** A zip with whatever its entries say, well formed or not. */
function zip(entries: readonly RawEntry[]): Buffer {
  const parts: Buffer[] = []
  const central: Buffer[] = []
  let offset = 0
  for (const entry of entries) {
    const name = Buffer.from(entry.name)
    const data = entry.stored ?? entry.content
    const size = entry.claimedSize ?? entry.content.length
    const crc = entry.crc ?? crc32(entry.content)
    const fields = (buffer: Buffer, at: number) => {
      buffer.writeUInt16LE(entry.method ?? 0, at)
      buffer.writeUInt32LE(crc, at + 6)
      buffer.writeUInt32LE(entry.method ? data.length : size, at + 10)
      buffer.writeUInt32LE(size, at + 14)
      buffer.writeUInt16LE(name.length, at + 18)
    }
    const own = entry.sharesOffset ?? offset
    if (entry.sharesOffset === undefined) {
      const local = Buffer.alloc(30)
      local.writeUInt32LE(0x04034b50, 0)
      fields(local, 8)
      parts.push(local, name, data)
      offset += 30 + name.length + data.length
    }
    const header = Buffer.alloc(46)
    header.writeUInt32LE(0x02014b50, 0)
    fields(header, 10)
    header.writeUInt32LE(own, 42)
    central.push(header, name)
  }
  const directory = Buffer.concat(central)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(entries.length, 8)
  end.writeUInt16LE(entries.length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, directory, end])
}

const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
const run = Buffer.from('{"any": "json"}')

function manifest(
  files: readonly { path: string; content: Buffer }[],
  change: object = {},
): RawEntry {
  const listed = files.map(({ path: name, content }) => ({
    path: name,
    bytes: content.length,
    sha256: hash(content),
  }))
  const value = {
    format: 'ddadrun',
    version: 1,
    application: '0',
    createdAt: '',
    files: listed,
    ...change,
  }
  return { name: 'manifest.json', content: Buffer.from(JSON.stringify(value)) }
}

const named = manifest([{ path: 'run.json', content: run }])
const good: RawEntry = { name: 'run.json', content: run }
const big = Buffer.alloc(4_000_000)

function write(bytes: Buffer) {
  const base = fs.mkdtempSync(path.join(os.tmpdir(), 'ddad-archive-'))
  onTestFinished(() => fs.rmSync(base, { recursive: true, force: true }))
  const file = path.join(base, 'run.ddadrun')
  const folder = path.join(base, 'in', 'side')
  fs.mkdirSync(folder, { recursive: true })
  fs.writeFileSync(file, bytes)
  return { base, file, folder }
}

it('unpacks a made archive that is as it should be', async () => {
  const { file, folder } = write(zip([good, named]))
  await unpackArchive(file, folder)
  expect(fs.readFileSync(path.join(folder, 'run.json'))).toEqual(run)
})

const evil = (name: string): RawEntry[] => [
  { name, content: run },
  manifest([{ path: name, content: run }]),
]

it.each<[string, RegExp, () => Buffer]>([
  ['a path upwards', /invalid relative path|no run has/, () => zip(evil('../../evil.json'))],
  [
    'a path upwards inside',
    /invalid relative path|no run has/,
    () => zip(evil('checkpoints/../../evil.json')),
  ],
  ['an absolute path', /absolute path|no run has/, () => zip(evil('/tmp/evil.json'))],
  [
    'a Windows path',
    /invalid characters|absolute path|no run has/,
    () => zip(evil('C:\\evil.json')),
  ],
  ['backslashes', /invalid characters|no run has/, () => zip(evil('checkpoints\\..\\..\\evil'))],
  ['an unknown name', /no run has/, () => zip([good, { name: 'run.sh', content: run }, named])],
  [
    'a folder in place of a file',
    /no run has/,
    () => zip([good, { name: 'checkpoints/', content: Buffer.alloc(0) }, named]),
  ],
  ['the same name twice', /twice/, () => zip([good, good, named])],
  [
    'a file that the manifest does not name',
    /does not name/,
    () => zip([good, { name: 'curves.json', content: run }, named]),
  ],
  ['a file too few', /missing/, () => zip([named])],
  ['no manifest', /no manifest/, () => zip([good])],
  [
    'a manifest that is no JSON',
    /manifest cannot be read/,
    () => zip([good, { name: 'manifest.json', content: run.subarray(3) }]),
  ],
  [
    'another format',
    /not that of an exported run/,
    () => zip([good, manifest([], { format: 'other' })]),
  ],
  [
    'a newer version',
    /newer DDAD Studio/,
    () => zip([good, manifest([], { version: ARCHIVE_VERSION + 1 })]),
  ],
  [
    'a manifest that names a file twice',
    /twice/,
    () =>
      zip([
        good,
        manifest([
          { path: 'run.json', content: run },
          { path: 'run.json', content: run },
        ]),
      ]),
  ],
  [
    'a wrong hash',
    /damaged/,
    () => zip([{ name: 'run.json', content: Buffer.from('{"any": "JSON"}') }, named]),
  ],
  [
    'another size than the manifest says',
    /another size/,
    () => zip([{ name: 'run.json', content: Buffer.from('{}') }, named]),
  ],
  [
    'a compressed entry, a bomb',
    /compressed/,
    () =>
      zip([
        { name: 'run.json', content: big, stored: deflateRawSync(big), method: 8 },
        manifest([{ path: 'run.json', content: big }]),
      ]),
  ],
  [
    'entries that claim more than there is',
    /claim more bytes|central directory/,
    () => zip([{ ...good, claimedSize: 3_000_000_000 }, named]),
  ],
  [
    'entries that overlap',
    /claim more bytes/,
    () => {
      const content = Buffer.alloc(3000, 1)
      const names = Array.from({ length: 9 }, (_, n) => `evaluations/1/${n + 1}.npy`)
      const shared = names.map((name, n): RawEntry =>
        n === 0 ? { name, content } : { name, content, sharesOffset: 0 },
      )
      return zip([...shared, manifest(names.map((name) => ({ path: name, content })))])
    },
  ],
  ['no zip at all', /no zip archive/, () => Buffer.from('not an archive, whatever its name says')],
  ['nothing', /no zip archive/, () => Buffer.alloc(0)],
  ['half of it', /no zip archive|part of one/, () => zip([good, named]).subarray(0, 120)],
])('refuses %s', async (_, reason, make) => {
  const { base, file, folder } = write(make())
  await expect(unpackArchive(file, folder)).rejects.toThrow(reason)
  expect(fs.readdirSync(base).toSorted()).toEqual(['in', 'run.ddadrun'])
  expect(fs.readdirSync(path.join(base, 'in'))).toEqual(['side'])
  expect(fs.existsSync('/tmp/evil.json')).toBe(false)
})

it('never unpacks a damaged byte unnoticed', async () => {
  const bytes = zip([good, named])
  for (let at = 0; at < bytes.length; at += 11) {
    const damaged = Buffer.from(bytes)
    damaged[at] = damaged[at]! ^ 0xff
    const { file, folder } = write(damaged)
    const unpacked = await unpackArchive(file, folder).then(
      () => true,
      () => false,
    )
    if (unpacked) expect(fs.readFileSync(path.join(folder, 'run.json'))).toEqual(run)
  }
})

it('reads what the writer writes, and the writer leaves nothing of what it gave up', async () => {
  const { base, file, folder } = write(Buffer.alloc(0))
  const abandoned = await ArchiveWriter.create(path.join(base, 'other'))
  await abandoned.add('run.json', run)
  await abandoned.abandon()
  const writer = await ArchiveWriter.create(file)
  fs.writeFileSync(path.join(base, 'in', 'source'), big)
  await writer.add('run.json', run)
  await writer.add('checkpoints/unet-1', { file: path.join(base, 'in', 'source') })
  const content = [
    { path: 'run.json', content: run },
    { path: 'checkpoints/unet-1', content: big },
  ]
  await writer.add('manifest.json', manifest(content).content)
  await writer.finish()
  const { files } = await unpackArchive(file, folder)
  expect(files.map((entry) => entry.path)).toEqual(['run.json', 'checkpoints/unet-1'])
  expect(fs.readdirSync(base).toSorted()).toEqual(['in', 'run.ddadrun'])
})
