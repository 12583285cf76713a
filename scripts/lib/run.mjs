// Child processes and messages of the set-up scripts. Everything is said on stderr: stdout is for results.
import { spawn, spawnSync } from 'node:child_process'
import { folderBytes } from '../../src/provision/files.mjs'

export function say(text) {
  process.stderr.write(`${text}\n`)
}

/** A failure with a remedy, shown without a stack trace. */
export class SetupError extends Error {}

/** Runs a command to its end. Rejects with the end of its output when it fails. */
export function run(command, args, { cwd, env, quiet = true, stdio } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: stdio ?? (quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 2, 2]),
      shell: process.platform === 'win32' && /^(npm|npx)$/.test(command),
    })
    let output = ''
    let stdout = ''
    child.stdout?.on('data', (chunk) => {
      stdout += chunk
      output += chunk
    })
    child.stderr?.on('data', (chunk) => (output += chunk))
    child.on('error', (error) =>
      reject(new SetupError(`${command} could not be started: ${error.message}`)),
    )
    child.on('close', (code, signal) => {
      if (code === 0) resolve(stdout)
      else
        reject(
          new SetupError(
            `${command} ${args.join(' ')} ended with ${signal ?? code}.\n${excerpt(output)}`,
          ),
        )
    })
  })
}

/** The lines of a failed command that tell why: its first errors and its end. */
function excerpt(output) {
  const lines = output.trim().split('\n')
  return lines.length <= 16
    ? lines.join('\n')
    : [...lines.slice(0, 8), '…', ...lines.slice(-8)].join('\n')
}

/**
 * Hands signals on to a child, which saves its work before it ends. A terminal's Ctrl-C reaches the child by itself, and
 * a copy of it would be taken for a second one; SIGTERM and SIGHUP may come as often as they like.
 */
export function forwardSignals(child) {
  const forward = (signal) => child.kill(signal)
  process.on('SIGINT', (signal) => process.stdin.isTTY || forward(signal))
  process.on('SIGTERM', forward)
  process.on('SIGHUP', forward)
}

/** Whether a command starts and succeeds. */
export function succeeds(command, args) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0
}

/**
 * Runs a download and shows how far it is by what has arrived in `folder`, which works for any
 * downloader. Resolves with the download's own result.
 */
export async function withProgress(label, folder, expectedBytes, download) {
  const megabytes = (bytes) => (bytes / 1e6).toFixed(0)
  const total = expectedBytes ? ` of ${megabytes(expectedBytes)}` : ''
  const started = Date.now()
  const line = () => `${label}: ${megabytes(folderBytes(folder))}${total} MB`
  const terminal = process.stderr.isTTY
  if (!terminal) say(`${label}${expectedBytes ? ` (${megabytes(expectedBytes)} MB)` : ''} …`)
  const timer = setInterval(
    () => process.stderr.write(terminal ? `\r${line()} ` : `${line()}\n`),
    terminal ? 200 : 15_000,
  )
  try {
    return await download()
  } finally {
    clearInterval(timer)
    if (terminal) process.stderr.write('\r\x1b[K')
    say(`${label}: done in ${((Date.now() - started) / 1000).toFixed(0)} s`)
  }
}
