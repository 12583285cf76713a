// The licences of everything in a package, in one file.
import fs from 'node:fs'
import path from 'node:path'
import { cacheRoot, readJson } from '../../src/provision/files.mjs'
import { tensorflowVersion, weights } from '../../src/provision/pins.mjs'
import { root } from '../lib/root.mjs'
import { SetupError } from '../lib/run.mjs'

const LICENCE = /^(licen[cs]e|copying|notice|third[-_ ]?party)/i
/** The text of a licence that a package names and does not bring. */
const standard = (licence) => {
  const file = path.join(root, 'scripts/package/licences', `${licence}.txt`)
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8').trim() : null
}

const textsIn = (folder) =>
  fs
    .readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && LICENCE.test(entry.name))
    .map(({ name }) => fs.readFileSync(path.join(folder, name), 'utf8').trim())

function textOf(folder, { license = '', author }) {
  const own = textsIn(folder)
  if (own.length > 0) return own.join('\n\n')
  const texts = license.split(' AND ').map(standard)
  if (texts.includes(null)) return null
  const by = typeof author === 'string' ? author : (author?.name ?? 'its authors')
  return [`By ${by}.`, ...texts].join('\n\n')
}

/**
 * Writes them.
 * @param {string} file
 * @param {Map<string, { folder: string }>} packages by name
 * @param {{ node: string }} order
 * @throws {SetupError} naming what has none
 */
export function writeLicences(file, packages, { node }) {
  const sections = [['DDAD Studio', fs.readFileSync(path.join(root, 'LICENSE'), 'utf8').trim()]]
  const without = []
  for (const [name, { folder }] of [...packages].sort()) {
    const manifest = readJson(path.join(folder, 'package.json'))
    const { version, license } = manifest
    const text = textOf(folder, manifest)
    if (!text) without.push(`${name} (${license ?? 'none named'})`)
    else sections.push([`${name} ${version}, ${license}`, text])
  }
  if (without.length > 0)
    throw new SetupError(`No licence text was found of ${without.join(', ')}.`)
  const nodeLicence = path.join(path.dirname(node), '../LICENSE')
  sections.push(
    [`TensorFlow ${tensorflowVersion}, Apache-2.0`, standard('Apache-2.0')],
    [
      weights.label,
      fs.readFileSync(path.join(cacheRoot(), weights.folder, 'LICENSE'), 'utf8').trim(),
    ],
    ['Node.js', fs.readFileSync(nodeLicence, 'utf8').trim()],
    [
      'Electron and Chromium',
      'In LICENSE.electron.txt and LICENSES.chromium.html beside this file.',
    ],
  )
  const line = '='.repeat(80)
  const text = sections.map(([title, body]) => `${line}\n${title}\n${line}\n\n${body}\n`).join('\n')
  fs.writeFileSync(file, text)
}
