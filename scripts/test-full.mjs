// `npm run test:full`: the published presets at their full size, from training to report. Prints a table of the steps.
//   npm run test:full -- [--small] [--only ddad-s] [--keep]
import { runNode } from './lib/node.mjs'
import { say } from './lib/run.mjs'
import { main, setup } from './setup.mjs'

await main(async () => {
  await setup({ strict: false })
  say('The published presets at full size. This takes a while.')
  process.exitCode = await runNode(['test/full/full-size.ts', ...process.argv.slice(2)])
})
