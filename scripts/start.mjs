// `npm start`: sets up what is missing, builds what changed and opens the studio.
import { spawn } from 'node:child_process'
import process from 'node:process'
import { build } from './build.mjs'
import { root } from './lib/files.mjs'
import { SetupError } from './lib/run.mjs'
import { main, setup } from './setup.mjs'

await main(async () => {
  const electron = await setup()
  await build()
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) {
    throw new SetupError(
      'There is no display to open a window on.\n' +
        'Remedy: start from a desktop session or under `xvfb-run -a npm start`; `npm run ddad -- --help` works without one.',
    )
  }
  // Chromium's sandbox cannot be used by root.
  const flags = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const child = spawn(electron.executable, [...flags, root, ...process.argv.slice(2)], {
    stdio: 'inherit',
  })
  process.exitCode = await new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? 1))
  })
})
