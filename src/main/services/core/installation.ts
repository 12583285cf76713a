/** Where this program's own files are, run from source or built. */
import fs from 'node:fs'
import path from 'node:path'
import { DdadError } from '../../../shared/errors.ts'

/** The folder with `package.json`: the checkout, or the unpacked application. */
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

/** The entry file of a child process, of the same kind as the code that asks. */
export function childEntry(name: 'engine' | 'background'): string {
  return fromSource
    ? path.join(root, 'src/main', name, 'entry.ts')
    : path.join(root, 'out/main', `${name}.js`)
}

/**
 * Node's executable for engine and background: this process's own, or the one that the window was started with.
 * @throws {DdadError} INTERNAL where a window was started without one.
 */
export function nodeExecutable(): string {
  if (!process.versions['electron']) return process.execPath
  const named = process.env['DDAD_NODE']
  if (named && fs.existsSync(named)) return named
  throw new DdadError(
    'INTERNAL',
    'There is no Node for engine and background processes. Start the studio with `npm start`.',
  )
}

/** The photographs that the demo data set is cut from. */
export const demoSources = path.join(root, 'resources/demo')

/** The folder with `package.json`. */
export const applicationRoot = root

/** The built page and preload script. */
export const builtFolder = path.join(root, 'out')

export function appVersion(): string {
  const text = fs.readFileSync(path.join(root, 'package.json'), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

/** The folder of a development build's repository; null for a packed application. */
export function checkoutFolder(): string | null {
  return fs.existsSync(path.join(root, '.git')) ? root : null
}
