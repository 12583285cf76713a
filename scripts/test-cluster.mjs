// `npm run test:cluster`: studies on a real Slurm of one node, which lives in the tests' own folder and ends with them.
// `npm run test:cluster -- smoke` runs the short part alone. Installs Debian's packages where it may.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import process from 'node:process'
import { root } from './lib/root.mjs'
import { runNode } from './lib/node.mjs'
import { run, say, SetupError } from './lib/run.mjs'
import { main, setup } from './setup.mjs'

const packages = [
  'slurmctld',
  'slurmd',
  'slurm-client',
  'munge',
  'openssh-server',
  'openssh-client',
]
const programs = ['slurmctld', 'slurmd', 'sbatch', 'munged', 'sshd', 'ssh']

const found = (name) =>
  `${process.env.PATH}:/usr/sbin`.split(':').some((folder) => fs.existsSync(`${folder}/${name}`))

async function installSlurm() {
  const missing = programs.filter((name) => !found(name))
  if (missing.length === 0) return
  const remedy = `Remedy: apt-get install ${packages.join(' ')} (Debian, Ubuntu).`
  if (process.getuid?.() !== 0 || !found('apt-get')) {
    throw new SetupError(`The cluster's tests need ${missing.join(', ')}.\n${remedy}`)
  }
  say(`Installing ${packages.join(' ')} …`)
  // Services of the system stay off: the tests start their own.
  const policy = '/usr/sbin/policy-rc.d'
  const own = !fs.existsSync(policy)
  if (own) fs.writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore' })
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], {
      env: { DEBIAN_FRONTEND: 'noninteractive' },
    })
  } finally {
    if (own) fs.rmSync(policy)
  }
}

await main(async () => {
  process.chdir(root)
  await setup({ strict: true })
  await installSlurm()
  const filters = process.argv.slice(2)
  process.exitCode = await runNode(
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--config',
      'test/vitest.config.ts',
      '--project',
      'cluster',
      ...filters,
    ],
    { env: { DDAD_TEST_CLUSTER: '1', PATH: `${process.env.PATH}:/usr/sbin` } },
  )
})
