// Gets TensorFlow's C library and builds tfjs-node's addon against it. See docs/adr/0003-tensorflow-from-the-wheel.md.
import fs from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { buildFolder, cacheRoot, hashFile, root, writeJson } from '../lib/files.mjs'
import { run, say, SetupError, succeeds, withProgress } from '../lib/run.mjs'
import { tensorflowPlan } from './tensorflow-plan.mjs'
import { tensorflowVersion, wheelSha256 } from './versions.mjs'

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

/** Whether the addon can be loaded by tfjs-node. */
export function tensorflowReady() {
  return fs.existsSync(addonFile)
}

/** Makes sure that tfjs-node's addon is there. Returns what was chosen and why. */
export async function ensureTensorflow(env = process.env) {
  const plan = tensorflowPlan({
    platform: process.platform,
    arch: process.arch,
    nvidiaDriver: nvidiaDriverPresent(),
    device: env.DDAD_DEVICE,
  })
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
  if (!fs.existsSync(folder)) await unpackLibrary(folder, plan)
  const addon = await buildAddon(folder)
  linkAddon(addon)
  return plan
}

async function unpackLibrary(folder, plan) {
  const python = ['python3', 'python'].find((name) => succeeds(name, ['-m', 'pip', '--version']))
  if (!python) {
    throw new SetupError(
      "TensorFlow's library comes from a Python wheel and pip was not found.\n" +
        'Remedy: install Python 3 with pip (Debian: apt install python3-pip) and run `npm run setup` again.',
    )
  }
  await buildFolder(folder, async (staging) => {
    const download = path.join(staging, 'download')
    fs.mkdirSync(download)
    await withProgress(
      `Getting TensorFlow ${tensorflowVersion} (${plan.variant}; ${plan.reason})`,
      download,
      plan.variant === 'cpu' ? 274_000_000 : 3_200_000_000,
      () =>
        run(
          python,
          [
            '-m',
            'pip',
            'download',
            '--no-deps',
            '--only-binary=:all:',
            '--python-version',
            '3.11',
            '--implementation',
            'cp',
            '--platform',
            'manylinux_2_27_x86_64',
            '--platform',
            'manylinux_2_17_x86_64',
            '--platform',
            'manylinux2014_x86_64',
            '--no-cache-dir',
            '--dest',
            download,
            ...plan.requirements,
          ],
          { env: { TMPDIR: download } },
        ),
    )
    const wheels = fs.readdirSync(download).filter((file) => file.endsWith('.whl'))
    const record = {}
    for (const wheel of wheels) {
      const digest = await hashFile(path.join(download, wheel), 'sha256')
      if (plan.variant === 'cpu' && digest !== wheelSha256[wheel]) {
        throw new SetupError(
          `${wheel} is not the pinned file (sha256 ${digest}); nothing was kept.`,
        )
      }
      record[wheel] = digest
      say(`Unpacking ${wheel} …`)
      await unpackWheel(path.join(download, wheel), staging)
    }
    fs.rmSync(download, { recursive: true })
    writeJson(path.join(staging, 'wheels.json'), record)
  })
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

/** Compiles the addon once for a library folder; N-API, so one build serves Node and Electron. */
async function buildAddon(folder) {
  const addon = path.join(folder, 'tfjs_binding.node')
  if (fs.existsSync(addon)) return addon
  if (!succeeds('g++', ['--version'])) {
    throw new SetupError(
      'The TensorFlow addon is compiled once and g++ was not found.\n' +
        'Remedy: install a C++ compiler (Debian: apt install g++) and run `npm run setup` again.',
    )
  }
  say('Compiling the TensorFlow addon …')
  const library = path.join(folder, 'tensorflow')
  const temporary = `${addon}.${process.pid}.tmp`
  await run('g++', [
    '-shared',
    '-fPIC',
    '-O2',
    '-std=c++17',
    '-DNAPI_VERSION=8',
    '-w',
    '-I',
    packageFolder,
    '-I',
    path.join(library, 'include'),
    '-I',
    path.join(root, 'node_modules/node-api-headers/include'),
    path.join(packageFolder, 'binding/tfjs_backend.cc'),
    path.join(packageFolder, 'binding/tfjs_binding.cc'),
    '-L',
    library,
    '-l:libtensorflow_cc.so.2',
    '-l:libtensorflow_framework.so.2',
    `-Wl,-rpath,${library}`,
    '-o',
    temporary,
  ])
  fs.renameSync(temporary, addon)
  return addon
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
