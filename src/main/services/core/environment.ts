/** What computes on this machine, as it is recorded with runs and evaluations. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import type { RunEnvironment } from '../../../shared/runs/run-record.ts'
import type { EngineInfo } from '../../../shared/processes/engine.ts'
import { appVersion, checkoutFolder, packaged } from './installation.ts'

const run = promisify(execFile)

/** Standard output of a program, or null when it is not there or fails. */
async function answerOf(program: string, ...args: readonly string[]): Promise<string | null> {
  try {
    const { stdout } = await run(program, args, { timeout: 10_000 })
    return stdout.trim()
  } catch {
    return null
  }
}

let commit: Promise<string | null> | null = null

/** The commit that a package was made of, or of a development build, with `+changes` when tracked files were edited since. */
function developmentCommit(): Promise<string | null> {
  commit ??= (async () => {
    if (packaged) return packaged.commit
    const folder = checkoutFolder()
    if (!folder) return null
    const head = await answerOf('git', '-C', folder, 'rev-parse', 'HEAD')
    if (!head) return null
    const changes = await answerOf('git', '-C', folder, 'status', '--porcelain', '-uno')
    return changes === '' ? head : `${head}+changes`
  })()
  return commit
}

async function driverVersion(gpu: boolean): Promise<string | null> {
  if (!gpu) return null
  return answerOf('nvidia-smi', '--query-gpu=driver_version', '--format=csv,noheader')
}

const hashes = new Map<string, Promise<string>>()

/**
 * SHA-256 over a weights file, or over every file of a weights folder with its name; read once for each
 * state of the files.
 */
export function weightsHash(file: string): Promise<string> {
  const files = fs.statSync(file).isDirectory()
    ? fs.readdirSync(file).map((name) => path.join(file, name))
    : [file]
  const parts = files.toSorted().map((name) => ({ name, ...fs.statSync(name) }))
  const key = JSON.stringify(parts.map(({ name, size, mtimeMs }) => [name, size, mtimeMs]))
  const known = hashes.get(key)
  if (known) return known
  const hash = (async () => {
    const digest = createHash('sha256')
    for (const { name } of parts) {
      digest.update(`${path.basename(name)}\n`)
      for await (const chunk of fs.createReadStream(name)) digest.update(chunk as Buffer)
    }
    return digest.digest('hex')
  })()
  hashes.set(key, hash)
  return hash
}

/** @param extractor the ImageNet extractor's weights, file or folder; null where none is used */
export async function describeEnvironment(
  engine: EngineInfo,
  extractor: string | null,
): Promise<RunEnvironment> {
  return {
    application: appVersion(),
    commit: await developmentCommit(),
    tensorflow: engine.tensorflow,
    device: engine.device,
    driver: await driverVersion(engine.gpu),
    os: `${os.type()} ${os.release()} ${os.arch()}`,
    node: engine.node,
    electron: process.versions['electron'] ?? null,
    extractorSha256: extractor === null ? null : await weightsHash(extractor),
  }
}
