// Fetches one file by its hash, and goes on where an earlier attempt was broken off.
import fs from 'node:fs'
import path from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { hashFile } from './files.mjs'

/** A connection that breaks is taken up again as long as each attempt brings something. */
const ATTEMPTS_WITHOUT_A_BYTE = 3

const sizeOf = (file) => fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0

/** Appends what is missing of a file; resolves when the server has no more. */
async function append(url, partial, { signal, onBytes }) {
  const have = sizeOf(partial)
  const headers = { 'accept-encoding': 'identity', ...(have > 0 && { range: `bytes=${have}-` }) }
  const response = await fetch(url, { headers, signal })
  // The whole of it is there, or more than that: the hash tells.
  if (response.status === 416) return
  if (!response.ok) throw new Error(`${url} answered ${response.status} ${response.statusText}`)
  const flags = response.status === 206 ? 'a' : 'w'
  let bytes = flags === 'a' ? have : 0
  const counting = new Transform({
    transform(chunk, _encoding, done) {
      bytes += chunk.length
      onBytes(bytes)
      done(null, chunk)
    },
  })
  const target = fs.createWriteStream(partial, { flags })
  await pipeline(Readable.fromWeb(response.body), counting, target, { signal })
}

/**
 * Fetches `url` into `file`. What has arrived stays in `<file>.partial` when it is broken off.
 * @param {string} url
 * @param {string} file
 * @param {{ algorithm: 'sha256' | 'sha512', expected: string, signal: AbortSignal, onBytes: (bytes: number) => void }}
 *   options `expected`: as {@link hashFile} writes it, sha512 as integrity
 */
export async function download(url, file, { algorithm, expected, signal, onBytes }) {
  const format = algorithm === 'sha512' ? 'integrity' : 'hex'
  const partial = `${file}.partial`
  fs.mkdirSync(path.dirname(file), { recursive: true })
  for (let left = ATTEMPTS_WITHOUT_A_BYTE; ;) {
    const before = sizeOf(partial)
    try {
      await append(url, partial, { signal, onBytes })
      break
    } catch (error) {
      signal.throwIfAborted()
      left = sizeOf(partial) > before ? ATTEMPTS_WITHOUT_A_BYTE : left - 1
      if (left === 0) {
        const reason = error.cause?.message ?? error.message
        throw new Error(
          `${path.basename(file)} could not be fetched (${reason}). What has arrived is kept; try again when ${new URL(url).host} can be reached.`,
          { cause: error },
        )
      }
    }
  }
  const actual = await hashFile(partial, algorithm, format)
  if (actual !== expected) {
    fs.rmSync(partial)
    throw new Error(
      `${path.basename(file)} from ${new URL(url).host} is not the pinned file (${actual}); nothing of it was kept. Try again, or ask whoever runs that mirror.`,
    )
  }
  fs.renameSync(partial, file)
}

/**
 * Where a Python index has a file, by the simple index that pip reads.
 * @param {string} index address of a simple repository
 * @param {string} project
 * @param {string} file
 * @param {AbortSignal} signal
 * @returns {Promise<string>}
 */
export async function addressOfWheel(index, project, file, signal) {
  const page = `${index.replace(/\/$/, '')}/${project}/`
  let text
  try {
    const response = await fetch(page, { headers: { accept: 'text/html' }, signal })
    if (!response.ok) throw new Error(`it answered ${response.status} ${response.statusText}`)
    text = await response.text()
  } catch (error) {
    signal.throwIfAborted()
    const reason = error.cause?.message ?? error.message
    throw new Error(
      `The Python index ${page} cannot be read (${reason}). Nothing was changed; try again when it can be reached, or name another by PIP_INDEX_URL.`,
      { cause: error },
    )
  }
  const links = [...text.matchAll(/href="([^"]+)"/g)].map(([, href]) => new URL(href, page))
  const found = links.find(({ pathname }) => path.posix.basename(pathname) === file)
  if (!found) throw new Error(`The Python index ${page} does not have ${file}.`)
  found.hash = ''
  return found.href
}
