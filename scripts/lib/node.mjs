// The Node that runs the tests, the command line and the tools: the caller's own when it is new enough,
// otherwise Electron's. better-sqlite3 and several tools need 22.18 (type stripping) or newer.
import { spawn } from 'node:child_process'
import path from 'node:path'
import { findElectron } from '../setup/electron.mjs'
import { root } from './files.mjs'
import { SetupError } from './run.mjs'

/** Whether a Node version runs TypeScript sources and better-sqlite3. */
export function isModern(version) {
  const [major, minor] = version.replace(/^v/, '').split('.').map(Number)
  return major >= 24 || (major === 22 && minor >= 18)
}

/** Compiled code of the last time: every process starts in half the time. */
export const compileCache = {
  NODE_COMPILE_CACHE:
    process.env.NODE_COMPILE_CACHE || path.join(root, 'node_modules/.cache/compiled'),
}

/** Command and environment that start a modern Node. */
export function modernNode() {
  if (isModern(process.version)) return { command: process.execPath, env: compileCache }
  const electron = findElectron()
  if (!electron)
    throw new SetupError(
      `Node ${process.version} is too old and no Electron is installed yet. Run \`npm run setup\` first.`,
    )
  return { command: electron.executable, env: { ...compileCache, ELECTRON_RUN_AS_NODE: '1' } }
}

/**
 * Runs a script under a modern Node; resolves to its exit code. It writes to this process's streams, or
 * calls `onOutput` with all it wrote at its end, so that scripts side by side do not mix their lines.
 */
export function runNode(args, { env, onOutput } = {}) {
  const node = modernNode()
  return new Promise((resolve, reject) => {
    const child = spawn(node.command, args, {
      stdio: onOutput ? ['ignore', 'pipe', 'pipe'] : 'inherit',
      env: { ...process.env, ...node.env, ...env },
    })
    const output = []
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk) => output.push(chunk))
    // This process stays until the child has saved its work. A terminal's Ctrl-C reaches the child by itself, and
    // a copy of it would be taken for a second one; SIGTERM and SIGHUP may come as often as they like.
    const forward = (signal) => child.kill(signal)
    process.on('SIGINT', (signal) => process.stdin.isTTY || forward(signal))
    process.on('SIGTERM', forward)
    process.on('SIGHUP', forward)
    child.on('error', reject)
    child.on('close', (code, signal) => {
      onOutput?.(Buffer.concat(output).toString())
      resolve(code ?? (signal === 'SIGINT' ? 130 : 1))
    })
  })
}
