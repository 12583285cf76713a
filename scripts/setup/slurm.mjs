// Slurm, munge and an ssh server for the tests that run studies on a cluster of their own.
import fs from 'node:fs'
import { runNode } from '../lib/node.mjs'
import { SetupError } from '../lib/run.mjs'
import { ensureSystem } from './system.mjs'

const tools = ['slurmctld', 'slurmd', 'sbatch', 'munged', 'sshd', 'ssh']
/** What Debian asks before a package starts its service. */
const policy = '/usr/sbin/policy-rc.d'

/**
 * Makes sure that a Slurm can be started. Services of the system stay off: the tests start their own.
 * @throws {SetupError} naming what is missing and how to get it
 */
export async function ensureSlurm() {
  if (process.platform !== 'linux') throw new SetupError('Slurm is tested on Linux only.')
  const off = process.getuid?.() === 0 && !fs.existsSync(policy)
  if (off) fs.writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    await ensureSystem({ tools, executables: [] })
  } finally {
    if (off) fs.rmSync(policy)
  }
}

/** Runs the cluster's tests, or the files that are named. @returns {Promise<number>} the exit code */
export const clusterTests = (args) =>
  runNode(
    [
      ...['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/vitest.config.ts'],
      ...['--project', 'cluster', ...args],
    ],
    { env: { DDAD_TEST_CLUSTER: '1', PATH: `${process.env.PATH}:/usr/sbin` } },
  )
