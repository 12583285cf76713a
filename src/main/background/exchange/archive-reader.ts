/**
 * Unpacks an archive of a run without trusting it. Nothing leaves the folder that it is unpacked into, and
 * nothing is kept unless every file is named by the manifest with its size and hash.
 */
import { createHash } from 'node:crypto'
import { mkdir, open, stat } from 'node:fs/promises'
import path from 'node:path'
import { openPromise, type Entry, type ZipFile } from 'yauzl'
import { z } from 'zod'
import { DdadError, diskFull, isDiskFull } from '../../../shared/errors.ts'
import {
  ARCHIVE_VERSION,
  ENTRY_LIMIT,
  MANIFEST,
  manifestSchema,
  type Manifest,
} from '../../../shared/exchange/run-archive.ts'
import { writeAll } from '../../files/files.ts'
import { within } from '../../files/within.ts'

const MANIFEST_LIMIT = 64 * 2 ** 20

/** Every name that an archive of a run may have. No other path can be written. */
const allowedNames =
  /^(?:manifest|run|curves|images|evaluations)\.json$|^checkpoints\/[\w-]{1,64}(?:\.safetensors)?$|^evaluations\/\d{1,9}\/\d{1,9}\.(?:npy|png)$|^masks\/\d{1,9}-\d{1,9}\.png$/

/**
 * Unpacks every file of an archive into a new, empty folder.
 * @throws {DdadError} BAD_FILE that says what is wrong with the archive; the folder is then to be deleted.
 */
export async function unpackArchive(file: string, folder: string): Promise<Manifest> {
  const bad = (reason: string, cause?: unknown): DdadError =>
    new DdadError('BAD_FILE', `${path.basename(file)} was not imported: ${reason}.`, { cause })
  const { size } = await stat(file).catch((cause: unknown) => {
    throw bad('it cannot be read', cause)
  })
  let archive: ZipFile
  try {
    archive = await openPromise(file, {
      lazyEntries: true,
      autoClose: false,
      strictFileNames: true,
    })
  } catch (cause) {
    throw bad('it is no zip archive, or only a part of one', cause)
  }
  try {
    const entries = await readEntries(archive, size, bad)
    const manifest = await readManifest(archive, entries, bad)
    const listed = new Map(manifest.files.map((entry) => [entry.path, entry]))
    if (listed.size !== manifest.files.length) throw bad('its manifest names a file twice')
    for (const name of listed.keys()) {
      if (!entries.has(name)) throw bad(`${name} is missing from it`)
    }
    for (const [name, entry] of entries) {
      if (name === MANIFEST) continue
      const expected = listed.get(name)
      if (!expected) throw bad(`its manifest does not name ${name}`)
      if (entry.uncompressedSize !== expected.bytes) {
        throw bad(`${name} has another size than its manifest says`)
      }
      const target = within(folder, ...name.split('/'))
      await mkdir(path.dirname(target), { recursive: true })
      const hash = await extract(archive, entry, target, bad)
      if (hash !== expected.sha256)
        throw bad(`${name} is damaged: its hash is not the recorded one`)
    }
    return manifest
  } finally {
    archive.close()
  }
}

type Bad = (reason: string, cause?: unknown) => DdadError

async function readEntries(archive: ZipFile, size: number, bad: Bad): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>()
  const folded = new Set<string>()
  let total = 0
  if (archive.entryCount > ENTRY_LIMIT) throw bad(`it has ${archive.entryCount} entries`)
  try {
    for await (const entry of archive.eachEntry()) {
      const { fileName } = entry
      const shown = JSON.stringify(fileName.slice(0, 100))
      if (!allowedNames.test(fileName)) throw bad(`it has an entry ${shown} that no run has`)
      if (folded.has(fileName.toLowerCase())) throw bad(`it has ${shown} twice`)
      if (entry.isEncrypted()) throw bad(`${shown} is encrypted`)
      // Stored entries cannot grow while they are unpacked.
      if (entry.compressionMethod !== 0 || entry.compressedSize !== entry.uncompressedSize) {
        throw bad(`${shown} is compressed, which an exported run never is`)
      }
      total += entry.uncompressedSize
      // Entries that overlap would unpack to more than there is.
      if (total > size) throw bad('its entries claim more bytes than it has')
      folded.add(fileName.toLowerCase())
      entries.set(fileName, entry)
    }
  } catch (error) {
    throw error instanceof DdadError ? error : bad(describe(error), error)
  }
  return entries
}

async function readManifest(
  archive: ZipFile,
  entries: ReadonlyMap<string, Entry>,
  bad: Bad,
): Promise<Manifest> {
  const entry = entries.get(MANIFEST)
  if (!entry) throw bad('it has no manifest, so it is not an exported run')
  if (entry.uncompressedSize > MANIFEST_LIMIT) throw bad('its manifest is too large')
  const chunks: Buffer[] = []
  let value: unknown
  try {
    for await (const chunk of await archive.openReadStreamPromise(entry))
      chunks.push(chunk as Buffer)
    value = JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch (error) {
    throw bad('its manifest cannot be read', error)
  }
  const version = z.looseObject({ version: z.number() }).safeParse(value).data?.version
  if (version !== undefined && version > ARCHIVE_VERSION) {
    throw bad(`a newer DDAD Studio wrote it (format ${version}); update to import it`)
  }
  const parsed = manifestSchema.safeParse(value)
  if (!parsed.success) throw bad('its manifest is not that of an exported run')
  return parsed.data
}

/** Writes one entry and returns the SHA-256 of what was written. */
async function extract(archive: ZipFile, entry: Entry, target: string, bad: Bad): Promise<string> {
  const hash = createHash('sha256')
  const handle = await open(target, 'wx')
  try {
    for await (const chunk of await archive.openReadStreamPromise(entry)) {
      hash.update(chunk as Buffer)
      await writeAll(handle, chunk as Buffer)
    }
    await handle.sync()
  } catch (error) {
    if (isDiskFull(error)) throw diskFull(target, error)
    throw bad(`${entry.fileName} cannot be read: ${describe(error)}`, error)
  } finally {
    await handle.close()
  }
  return hash.digest('hex')
}

const describe = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/\.$/, '').slice(0, 200)
