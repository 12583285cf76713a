import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { readJson, writeJson } from '../../src/provision/files.mjs'
import { root } from '../lib/root.mjs'
import { run, say } from '../lib/run.mjs'

const stamp = path.join(root, 'node_modules/.ddad-packages.json')

function lockHash() {
  return createHash('sha256')
    .update(fs.readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex')
}

export function packagesReady() {
  return readJson(stamp)?.lock === lockHash()
}

/** Installs the npm packages exactly as locked, when they are not. No package's script is run. */
export async function ensurePackages() {
  if (packagesReady()) return
  say('Installing npm packages …')
  await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: root })
  writeJson(stamp, { lock: lockHash() })
}
