// `npm run setup`: everything a fresh checkout needs, verified and cached. Safe to run any number of times.
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureNode } from './lib/node.mjs'
import { say, SetupError } from './lib/run.mjs'
import { ensureElectron } from './setup/electron.mjs'
import { ensurePackages } from './setup/packages.mjs'
import { ensureSystem } from './setup/system.mjs'
import { ensureTensorflow, tensorflowIsToBeMade } from './setup/tensorflow.mjs'
import { ensureWeights } from './setup/weights.mjs'

/**
 * Sets the checkout up for what is about to run, and looks at everything that was set up before. The system comes
 * first: nothing is compiled or started while something of it is missing.
 * @param {{ window?: boolean, display?: boolean, engine?: boolean, strict?: boolean }} wanted `window`: Electron with
 *   its libraries; `display`: a virtual one where there is none; `engine`: TensorFlow and weights, which browsing and
 *   mask editing do not need: unless `strict`, they are reported and left out when they cannot be had
 * @returns the Electron to use; null without `window`
 */
export async function setup({
  window = true,
  display = false,
  engine = true,
  strict = false,
} = {}) {
  await ensureSystem({ tools: process.platform === 'linux' ? ['tar'] : [] })
  await ensurePackages()
  await ensureNode()
  const electron = window ? await ensureElectron() : null
  await ensureSystem({
    tools: [
      ...(engine && (await tensorflowIsToBeMade()) ? ['python3', 'pip', 'g++'] : []),
      ...(display && !process.env.DISPLAY ? ['Xvfb'] : []),
    ],
    electron: electron?.executable,
  })
  if (!engine) return electron
  for (const [what, ensure] of [
    ['TensorFlow', ensureTensorflow],
    ['The feature extractor weights', ensureWeights],
  ]) {
    try {
      await ensure()
    } catch (error) {
      if (strict || !(error instanceof SetupError)) throw error
      say(`${what} could not be set up; the studio opens without training.\n${error.message}`)
    }
  }
  return electron
}

/** Runs a script's main function: a SetupError is a message and exit code 1, not a stack trace. */
export async function main(work) {
  try {
    await work()
  } catch (error) {
    say(error instanceof SetupError ? error.message : String(error?.stack ?? error))
    process.exitCode = 1
  }
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await main(async () => {
    const electron = await setup({ strict: true })
    say(`Ready. Electron ${electron.version} (${electron.source}).`)
  })
}
