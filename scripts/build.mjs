// `npm run build`: bundles main, preload and renderer into out/, only when a source is newer than the last build.
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeJson } from '../src/provision/files.mjs'
import { root } from './lib/root.mjs'
import { runNode } from './lib/node.mjs'
import { say, SetupError } from './lib/run.mjs'
import { main, setup } from './setup.mjs'

const stamp = path.join(root, 'out/.built.json')
const inputs = [
  'src',
  'electron.vite.config.ts',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
]

function newest(file) {
  const stat = fs.statSync(file)
  if (!stat.isDirectory()) return stat.mtimeMs
  // The folder's own time tells of removed files.
  return fs
    .readdirSync(file)
    .reduce((time, name) => Math.max(time, newest(path.join(file, name))), stat.mtimeMs)
}

/** Builds when needed. */
export async function build() {
  const changed = Math.max(...inputs.map((input) => newest(path.join(root, input))))
  if (fs.existsSync(stamp) && fs.statSync(stamp).mtimeMs > changed) return
  say('Building …')
  const cli = path.join(root, 'node_modules/electron-vite/bin/electron-vite.js')
  const code = await runNode([cli, 'build', '--logLevel', 'warn'])
  if (code !== 0) throw new SetupError('The build failed; the messages above say where.')
  writeJson(stamp, { builtAt: new Date().toISOString() })
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await main(async () => {
    await setup({ window: false, engine: false })
    await build()
  })
}
