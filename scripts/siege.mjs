// `npm run test:siege`: about half an hour of kills, full disks and hostile input; docs/reliability.md says what it holds.
import process from 'node:process'
import { root } from './lib/root.mjs'
import { runNode } from './lib/node.mjs'
import { main, setup } from './setup.mjs'
import { findElectron } from './setup/electron.mjs'

await main(async () => {
  process.chdir(root)
  await setup()
  // Reports are printed to PDF by Electron.
  const electron = findElectron()
  if (electron) await runNode(['scripts/build.mjs'])
  const env = electron ? { DDAD_ELECTRON: electron.executable } : {}
  const vitest = [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--config',
    'test/siege/vitest.config.ts',
  ]
  process.exitCode = await runNode([...vitest, ...process.argv.slice(2)], { env })
})
