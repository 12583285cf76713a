// Places and file habits of everything that is fetched. Plain JavaScript with Node's built-ins only: the set-up runs it
// under Node 20, before anything is installed, and the application bundles it.
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/**
 * Per-user folder for verified downloads, shared by every checkout and the package. `DDAD_CACHE` moves it.
 * @param {NodeJS.ProcessEnv} env
 * @param {NodeJS.Platform} platform
 * @returns {string}
 */
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

/**
 * Hash of a file as lower-case hex, or as `sha512-<base64>` when `format` is 'integrity'.
 * @param {string} file
 * @param {string} algorithm
 * @param {'hex' | 'integrity'} format
 * @returns {Promise<string>}
 */
export async function hashFile(file, algorithm, format = 'hex') {
  const hash = createHash(algorithm)
  for await (const chunk of fs.createReadStream(file, { highWaterMark: 1 << 20 }))
    hash.update(chunk)
  return format === 'integrity' ? `${algorithm}-${hash.digest('base64')}` : hash.digest('hex')
}

/** The parsed content of a JSON file; null when it cannot be read. */
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

/** Paths of all files below a folder, relative to it, sorted; none when it is not there. */
export function filesBelow(folder) {
  if (!fs.existsSync(folder)) return []
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort()
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
