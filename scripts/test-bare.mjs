// `npm run test:bare`: the README's two commands and the package on machines that have nothing but what the README asks
// for. Each is a minimal Debian 12 of its own. Takes an hour or more; `--only refusal,start,twice,package,test` does some, and
// `--share PATH` shows a folder of this machine in them, for registries that are reached by files.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { addClone, addNode, enter, makeBase, makeMachine } from './bare/machine.mjs'
import { runNode } from './lib/node.mjs'
import { root } from './lib/root.mjs'
import { run, say, SetupError } from './lib/run.mjs'
import { main, setup } from './setup.mjs'

const packages = path.join(root, 'out/packages')

const check = (ok, what) => {
  if (!ok) throw new SetupError(`On the bare machine: ${what}`)
}

/** The two commands of the README, by someone on a machine of their own or without rights on it. */
async function commands(bare, name, user, work) {
  const { base, folder, shared } = bare
  const machine = await makeMachine(base, folder, name)
  await addNode(machine)
  const clone = await addClone(machine, user)
  const npm = (words) => enter(machine, `cd ${clone} && npm ${words}`, { user, shared })
  await work(npm, machine)
}

const parts = {
  /** Without rights and without a terminal: the one command and exit code 1, before anything else is tried. */
  refusal: (bare) =>
    commands(bare, 'refusal', 'tester', async (npm, machine) => {
      for (const words of ['start', 'test']) {
        const { code, output } = await npm(words)
        check(code === 1, `\`npm ${words}\` without rights ended with ${code} instead of 1`)
        const line = /Remedy: (sudo apt-get update \S+ && sudo apt-get install .*)/.exec(
          output,
        )?.[1]
        check(line, `\`npm ${words}\` without rights does not name the one command`)
        check(
          !/error while loading|cannot open shared|Traceback/.test(output),
          'a raw error is shown',
        )
        // The command is right when the administrator's running it is all that was missing.
        if (words === 'start') await enter(machine, line.replaceAll('sudo ', ''), bare)
      }
    }),

  /** As root: no display, so that the main job is done without one. */
  start: (bare) =>
    commands(bare, 'start', 'root', async (npm, machine) => {
      const first = await npm('start')
      check(first.code === 0, `\`npm start\` ended with ${first.code}`)
      const report = /Report: (\S+\.html)/.exec(first.output)?.[1]
      check(report && fs.existsSync(path.join(machine, report)), 'no report was written')
      const began = Date.now()
      const second = await npm('start')
      check(second.code === 0, `the second \`npm start\` ended with ${second.code}`)
      const seconds = (Date.now() - began) / 1000
      say(`The second \`npm start\` took ${seconds.toFixed(0)} s.`)
      check(seconds < 60, 'a second start takes more than a minute')
    }),

  /** Packages of one commit are the same byte for byte, and are left for the next part. */
  twice: async () => {
    const hashes = async () => {
      await run(process.execPath, [path.join(root, 'scripts/package.mjs'), '--for-testing'])
      const files = fs.readdirSync(packages).filter((name) => name.endsWith('.sha256'))
      return files.map((name) => fs.readFileSync(path.join(packages, name), 'utf8')).join('')
    }
    const first = await hashes()
    const second = await hashes()
    say(second)
    check(first.split('\n').length === 4, 'there are not three packages')
    check(first === second, `two builds differ:\n${first}${second}`)
  },

  /** The package in a machine that has neither Node nor a checkout. */
  package: async ({ base, folder, shared }) => {
    const machine = await makeMachine(base, folder, 'package')
    const script = path.join(root, 'scripts/bare/installed.mjs')
    const code = await runNode([script, JSON.stringify({ machine, shared })])
    check(code === 0, 'the package did not do what it should; the messages above say what')
  },

  test: (bare) =>
    commands(bare, 'test', 'root', async (npm) => {
      const { code, output } = await npm('test')
      const summary = /^\d+ passed, \d+ failed$/m.exec(output)?.[0]
      say(`\`npm test\`: ${summary}`)
      check(code === 0, `\`npm test\` ended with ${code}`)
    }),
}

await main(async () => {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, share: { type: 'string', multiple: true, default: [] } },
  })
  const only = values.only?.split(',') ?? Object.keys(parts)
  const unknown = only.filter((name) => !(name in parts))
  if (unknown.length > 0) throw new SetupError(`There is no part ${unknown.join(', ')}.`)
  await setup({ strict: true })
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ddad-bare-'))
  const results = {}
  try {
    const bare = { base: await makeBase(), folder, shared: values.share }
    for (const name of only) {
      say(`— ${name} …`)
      const began = Date.now()
      try {
        await parts[name](bare)
        results[name] = 'passed'
      } catch (error) {
        if (!(error instanceof SetupError)) throw error
        say(error.message)
        results[name] = 'FAILED'
      }
      say(`— ${name}: ${results[name]} (${((Date.now() - began) / 1000).toFixed(0)} s)`)
      fs.rmSync(path.join(folder, name), { recursive: true, force: true })
    }
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
  const failed = Object.values(results).filter((result) => result === 'FAILED').length
  console.log(`${only.length - failed} passed, ${failed} failed`)
  process.exitCode = failed === 0 ? 0 : 1
})
