// The package on a clean Debian 12: installed, opened, used, removed. Run by scripts/test-bare.mjs under a modern Node.
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { chromium, expect } from '@playwright/test'
import { virtualDisplay } from '../lib/display.mjs'
import { root } from '../lib/root.mjs'
import { say, SetupError } from '../lib/run.mjs'
import { main } from '../setup.mjs'
import { enter } from './machine.mjs'
import { startMirror } from './mirror.mjs'

const { machine, shared } = JSON.parse(process.argv[2])
const packages = path.join(root, 'out/packages')
const home = path.join(machine, 'home/tester')
const screens = path.join(root, 'test-results/bare')
const short = ['training.epochs=1', 'adaptation.epochs=1', 'reconstruction.skip=125']
  .map((set) => `--set ${set}`)
  .join(' ')

const check = (ok, what) => {
  if (!ok) throw new SetupError(what)
  say(`  ok: ${what}`)
}

/** Everything of a tree, by path, that is the package's or that its use has left in a home folder. */
function traces() {
  const found = execFileSync('find', [machine, '-xdev', '-iname', '*ddad*', '-prune', '-print'])
  const inHome = execFileSync('find', [home, '-mindepth', '1'])
  return new Set(`${found}${inHome}`.split('\n').filter((file) => file !== ''))
}

async function freePort() {
  const server = net.createServer()
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  server.close()
  return port
}

/** Opens the window as the desktop entry does, and calls back with its page. */
async function inWindow(command, env, work) {
  const port = await freePort()
  const flags = `--disable-gpu --disable-dev-shm-usage --remote-debugging-port=${port}`
  const studio = enter(machine, `${command} ${flags}`, { user: 'tester', env, shared })
  try {
    let browser = null
    await expect(async () => {
      browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`)
      expect(browser.contexts()[0].pages()).toHaveLength(1)
    }).toPass({ timeout: 120_000 })
    const [page] = browser.contexts()[0].pages()
    page.setDefaultTimeout(120_000)
    await work(page)
    await page.close()
    const { code } = await studio
    check(code === 0, 'closing the window ends the application with exit code 0')
  } finally {
    studio.end()
  }
}

async function picture(page, name) {
  fs.mkdirSync(screens, { recursive: true })
  await page.screenshot({ path: path.join(screens, `${name}.png`) })
}

async function checkFuses(binary) {
  const wire = await getCurrentFuseWire(binary)
  const expected = {
    RunAsNode: FuseState.DISABLE,
    EnableCookieEncryption: FuseState.ENABLE,
    EnableNodeOptionsEnvironmentVariable: FuseState.DISABLE,
    EnableNodeCliInspectArguments: FuseState.DISABLE,
    OnlyLoadAppFromAsar: FuseState.ENABLE,
    GrantFileProtocolExtraPrivileges: FuseState.DISABLE,
  }
  for (const [name, state] of Object.entries(expected))
    check(wire[FuseV1Options[name]] === state, `the fuse ${name} is ${FuseState[state]}`)
}

await main(async () => {
  const file = fs.readdirSync(packages).find((name) => name.endsWith('.deb'))
  if (!file) throw new SetupError('There is no .deb. Run `npm run package` first.')
  const [name] = file.split('_')
  fs.copyFileSync(path.join(packages, file), path.join(machine, 'root', file))
  const before = traces()
  before.add(path.join(machine, 'root', file))
  const install = `apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ./${file} shared-mime-info desktop-file-utils`
  check((await enter(machine, install, { shared })).code === 0, 'the package installs')
  await checkFuses(path.join(machine, 'usr/lib', name, 'ddad-studio'))
  const linked = await enter(machine, `ldd /usr/lib/${name}/ddad-studio`, { shared })
  check(!linked.output.includes('not found'), 'every library of the window is there')
  const types = fs.readFileSync(path.join(machine, 'usr/share/applications/mimeinfo.cache'), 'utf8')
  check(types.includes(`application/x-ddadrun=${name}.desktop`), '.ddadrun belongs to the studio')
  const python = await enter(machine, 'command -v python3 g++ node npm', { shared })
  check(python.output === '', 'the machine has neither Python, a compiler nor Node')

  const mirror = await startMirror(path.dirname(machine))
  const display = await virtualDisplay({})
  const env = { ...mirror.env, ...display.env }
  const as = (command) => enter(machine, command, { user: 'tester', env, shared })
  try {
    await inWindow(name, env, async (page) => {
      await expect(page.getByText(/^Training needs TensorFlow/)).toBeVisible({ timeout: 60_000 })
      await picture(page, 'first-start')
      await page.getByRole('button', { name: 'Fetch' }).click()
      await expect(page.getByTestId('export-progress')).toBeVisible({ timeout: 60_000 })
      await picture(page, 'fetching')
      await page.evaluate(() => (location.hash = '#/settings'))
      await expect(page.getByText('TensorFlow library')).toBeVisible({ timeout: 300_000 })
      await picture(page, 'fetched')
    })
    const demo = await as(`ddad demo run ${short}`)
    check(demo.code === 0 && /^mean/m.test(demo.output), '`ddad demo run` finishes')
    check((await as('ddad doctor')).code === 0, '`ddad doctor` finds everything')
    check((await as('ddad runs export run.ddadrun --run 1')).code === 0, 'a run is exported')
    const elsewhere = { ...env, DDAD_WORKSPACE: '/home/tester/elsewhere' }
    await inWindow(`${name} run.ddadrun`, elsewhere, async (page) => {
      await expect(page).toHaveURL(/#\/runs\?runId=1/, { timeout: 60_000 })
      await picture(page, 'opened-run')
    })
    const remove = `apt-get purge -y -qq ${name}`
    check((await enter(machine, remove, { shared })).code === 0, 'the package is removed')
  } finally {
    mirror.end()
    display.end()
  }
  // The system's libraries keep caches of their own, such as of fonts.
  const system = ['.cache/fontconfig', '.cache/dconf', '.cache/mesa_shader_cache']
  const own = ['.local', 'elsewhere', 'run.ddadrun', ...system].map((one) => path.join(home, one))
  const folders = ['.local/share/ddad-studio', '.cache'].map((one) => path.join(home, one))
  const isKept = (one) =>
    own.some((kept) => one === kept || one.startsWith(`${kept}/`)) ||
    folders.some((folder) => folder === one || folder.startsWith(`${one}/`))
  const left = [...traces()].filter((one) => !before.has(one) && !isKept(one))
  check(
    left.length === 0,
    `nothing but the workspace is left${left.map((one) => `\n    ${one}`).join('')}`,
  )
  const inShare = fs.readdirSync(path.join(home, '.local/share'))
  check(inShare.join() === 'ddad-studio', 'the user’s data folder holds the workspace alone')
})
