// Folders in the cache whose content is on record: made whole or not at all, and compared with their manifest at each start.
import fs from 'node:fs'
import path from 'node:path'
import { filesBelow, hashFile, readJson, writeJson } from './files.mjs'

const MANIFEST = 'manifest.json'

/**
 * What is wrong with an artefact's folder, in words; null when it is as it was made. Sizes and times are compared;
 * content is read where they differ, or always when `contents` is asked for.
 * @param {string} folder
 * @param {string} source what the folder was made from, such as the integrity of an archive
 * @param {{ contents?: boolean }} options
 * @returns {Promise<string | null>}
 */
export async function findDamage(folder, source, { contents = false } = {}) {
  if (!fs.existsSync(folder)) return 'it is not there'
  const manifest = readJson(path.join(folder, MANIFEST))
  if (!manifest?.files) return 'it has no manifest'
  if (manifest.source !== source) return 'it was made from another source'
  let touched = false
  for (const [name, recorded] of Object.entries(manifest.files)) {
    const file = path.join(folder, name)
    const stat = fs.statSync(file, { throwIfNoEntry: false })
    if (!stat) return `${name} is missing`
    if (stat.size !== recorded.bytes)
      return `${name} has ${stat.size} bytes instead of ${recorded.bytes}`
    const sameTime = Math.trunc(stat.mtimeMs) === recorded.modifiedAt
    if (sameTime && !contents) continue
    if ((await hashFile(file, 'sha256')) !== recorded.sha256) return `${name} has other content`
    touched ||= !sameTime
    recorded.modifiedAt = Math.trunc(stat.mtimeMs)
  }
  // A copied cache has other times; they are taken over so that the next start need not read it again.
  if (touched) writeManifest(folder, manifest)
  return null
}

/** Whether an artefact's folder is there and was finished. Looks at nothing but its manifest. */
export function isComplete(folder) {
  return fs.existsSync(path.join(folder, MANIFEST))
}

function writeManifest(folder, manifest) {
  try {
    writeJson(path.join(folder, MANIFEST), manifest)
  } catch {
    // A cache that belongs to somebody else is read all the same.
  }
}

/** Writes the manifest of a folder as it is now. */
export async function recordArtefact(folder, source) {
  const files = {}
  for (const name of filesBelow(folder).filter((file) => file !== MANIFEST)) {
    const { size, mtimeMs } = fs.statSync(path.join(folder, name))
    const sha256 = await hashFile(path.join(folder, name), 'sha256')
    files[name] = { bytes: size, modifiedAt: Math.trunc(mtimeMs), sha256 }
  }
  writeJson(path.join(folder, MANIFEST), { source, files })
}

/** Parts of builds whose process has ended without tidying up. */
function removeLeftParts(destination) {
  const parent = path.dirname(destination)
  for (const name of fs.readdirSync(parent)) {
    const pid = /\.part-(\d+)-/.exec(name)?.[1]
    if (!pid || !name.startsWith(path.basename(destination))) continue
    try {
      process.kill(Number(pid), 0)
    } catch (error) {
      if (error.code === 'ESRCH') fs.rmSync(path.join(parent, name), { recursive: true })
    }
  }
}

/**
 * Makes a folder beside its destination, records its files and renames it into place, so that whoever interrupts it
 * leaves either the old folder or none, never half of one. A signal removes the part before the process ends.
 * @param {string} destination
 * @param {string} source see {@link findDamage}
 * @param {(staging: string) => unknown} build
 */
export async function buildArtefact(destination, source, build) {
  fs.mkdirSync(path.dirname(destination), { recursive: true })
  removeLeftParts(destination)
  const staging = fs.mkdtempSync(`${destination}.part-${process.pid}-`)
  const remove = () => fs.rmSync(staging, { recursive: true, force: true, maxRetries: 5 })
  const give = (signal) => {
    remove()
    process.exit(signal === 'SIGINT' ? 130 : 143)
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) process.on(signal, give)
  try {
    await build(staging)
    await recordArtefact(staging, source)
    const old = `${staging}-old`
    if (fs.existsSync(destination)) fs.renameSync(destination, old)
    fs.renameSync(staging, destination)
    fs.rmSync(old, { recursive: true, force: true })
  } finally {
    for (const signal of signals) process.off(signal, give)
    remove()
  }
}
