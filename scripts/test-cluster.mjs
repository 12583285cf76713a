// `npm run test:cluster`: studies on a real Slurm of one node, which lives in the tests' own folder and ends with them.
// `npm run test:cluster -- smoke` runs the part of `npm test` alone. Installs what is missing where it may.
import process from 'node:process'
import { root } from './lib/root.mjs'
import { main, setup } from './setup.mjs'
import { clusterTests, ensureSlurm } from './setup/slurm.mjs'

await main(async () => {
  process.chdir(root)
  await setup({ strict: true })
  await ensureSlurm()
  process.exitCode = await clusterTests(process.argv.slice(2))
})
