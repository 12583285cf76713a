// `npm run setup`: everything a fresh checkout needs, verified and cached. Safe to run any number of times.
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { say, SetupError } from './lib/run.mjs'
import { ensureElectron } from './setup/electron.mjs'
import { ensurePackages } from './setup/packages.mjs'
import { ensureTensorflow } from './setup/tensorflow.mjs'
import { ensureWeights } from './setup/weights.mjs'

/**
 * Sets the checkout up and returns the Electron to use. What browsing and mask editing do not need
 * (TensorFlow, weights) is reported and left out when it cannot be had, unless `strict`.
 */
export async function setup({ strict = false } = {}) {
  await ensurePackages()
  const electron = await ensureElectron()
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
