// `npm run ddad -- …`: the command line, run from source, without Electron. `doctor` also works where something is missing.
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { findDamage } from '../src/provision/artefact.mjs'
import { electronInWords } from '../src/provision/electron.mjs'
import { readJson } from '../src/provision/files.mjs'
import { findNode, modernNode, pinnedNodeArtefact, runNode } from './lib/node.mjs'
import { root } from './lib/root.mjs'
import { main, setup } from './setup.mjs'
import { electronArtefacts, findElectron } from './setup/electron.mjs'
import { packagesReady } from './setup/packages.mjs'
import { missingForElectron } from './setup/system.mjs'
import { tensorflowArtefacts, tensorflowReady } from './setup/tensorflow.mjs'
import { weightsArtefact, weightsReady } from './setup/weights.mjs'

/** The command line's source. */
export const cli = path.join(root, 'src/main/cli/main.ts')

const declaredElectron = readJson(path.join(root, 'package.json')).devDependencies.electron

const remedy = 'Run `npm run setup`.'
const check = (name, ok, detail, what = remedy) => ({ name, ok, detail, remedy: ok ? null : what })

/** What was fetched, compared with its manifest; `contents` also reads every file. */
async function artefactChecks(contents) {
  const electron = findElectron()
  const inUse = electronArtefacts().filter(({ folder }) => electron?.executable.startsWith(folder))
  const node = findNode() === process.execPath ? [] : [pinnedNodeArtefact()]
  const artefacts = [...node, ...inUse, ...tensorflowArtefacts(), weightsArtefact()]
  const checks = []
  for (const { label, folder, source } of artefacts) {
    const damage = await findDamage(folder, source, { contents })
    const whole = contents ? `${folder}, every file read` : folder
    checks.push(check(label, damage === null, damage === null ? whole : `${folder}: ${damage}`))
  }
  return checks
}

/** What the set-up has done, looked at without changing anything. */
async function setupChecks(contents) {
  const electron = findElectron()
  const libraries =
    electron && process.platform === 'linux' ? missingForElectron(electron.executable) : []
  const checks = [
    check('npm packages', packagesReady(), packagesReady() ? 'as locked' : 'not as locked'),
    ...(packagesReady() ? await artefactChecks(contents) : []),
    check('TensorFlow addon', tensorflowReady(), tensorflowReady() ? 'built' : 'not built'),
  ]
  // The command line needs neither.
  if (electron) {
    checks.push(check('Window', libraries.length === 0, windowText(electron, libraries)))
  }
  return checks
}

const windowText = ({ version, source }, libraries) =>
  libraries.length === 0
    ? `Electron ${electronInWords(version, declaredElectron)} (${source})`
    : `Electron ${version} lacks ${libraries.join(', ')}`

/** The checks that need the studio's own code; none when it cannot run yet. */
function studioChecks(args) {
  if (!findNode() || !packagesReady() || !weightsReady()) return []
  const node = modernNode()
  const { stdout, stderr } = spawnSync(node.command, [cli, ...args, '--json'], {
    encoding: 'utf8',
    env: { ...process.env, ...node.env },
  })
  try {
    return JSON.parse(stdout).checks
  } catch {
    const detail = stderr.trim().split('\n').at(-1) || 'it gave no answer'
    return [check('Command line', false, detail)]
  }
}

async function doctor(args) {
  const others = args.filter((word) => word !== '--verify')
  const checks = [...(await setupChecks(others.length < args.length)), ...studioChecks(others)]
  if (args.includes('--json')) {
    console.log(JSON.stringify({ checks }, null, 2))
  } else {
    for (const { name, ok, detail, remedy: what } of checks) {
      console.log(`${ok ? 'ok     ' : 'MISSING'}  ${name}: ${detail}`)
      if (what) console.log(`         ${what}`)
    }
  }
  process.exitCode = checks.every(({ ok }) => ok) ? 0 : 1
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await main(async () => {
    const args = process.argv.slice(2)
    const help = args.includes('--help') || args.includes('-h')
    if (args[0] === 'doctor' && !help && !args.includes('--place')) {
      await doctor(args)
      return
    }
    await setup({ window: false, engine: !help })
    // Reports are printed to PDF by Electron, where the set-up has fetched one for the window.
    const electron = findElectron()
    const env = electron ? { DDAD_ELECTRON: electron.executable } : {}
    process.exitCode = await runNode([cli, ...args], { env })
  })
}
