/** Where this program's own files are, run from source, built, or installed from a package. */
import fs from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { electronInWords } from '../../../provision/electron.mjs'
import { DdadError } from '../../../shared/errors.ts'

/** The folder with `package.json`: the checkout, the archive of an installed window, or what Node runs beside it. */
function findRoot(): string {
  let folder = import.meta.dirname
  while (!fs.existsSync(path.join(folder, 'package.json'))) {
    const parent = path.dirname(folder)
    if (parent === folder) throw new Error(`No package.json above ${import.meta.dirname}.`)
    folder = parent
  }
  return folder
}

const root = findRoot()
const fromSource = import.meta.filename.endsWith('.ts')
/** Node cannot read the archive that an installed window runs from; its part lies in a folder beside it. */
const nodeRoot = root.endsWith('.asar') ? path.join(path.dirname(root), 'studio') : root

const manifestSchema = z.object({
  version: z.string(),
  /** A package has none. */
  devDependencies: z.object({ electron: z.string().optional() }).optional(),
  /** Written by the packaging. */
  packaged: z
    .strictObject({
      commit: z.string().nullable(),
      forTesting: z.boolean(),
      executable: z.string(),
    })
    .optional(),
})
const manifest = manifestSchema.parse(
  JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')),
)

/** What the packaging has noted; null in a checkout. */
export const packaged = manifest.packaged ?? null
// What this process and its children name as the remedy for what is not fetched yet.
if (packaged) process.env['DDAD_SETUP'] = 'ddad setup'

/** The entry file of a child process, of the same kind as the code that asks. */
export function childEntry(name: 'engine' | 'background'): string {
  return fromSource
    ? path.join(root, 'src/main', name, 'entry.ts')
    : path.join(nodeRoot, 'out/main', `${name}.js`)
}

/**
 * Node's executable for engine and background: this process's own, the package's, or the one that the window was
 * started with.
 * @throws {DdadError} INTERNAL where a window was started without one.
 */
export function nodeExecutable(): string {
  if (!process.versions['electron']) return process.execPath
  const named = packaged ? path.join(nodeRoot, 'bin/node') : process.env['DDAD_NODE']
  if (named && fs.existsSync(named)) return named
  throw new DdadError(
    'INTERNAL',
    packaged
      ? `${named} is missing. Install DDAD Studio again.`
      : 'There is no Node for engine and background processes. Start the studio with `npm start`.',
  )
}

/** The Electron that prints for the command line, with what names the application to it; null when there is none. */
export function printingElectron(): { executable: string; args: readonly string[] } | null {
  const beside = packaged && path.join(root, '../..', packaged.executable)
  if (beside) return fs.existsSync(beside) ? { executable: beside, args: [] } : null
  // Named by whoever started the command line.
  const named = process.env['DDAD_ELECTRON']
  return named ? { executable: named, args: [root] } : null
}

/** The photographs that the demo data set is cut from. */
export const demoSources = path.join(nodeRoot, 'resources/demo')

/** Engine files that a package may bring along. */
export const bundledEngine = path.join(nodeRoot, 'engine')

/** The folder with `package.json`. */
export const applicationRoot = root

/** The built page and preload script. */
export const builtFolder = path.join(root, 'out')

export function appVersion(): string {
  return manifest.version
}

/** The Electron that this process runs in, with its age where it is not the declared one; empty on the command line. */
export function electronText(): string {
  const version = process.versions['electron']
  return version ? electronInWords(version, manifest.devDependencies?.electron ?? null) : ''
}

/** The folder of a development build's repository; null for a packed application. */
export function checkoutFolder(): string | null {
  return fs.existsSync(path.join(root, '.git')) ? root : null
}
