// `npm start`: sets up what is missing, builds what changed and opens the studio; without a display it does the
// studio's main job instead. Arguments after `--` go to the studio; `--window` insists on a window.
import { spawn } from 'node:child_process'
import process from 'node:process'
import { build } from './build.mjs'
import { modernNode, runNode } from './lib/node.mjs'
import { root } from './lib/root.mjs'
import { forwardSignals, say, SetupError } from './lib/run.mjs'
import { cli } from './ddad.mjs'
import { main, setup } from './setup.mjs'

const { DISPLAY, WAYLAND_DISPLAY } = process.env
const hasDisplay = process.platform !== 'linux' || Boolean(DISPLAY || WAYLAND_DISPLAY)

/** Opens the window and waits for its end. */
async function openWindow(args) {
  const electron = await setup()
  await build()
  // Chromium's sandbox cannot be used by root.
  const flags = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const env = { ...process.env, DDAD_NODE: modernNode().command }
  delete env.ELECTRON_RUN_AS_NODE
  const child = spawn(electron.executable, [...flags, root, ...args], { env, stdio: 'inherit' })
  forwardSignals(child)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)))
  })
}

await main(async () => {
  const args = process.argv.slice(2)
  const others = args.filter((word) => word !== '--window')
  if (hasDisplay) {
    process.exitCode = await openWindow(others)
    return
  }
  if (others.length < args.length) {
    throw new SetupError(
      'A window needs a display: neither DISPLAY nor WAYLAND_DISPLAY is set.\n' +
        'Remedy: start from a desktop session or under `xvfb-run -a npm start`.',
    )
  }
  say(
    'There is no display to open a window on (neither DISPLAY nor WAYLAND_DISPLAY is set): the main job is done ' +
      'without one. A window that is opened later shows all of it; `npm run ddad -- --help` lists the commands.',
  )
  await setup({ window: false, strict: true })
  process.exitCode = await runNode([cli, 'start', ...others])
})
