// `npm run ddad -- …`: the command line, run from source. `doctor` also works where something is missing.
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import process from 'node:process'
import { cacheRoot, root } from './lib/files.mjs'
import { modernNode, runNode } from './lib/node.mjs'
import { SetupError } from './lib/run.mjs'
import { main, setup } from './setup.mjs'
import { findElectron } from './setup/electron.mjs'
import { packagesReady } from './setup/packages.mjs'
import { tensorflowReady } from './setup/tensorflow.mjs'
import { weightsReady } from './setup/weights.mjs'

const cli = path.join(root, 'src/main/cli/main.ts')
const args = process.argv.slice(2)
const help = args.includes('--help') || args.includes('-h')

/** What the set-up has done, looked at without changing anything. */
function setupChecks() {
  const electron = findElectron()
  const remedy = 'Run `npm run setup`.'
  const check = (name, ok, detail) => ({ name, ok, detail, remedy: ok ? null : remedy })
  return [
    check('npm packages', packagesReady(), packagesReady() ? 'as locked' : 'not as locked'),
    check(
      'Electron',
      electron !== null,
      electron ? `${electron.version} (${electron.source}) ${electron.executable}` : 'none found',
    ),
    check('TensorFlow addon', tensorflowReady(), tensorflowReady() ? 'built' : 'not built'),
    check('Weights', weightsReady(), weightsReady() ? cacheRoot() : `none in ${cacheRoot()}`),
  ]
}

/** The checks that need the studio's own code; none when it cannot run yet. */
function studioChecks() {
  let node
  try {
    node = modernNode()
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    return []
  }
  const { stdout, stderr } = spawnSync(node.command, [cli, ...args, '--json'], {
    encoding: 'utf8',
    env: { ...process.env, ...node.env },
  })
  try {
    return JSON.parse(stdout).checks
  } catch {
    const detail = stderr.trim().split('\n').at(-1) || 'it gave no answer'
    return [{ name: 'Command line', ok: false, detail, remedy: 'Run `npm run setup`.' }]
  }
}

function doctor() {
  const checks = [...setupChecks(), ...studioChecks()]
  if (args.includes('--json')) {
    console.log(JSON.stringify({ checks }, null, 2))
  } else {
    for (const { name, ok, detail, remedy } of checks) {
      console.log(`${ok ? 'ok     ' : 'MISSING'}  ${name}: ${detail}`)
      if (remedy) console.log(`         ${remedy}`)
    }
  }
  process.exitCode = checks.every(({ ok }) => ok) ? 0 : 1
}

await main(async () => {
  if (args[0] === 'doctor' && !help) {
    doctor()
    return
  }
  if (!packagesReady() || !findElectron() || !(help || (tensorflowReady() && weightsReady()))) {
    await setup()
  }
  // Reports are printed to PDF by Electron.
  const electron = findElectron()
  const env = electron ? { DDAD_ELECTRON: electron.executable } : {}
  process.exitCode = await runNode([cli, ...args], { env })
})
