/** Shell on the host of a place: this machine's, or one that the user's own `ssh` reaches. */
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { quoted } from '../../../shared/jobs/batch-script.ts'
import type { PlaceSettings } from '../../../shared/jobs/place.ts'
import { DdadError, reasonOf } from '../../../shared/errors.ts'

const TIMEOUT_MS = 60_000
/** What a poll may answer: a thousand tasks tell about four megabytes at most. */
const ANSWER_LIMIT = 256 * 2 ** 20
/** ssh's own exit code when there was no connection. */
const SSH_FAILED = 255

/** Never asks for a password: the user's configuration, keys and agent decide, and nothing is stored. */
const sshOptions = [
  '-o',
  'BatchMode=yes',
  '-o',
  'ConnectTimeout=15',
  '-o',
  'ServerAliveInterval=15',
]

export interface ShellInput {
  /** Given to the script as its standard input. */
  readonly stdin?: NodeJS.ReadableStream | string
  /** A file that the output is written to instead of being answered. */
  readonly into?: string
  readonly timeout?: number
}

/**
 * Runs a script in `sh` on the place's host, after the place's own first lines, and answers what it wrote.
 * @throws {DdadError} NOT_FOUND when the host is not reached, CONFLICT when the script fails, with the end of what
 *   it said.
 */
export async function placeShell(
  { host, prelude }: Pick<PlaceSettings, 'host' | 'prelude'>,
  script: string,
  { stdin, into, timeout = TIMEOUT_MS }: ShellInput = {},
): Promise<string> {
  // What a module says must not be taken for the answer.
  const first = prelude.trim() === '' ? '' : `{ ${prelude.trimEnd()}\n} >&2\n`
  const whole = `${first}${script}`
  const [command, args] = host
    ? ['ssh', [...sshOptions, host, `sh -c ${quoted(whole)}`]]
    : ['sh', ['-c', whole]]
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], timeout })
  const closed = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  closed.catch(() => {})
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-4000)))
  // A script that fails early closes its input; its exit code says why.
  child.stdin.on('error', () => {})
  if (typeof stdin === 'string') child.stdin.end(stdin)
  else if (stdin) stdin.pipe(child.stdin)
  else child.stdin.end()
  const chunks: Buffer[] = []
  let bytes = 0
  const written = into
    ? pipeline(child.stdout, fs.createWriteStream(into))
    : (async () => {
        for await (const chunk of child.stdout) {
          bytes += (chunk as Buffer).length
          if (bytes > ANSWER_LIMIT) child.kill()
          else chunks.push(chunk as Buffer)
        }
      })()
  const where = host || 'this machine'
  try {
    const [code] = await Promise.all([closed, written])
    if (code === 0 && bytes <= ANSWER_LIMIT) return Buffer.concat(chunks).toString('utf8')
    const reason =
      said
        .trim()
        .split(/\r?\n/)
        .slice(-3)
        .join(' ')
        .replace(/[\s.]+$/, '') || `exit code ${code ?? 'none'}`
    if (host && code === SSH_FAILED) {
      throw new DdadError(
        'NOT_FOUND',
        `${host} was not reached by ssh: ${reason}. Nothing was changed. \`ssh ${host}\` must work without a question.`,
      )
    }
    throw new DdadError('CONFLICT', `A command on ${where} failed: ${reason}.`)
  } catch (error) {
    if (error instanceof DdadError) throw error
    throw new DdadError('NOT_FOUND', `${where} was not reached: ${reasonOf(error)}`, {
      cause: error,
    })
  }
}
