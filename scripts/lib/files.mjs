// Places and file habits shared by the set-up scripts. Node built-ins only: nothing is installed yet.
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository's root. */
export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')

/** Per-user folder for verified downloads, shared by every checkout. `DDAD_CACHE` moves it. */
export function cacheRoot(env = process.env, platform = process.platform) {
  if (env.DDAD_CACHE) return path.resolve(env.DDAD_CACHE)
  if (platform === 'win32') {
    return path.join(
      env.LOCALAPPDATA ?? path.join(os.homedir(), 'AppData/Local'),
      'ddad-studio/cache',
    )
  }
  if (platform === 'darwin') return path.join(os.homedir(), 'Library/Caches/ddad-studio')
  return path.join(env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'ddad-studio')
}

/** Hash of a file as lower-case hex, or as `sha512-<base64>` when `format` is 'integrity'. */
export async function hashFile(file, algorithm, format = 'hex') {
  const hash = createHash(algorithm)
  for await (const chunk of fs.createReadStream(file, { highWaterMark: 1 << 20 }))
    hash.update(chunk)
  return format === 'integrity' ? `${algorithm}-${hash.digest('base64')}` : hash.digest('hex')
}

export function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}

export function writeJson(file, value) {
  fs.mkdirSync(path.dirname(file), { recursive: true })
  const temporary = `${file}.${process.pid}.tmp`
  fs.writeFileSync(temporary, JSON.stringify(value, null, 2) + '\n')
  fs.renameSync(temporary, file)
}

/**
 * Builds a folder completely beside its destination and renames it into place, so that an
 * interrupted set-up leaves either the old folder or none, never half of one.
 * @param {string} destination
 * @param {(staging: string) => unknown} build
 */
export async function buildFolder(destination, build) {
  fs.mkdirSync(path.dirname(destination), { recursive: true })
  const staging = fs.mkdtempSync(`${destination}.part-`)
  try {
    await build(staging)
    fs.rmSync(destination, { recursive: true, force: true })
    fs.renameSync(staging, destination)
  } finally {
    fs.rmSync(staging, { recursive: true, force: true })
  }
}

/** Bytes of all files below a folder; files that vanish while it looks count as nothing. */
export function folderBytes(folder) {
  let bytes = 0
  let entries = []
  try {
    entries = fs.readdirSync(folder, { withFileTypes: true })
  } catch {
    return 0
  }
  for (const entry of entries) {
    const full = path.join(folder, entry.name)
    if (entry.isDirectory()) bytes += folderBytes(full)
    else {
      try {
        bytes += fs.lstatSync(full).size
      } catch {
        // Renamed or removed by the downloader in the meantime.
      }
    }
  }
  return bytes
}
