// Makes the packages of one commit, byte for byte the same each time. Run by scripts/package.mjs under a modern Node.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { hashFile, readJson } from '../../src/provision/files.mjs'
import { root } from '../lib/root.mjs'
import { say } from '../lib/run.mjs'
import { main } from '../setup.mjs'
import { makeApplication } from './application.mjs'
import { stageContents } from './contents.mjs'
import { installers } from './installers.mjs'

const git = (...args) => execFileSync('git', ['-C', root, ...args], { encoding: 'utf8' }).trim()

/** Times and modes of a tree that say nothing of the machine that made it. */
function settle(folder, seconds) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name)
    if (entry.isSymbolicLink()) {
      fs.lutimesSync(file, seconds, seconds)
      continue
    }
    if (entry.isDirectory()) settle(file, seconds)
    const executable = entry.isDirectory() || (fs.statSync(file).mode & 0o111) !== 0
    fs.chmodSync(file, executable ? 0o755 : 0o644)
    fs.utimesSync(file, seconds, seconds)
  }
  fs.chmodSync(folder, 0o755)
  fs.utimesSync(folder, seconds, seconds)
}

await main(async () => {
  process.umask(0o022)
  const order = JSON.parse(process.argv[2])
  const { version, description } = readJson(path.join(root, 'package.json'))
  const changes = git('status', '--porcelain', '-uno') === '' ? '' : '+changes'
  const epoch = process.env.SOURCE_DATE_EPOCH || git('log', '-1', '--format=%ct')
  process.env.SOURCE_DATE_EPOCH = epoch
  const name = order.forTesting ? 'ddad-studio-for-testing' : 'ddad-studio'
  const product = order.forTesting ? 'DDAD Studio (for testing)' : 'DDAD Studio'
  const about = {
    ...{ name, product, version, description, executable: 'ddad-studio', epoch },
    packaged: {
      commit: git('rev-parse', 'HEAD') + changes,
      forTesting: order.forTesting,
      executable: 'ddad-studio',
    },
  }
  const results = path.join(root, 'out/packages')
  const work = path.join(results, 'work')
  fs.rmSync(results, { recursive: true, force: true })
  fs.mkdirSync(work, { recursive: true })
  say('Collecting what belongs into the package …')
  const staged = await stageContents(work, about, order)
  const application = await makeApplication(work, staged, about, order)
  settle(application, Number(epoch))
  const made = []
  if (process.platform === 'linux') {
    for (const format of order.formats) {
      say(`Making the ${format} package …`)
      made.push(await installers[format](application, results, about))
    }
  } else {
    made.push(
      ...[path.join(results, `${name}-${version}`)].map((folder) => {
        fs.renameSync(application, folder)
        return folder
      }),
    )
  }
  const files = made.filter((file) => fs.statSync(file).isFile())
  for (const file of files) {
    const line = `${await hashFile(file, 'sha256')}  ${path.basename(file)}\n`
    fs.writeFileSync(`${file}.sha256`, line)
  }
  if (!process.env.DDAD_KEEP_PACKAGE_WORK) fs.rmSync(work, { recursive: true })
  console.log(made.join('\n'))
})
