/** A place that is reached by ssh: an own server on loopback, an own key, and nothing that could ask a question. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { placeShell } from '../../src/main/services/jobs/place-shell.ts'

let folder = ''
let server: ChildProcess | null = null
const path0 = process.env['PATH']
const at = (name: string) => path.join(folder, name)
const lab = { host: 'lab', prelude: '' }

async function freePort(): Promise<number> {
  const probe = net.createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => probe.once('listening', resolve))
  const { port } = probe.address() as net.AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ddad-ssh-'))
  const port = await freePort()
  for (const name of ['host', 'user'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(name)])
  fs.copyFileSync(at('user.pub'), at('authorized'))
  fs.writeFileSync(
    at('sshd_config'),
    `Port ${port}\nListenAddress 127.0.0.1\nHostKey ${at('host')}\nPidFile ${at('pid')}\n` +
      `AuthorizedKeysFile ${at('authorized')}\nStrictModes no\nUsePAM no\nPasswordAuthentication no\n` +
      `PermitRootLogin yes\n`,
  )
  fs.writeFileSync(
    at('config'),
    `Host lab\n  HostName 127.0.0.1\n  Port ${port}\n  User ${os.userInfo().username}\n  IdentityFile ${at('user')}\n` +
      `  UserKnownHostsFile ${at('known')}\n  StrictHostKeyChecking accept-new\n` +
      `Host shut\n  HostName 127.0.0.1\n  Port ${port}\n  IdentityFile /dev/null\n  IdentitiesOnly yes\n` +
      `  UserKnownHostsFile ${at('known')}\n  StrictHostKeyChecking accept-new\n`,
  )
  // The user's own configuration, in the test's folder instead of the home.
  fs.mkdirSync(at('bin'))
  fs.writeFileSync(at('bin/ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F ${at('config')} "$@"\n`, {
    mode: 0o755,
  })
  process.env['PATH'] = `${at('bin')}:${path0 ?? ''}`
  fs.mkdirSync('/run/sshd', { recursive: true })
  server = spawn('/usr/sbin/sshd', ['-D', '-f', at('sshd_config'), '-E', at('log')])
  for (let tries = 0; tries < 100; tries += 1) {
    if (fs.existsSync(at('pid'))) break
    await sleep(100)
  }
})
afterAll(() => {
  process.env['PATH'] = path0
  server?.kill()
  fs.rmSync(folder, { recursive: true, force: true })
})

it('runs a script there as it is written, with quotes, lines and input', async () => {
  const script = `printf '%s|' "it's" 'a "b"' "$(cat)"; echo; for i in 1 2; do echo "$i"; done`
  expect(await placeShell(lab, script, { stdin: 'given' })).toBe(`it's|a "b"|given|\n1\n2\n`)
  expect(await placeShell(lab, 'test -n "$SSH_CONNECTION" && echo there')).toBe('there\n')
})

it('loads what the place says first, and does not take its words for the answer', async () => {
  const prelude = 'echo Welcome to the lab\nmodule() { echo loaded; }\nPLACE_LOADED=yes'
  expect(await placeShell({ ...lab, prelude }, 'echo "$PLACE_LOADED"')).toBe('yes\n')
})

it('brings a file of megabytes unchanged', async () => {
  const bytes = Buffer.from(Array.from({ length: 5_000_000 }, (_, index) => (index * 7919) % 251))
  fs.writeFileSync(at('large'), bytes)
  await placeShell(lab, `cat ${at('large')}`, { into: at('copy') })
  expect(fs.readFileSync(at('copy')).equals(bytes)).toBe(true)
})

it('says what a script that fails has said, and asks nothing where a key is missing', async () => {
  await expect(placeShell(lab, 'echo no such partition >&2; exit 3')).rejects.toThrow(
    /lab failed: no such partition/,
  )
  await expect(placeShell({ ...lab, host: 'shut' }, 'true')).rejects.toThrow(
    /shut was not reached by ssh: .*Permission denied.*must work without a question/,
  )
})
