import { spawn } from 'node:child_process'
import path from 'node:path'
import readline from 'node:readline'
import { root } from '../lib/root.mjs'
import { modernNode } from '../lib/node.mjs'
import { SetupError } from '../lib/run.mjs'

export const folder = path.join(root, 'scripts/bench')

/** A process that answers lines with lines of JSON. What it says on stderr is shown; its end fails whoever waits. */
export function openChild(command, args, env = {}) {
  const child = spawn(command, args, {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const name = `${path.basename(command)} ${args[0]}`
  const ended = new Promise((_, reject) => {
    child.on('error', (error) => reject(new SetupError(`${name}: ${error.message}`)))
    child.on('close', (code, signal) =>
      reject(new SetupError(`${name} ended early (${signal ?? `exit code ${code}`}).`)),
    )
  })
  ended.catch(() => {})
  // Its end tells more than a pipe that is no longer read.
  child.stdin.on('error', () => {})
  const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async () => {
    const { value, done } = await Promise.race([lines.next(), ended])
    return done ? ended : JSON.parse(value)
  }
  return {
    pid: child.pid,
    ready: next(),
    ask: (line) => (child.stdin.write(`${line}\n`), next()),
    close: () => void child.kill(),
  }
}

/** @param args image size, base channels, batch, threads */
export function openEngine(args, env = {}) {
  const modern = modernNode()
  return openChild(modern.command, ['engine.mjs', ...args.map(String)], { ...modern.env, ...env })
}
