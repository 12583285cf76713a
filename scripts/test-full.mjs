// `npm run test:full`: the published presets at their full size, from training to report. Prints a table of the steps.
//   npm run test:full -- [--small] [--only ddad-s] [--keep]
// `npm run test:full -- --window [ddad]`: one of them by hand in the window, with screenshots of each stage.
import { build } from './build.mjs'
import { virtualDisplay } from './lib/display.mjs'
import { runNode } from './lib/node.mjs'
import { say } from './lib/run.mjs'
import { main, setup } from './setup.mjs'

const playwright = ['node_modules/@playwright/test/cli.js', 'test', '--config']

async function inWindow(preset) {
  const electron = await setup({ display: true, strict: true })
  await build()
  const display = await virtualDisplay()
  try {
    const env = { ...display.env, DDAD_ELECTRON: electron.executable, DDAD_FULL_PRESET: preset }
    return await runNode([...playwright, 'test/full/playwright.config.ts'], { env })
  } finally {
    display.end()
  }
}

await main(async () => {
  const [first, preset = 'ddad-s'] = process.argv.slice(2)
  if (first === '--window') {
    process.exitCode = await inWindow(preset)
    return
  }
  await setup({ strict: false })
  say('The published presets at full size. This takes a while.')
  process.exitCode = await runNode(['test/full/full-size.ts', ...process.argv.slice(2)])
})
