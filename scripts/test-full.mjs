// `npm run test:full`: the published presets at their full size, from training to report. Prints a table of the steps.
//   npm run test:full -- [--small] [--only ddad-s] [--keep]
import { isModern, runNode } from './lib/node.mjs'
import { say, SetupError } from './lib/run.mjs'
import { main, setup } from './setup.mjs'

await main(async () => {
  await setup({ strict: false })
  // Electron's allocator ends a process that asks for 2 GB at once, which adaptation does at this size.
  if (!isModern(process.version))
    throw new SetupError(`Node ${process.version} is too old for this: 22.18 or newer is needed.`)
  say('The published presets at full size. This takes a while.')
  process.exitCode = await runNode(['test/full/full-size.ts', ...process.argv.slice(2)])
})
