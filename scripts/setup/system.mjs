// Finds out what is missing of the system before anything that needs it is started, and installs it where it may.
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import readline from 'node:readline/promises'
import { run, say, SetupError, succeeds } from '../lib/run.mjs'
import { commandLine, installCommands, managers, packagesFor } from './system-packages.mjs'

/** Whether a program is on the path, or where Debian keeps servers, which a user's path leaves out. */
function onPath(program, env = process.env) {
  return [...(env.PATH ?? '').split(path.delimiter), '/usr/sbin'].some((folder) =>
    fs.existsSync(path.join(folder, program)),
  )
}

const present = {
  pip: () => succeeds('python3', ['-m', 'pip', '--version']),
}

/** Libraries that the loader does not find for a program or library. */
function missingLibraries(file) {
  const { stdout } = spawnSync('ldd', [file], { encoding: 'utf8' })
  return [...(stdout ?? '').matchAll(/^\s*(\S+) => not found/gm)].map(([, name]) => name)
}

/** What Electron opens by itself as it starts, and ends without a word when it is not there. */
const openedByElectron = ['libX11-xcb.so.1']

/** Libraries that the loader does not find for Electron. */
export function missingForElectron(executable) {
  const { stdout } = spawnSync('ldconfig', ['-p'], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${process.env.PATH}:/sbin:/usr/sbin` },
  })
  const opened = stdout ? openedByElectron.filter((name) => !stdout.includes(`${name} `)) : []
  return [...missingLibraries(executable), ...opened]
}

/** What of the wanted tools and of Electron's libraries is missing. */
function findMissing({ tools, electron }) {
  return {
    tools: tools.filter((tool) => !(present[tool]?.() ?? onPath(tool))),
    libraries: electron ? [...new Set(missingForElectron(electron))] : [],
  }
}

const nothing = ({ tools, libraries }) => tools.length + libraries.length === 0
const named = ({ tools, libraries }) => [...tools, ...libraries].join(', ')
const isRoot = () => process.getuid?.() === 0
const maySudo = () => succeeds('sudo', ['-n', 'true'])

/** Asks in a terminal whether a command may be run with sudo. */
async function agreed(line) {
  if (!process.stdin.isTTY || !process.stderr.isTTY || !onPath('sudo')) return false
  const terminal = readline.createInterface({ input: process.stdin, output: process.stderr })
  const answer = await terminal.question(`${line}\nRun it now? [y/N] `)
  terminal.close()
  return /^y(es)?$/i.test(answer.trim())
}

/**
 * Makes sure that the system has what is asked for.
 * @param {{ tools: string[], electron?: string }} wanted programs, and Electron's binary whose libraries must be found
 * @throws {SetupError} naming what is missing and the one command that installs it
 */
export async function ensureSystem(wanted, env = process.env) {
  if (process.platform !== 'linux') return
  const missing = findMissing(wanted)
  if (nothing(missing)) return
  const manager = Object.keys(managers).find((name) => onPath(managers[name]))
  if (!manager) {
    throw new SetupError(
      `Missing on this system: ${named(missing)}.\nRemedy: install what provides them and start again.`,
    )
  }
  const packages = () =>
    packagesFor(
      manager,
      missing,
      (name) => manager === 'apt' && succeeds('apt-cache', ['show', name]),
    )
  let list = installCommands(manager, packages())
  const line = commandLine(list)
  const refused = () =>
    new SetupError(`Missing on this system: ${named(missing)}.\nRemedy: ${line}`)
  if (env.DDAD_NO_SYSTEM_PACKAGES === '1') throw refused()
  let prefix = []
  if (!isRoot()) {
    if (maySudo()) prefix = ['sudo', '-n']
    else if (await agreed(`Missing on this system: ${named(missing)}.\n${line}`)) prefix = ['sudo']
    else throw refused()
  }
  const stdio = prefix.length === 1 ? ['inherit', 2, 2] : undefined
  const execute = ([program, ...args]) => {
    const noninteractive = { DEBIAN_FRONTEND: 'noninteractive' }
    const words = [...prefix, program, ...args]
    return run(words[0], words.slice(1), { env: noninteractive, stdio })
  }
  if (manager === 'apt') {
    // A new machine has no index of packages yet, and only with it their names are certain.
    await execute(list[0])
    list = installCommands(manager, packages()).slice(1)
  }
  say(`Installing system packages: ${packages().join(' ')} …`)
  for (const command of list) await execute(command)
  const left = findMissing(wanted)
  if (!nothing(left)) {
    throw new SetupError(
      `Still missing on this system after installing ${packages().join(' ')}: ${named(left)}.\n` +
        'Remedy: install what provides them and start again.',
    )
  }
}
