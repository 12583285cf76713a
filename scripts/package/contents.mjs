// What belongs into a package: the window's part, which goes into an archive, and Node's part, which lies beside it.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { recordArtefact } from '../../src/provision/artefact.mjs'
import { tensorflowArtefact, weightsArtefact } from '../../src/provision/engine.mjs'
import { cacheRoot, filesBelow, readJson } from '../../src/provision/files.mjs'
import { root } from '../lib/root.mjs'
import { SetupError } from '../lib/run.mjs'
import { addonFile } from '../setup/tensorflow.mjs'
import { writeLicences } from './licences.mjs'

const modules = path.join(root, 'node_modules')
const built = path.join(root, 'out')
const TENSORFLOW = '@tensorflow/tfjs-node-gpu'

/** Packages that a built file and its chunks import. */
function importsOf(entry, seen = new Set()) {
  if (seen.has(entry)) return []
  seen.add(entry)
  const text = fs.readFileSync(entry, 'utf8')
  return [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*["']([^"']+)["']/g)].flatMap(([, name]) => {
    if (name.startsWith('.')) return importsOf(path.resolve(path.dirname(entry), name), seen)
    return /^(node:|electron$)/.test(name) ? [] : [packageOf(name)]
  })
}

const packageOf = (name) => /^(?:@[^/]+\/)?[^/]+/.exec(name)[0]

/** Packages with all that they need; for this platform alone. */
function closureOf(names, found = new Map()) {
  for (const name of names) {
    const folder = path.join(modules, name)
    const manifest = readJson(path.join(folder, 'package.json'))
    if (found.has(name) || !manifest) continue
    found.set(name, { folder, keep: keepOf(name) })
    const { dependencies = {}, optionalDependencies = {} } = manifest
    closureOf(Object.keys({ ...dependencies, ...optionalDependencies }), found)
  }
  return found
}

const prebuilt = `prebuilds/${process.platform}-${process.arch}.node`

/** Which files of a package are of use when it runs; sources, types and other machines' binaries are not. */
function keepOf(name) {
  if (name === 'better-sqlite3')
    return (file) => /^(lib\/|package\.json)/.test(file) || file === prebuilt
  if (name === 'node-addon-api') return () => false
  return (file) => !/\.(d\.[cm]?ts|ts|map|md|markdown|flow)$/i.test(file)
}

/** Loads TensorFlow as the engine does and tells which files that took. */
const tracer = `
  const util = require('node:util')
  util.isNullOrUndefined ??= (value) => value == null
  util.isArray = Array.isArray
  require('${TENSORFLOW}')
  console.log(JSON.stringify(Object.keys(require.cache)))`

/** TensorFlow's packages: of 290 MB the files that Node loads. */
function tensorflowModules() {
  const stdio = ['ignore', 'pipe', 'ignore']
  const files = JSON.parse(execFileSync(process.execPath, ['-e', tracer], { cwd: root, stdio }))
  const found = new Map()
  for (const file of files) {
    const inside = path.relative(modules, file)
    if (inside.startsWith('..') || file.endsWith('.node')) continue
    const name = packageOf(inside)
    if (inside.slice(name.length + 1).startsWith('node_modules/'))
      throw new SetupError(`${inside} is nested; the package's list of files does not know that.`)
    const loaded = found.get(name)?.loaded ?? new Set(['package.json'])
    loaded.add(inside.slice(name.length + 1))
    found.set(name, { folder: path.join(modules, name), loaded, keep: (one) => loaded.has(one) })
  }
  return found
}

/** What the build puts into the page's files. */
const partsOfPages = () =>
  ['svelte', 'clsx', 'esm-env', '@lucide/svelte', 'chart.js', '@kurkle/color'].map((name) => [
    name,
    { folder: path.join(modules, name) },
  ])

function copyModules(found, destination) {
  for (const [name, { folder, keep, loaded }] of [...found].sort()) {
    for (const file of filesBelow(folder)) {
      if (!loaded && file.startsWith('node_modules/'))
        throw new SetupError(`${name} has packages of its own.`)
      if (keep(file)) copy(path.join(folder, file), path.join(destination, name, file))
    }
  }
}

function copy(source, destination) {
  fs.mkdirSync(path.dirname(destination), { recursive: true })
  fs.copyFileSync(source, destination)
}

function writeManifest(folder, { name, product, version, description, packaged }) {
  const manifest = {
    ...{ name, productName: product, version, description, license: 'MIT' },
    ...{ type: 'module', main: './out/main/index.js', packaged },
  }
  fs.writeFileSync(path.join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
}

/** TensorFlow's library and the weights, as the first start would fetch them. */
async function bundleEngine(destination) {
  const tensorflow = tensorflowArtefact('cpu')
  const take = async ({ folder, source }, wanted) => {
    const from = path.join(cacheRoot(), folder)
    const files = filesBelow(from).filter((file) => wanted.test(file))
    if (files.length === 0)
      throw new SetupError(`${from} is missing. Run \`npm run setup\` with DDAD_DEVICE=cpu.`)
    for (const file of files) copy(path.join(from, file), path.join(destination, folder, file))
    await recordArtefact(path.join(destination, folder), source)
  }
  await take(tensorflow, /^tensorflow\/lib\w+\.so\.\d+$/)
  await take(weightsArtefact, /^(ResNet50\/|LICENSE)/)
}

/**
 * Lays out both parts below `work`.
 * @returns {Promise<{ window: string, studio: string, licences: string }>} folders, and the file of all licences
 */
export async function stageContents(work, about, order) {
  const window = path.join(work, 'window')
  const studio = path.join(work, 'studio')
  const entry = (name) => path.join(built, 'main', `${name}.js`)
  for (const folder of [window, studio]) {
    fs.cpSync(path.join(built, 'main'), path.join(folder, 'out/main'), { recursive: true })
    writeManifest(folder, about)
  }
  for (const part of ['preload', 'renderer'])
    fs.cpSync(path.join(built, part), path.join(window, 'out', part), { recursive: true })
  fs.rmSync(path.join(studio, 'out/main/index.js'))
  for (const name of ['cli', 'engine', 'background'])
    fs.rmSync(path.join(window, 'out/main', `${name}.js`))
  const ofWindow = closureOf(importsOf(entry('index')))
  const ofNode = closureOf(
    ['cli', 'engine', 'background'].flatMap((name) => importsOf(entry(name))),
  )
  const all = new Map([...ofNode, ...tensorflowModules()])
  copyModules(ofWindow, path.join(window, 'node_modules'))
  copyModules(all, path.join(studio, 'node_modules'))
  copy(addonFile, path.join(studio, 'node_modules', TENSORFLOW, 'lib/napi-v8/tfjs_binding.node'))
  copy(order.node, path.join(studio, 'bin', path.basename(order.node)))
  fs.cpSync(path.join(root, 'resources/demo'), path.join(studio, 'resources/demo'), {
    recursive: true,
  })
  copy(
    path.join(root, 'resources/icon/icon-512.png'),
    path.join(window, 'resources/icon/icon-512.png'),
  )
  copy(path.join(root, 'scripts/package/linux/ddad'), path.join(studio, 'bin/ddad'))
  fs.chmodSync(path.join(studio, 'bin/ddad'), 0o755)
  if (order.bundleEngine) await bundleEngine(path.join(studio, 'engine'))
  const licences = path.join(work, 'LICENSES.txt')
  writeLicences(licences, new Map([...partsOfPages(), ...ofWindow, ...all]), order)
  return { window, studio, licences }
}
