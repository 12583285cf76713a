// Gets TensorFlow's C library and builds tfjs-node's addon against it. See docs/adr/0003-tensorflow-from-the-wheel.md.
import fs from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { buildArtefact, findDamage } from '../../src/provision/artefact.mjs'
import { cacheRoot, hashFile } from '../../src/provision/files.mjs'
import { cpuWheel, tensorflowVersion } from '../../src/provision/pins.mjs'
import { root } from '../lib/root.mjs'
import { run, say, SetupError, succeeds, withProgress } from '../lib/run.mjs'
import { tensorflowPlan } from './tensorflow-plan.mjs'

const packageFolder = path.join(root, 'node_modules/@tensorflow/tfjs-node-gpu')
export const addonFile = path.join(packageFolder, 'lib/napi-v8/tfjs_binding.node')

export function nvidiaDriverPresent() {
  return process.platform === 'win32'
    ? succeeds('nvidia-smi', ['-L'])
    : fs.existsSync('/proc/driver/nvidia/version') || fs.existsSync('/dev/nvidiactl')
}

function libraryFolder(variant) {
  return path.join(cacheRoot(), `tensorflow-${tensorflowVersion}-${variant}`)
}

/** What a library's folder is made from: its wheels and the sources of the addon. */
function sourceOf({ requirements }) {
  const { version } = JSON.parse(fs.readFileSync(path.join(packageFolder, 'package.json'), 'utf8'))
  return [...requirements, `tfjs-node-gpu==${version}`].join(' ')
}

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

async function unpackLibrary(staging, plan) {
  const download = path.join(staging, 'download')
  fs.mkdirSync(download)
  const only = ['--no-deps', '--only-binary=:all:', '--python-version', '3.11']
  const platforms = ['manylinux_2_27_x86_64', 'manylinux_2_17_x86_64', 'manylinux2014_x86_64']
  await withProgress(
    `Getting TensorFlow ${tensorflowVersion} (${plan.variant}; ${plan.reason})`,
    download,
    plan.variant === 'cpu' ? cpuWheel.bytes : 3_200_000_000,
    () =>
      run(
        'python3',
        [
          ...['-m', 'pip', 'download', ...only, '--implementation', 'cp'],
          ...platforms.flatMap((platform) => ['--platform', platform]),
          ...['--no-cache-dir', '--dest', download, ...plan.requirements],
        ],
        { env: { TMPDIR: download } },
      ),
  )
  for (const wheel of fs.readdirSync(download).filter((file) => file.endsWith('.whl'))) {
    const digest = await hashFile(path.join(download, wheel), 'sha256')
    if (plan.variant === 'cpu' && digest !== cpuWheel.sha256) {
      throw new SetupError(`${wheel} is not the pinned file (sha256 ${digest}); nothing was kept.`)
    }
    say(`Unpacking ${wheel} …`)
    await unpackWheel(path.join(download, wheel), staging)
  }
  fs.rmSync(download, { recursive: true })
}

const wanted =
  /^(tensorflow\/lib\w+\.so\.\d+$|tensorflow\/include\/(tensorflow\/(c|core\/platform|tsl)\/|tsl\/|xla\/tsl\/c\/).*\.h$|nvidia\/.*\.so(\.[\d.]+)?$)/

/** Unpacks the libraries and C headers of a wheel; everything else of its 1.5 GB stays packed. */
async function unpackWheel(file, destination) {
  const { openPromise } = await import('yauzl')
  const zip = await openPromise(file)
  try {
    for await (const entry of zip.eachEntry()) {
      if (!wanted.test(entry.fileName)) continue
      const target = path.join(destination, entry.fileName)
      fs.mkdirSync(path.dirname(target), { recursive: true })
      await pipeline(await zip.openReadStreamPromise(entry), fs.createWriteStream(target))
    }
  } finally {
    zip.close()
  }
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
