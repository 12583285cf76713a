import { spawn } from 'node:child_process'
import path from 'node:path'
import readline from 'node:readline'
import { root } from '../lib/files.mjs'
import { modernNode } from '../lib/node.mjs'
import { SetupError } from '../lib/run.mjs'

export const folder = path.join(root, 'scripts/bench')

/** A process that answers lines with lines of JSON. */
export function openChild(command, args, env = {}) {
  const child = spawn(command, args, {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async () => {
    const { value, done } = await lines.next()
    if (done) throw new SetupError(`${path.basename(command)} ${args[0]} ended early.`)
    return JSON.parse(value)
  }
  return {
    pid: child.pid,
    ready: next(),
    ask: (line) => (child.stdin.write(`${line}\n`), next()),
    close: () => child.stdin.end(),
  }
}

/** @param args image size, base channels, batch, threads */
export function openEngine(args, env = {}) {
  const modern = modernNode()
  return openChild(modern.command, ['engine.mjs', ...args.map(String)], { ...modern.env, ...env })
}
